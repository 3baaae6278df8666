"""Plain text as Markdown that shows the same: lists become lists, and a stray sign stays a sign."""

import re

from factchecks.importing.blocks import BULLET, NUMBERED_LINE, Block
from factchecks.importing.numbering import Line

SECOND_LEVEL_BULLETS = "◦○▪–o"
DEEPEST_LIST = 4

# Text that is bold as Markdown has it is meant so; every other sign that Markdown would take for itself is escaped.
BOLD = re.compile(r"\*\*([^\s*](?:[^*\n]*[^\s*])?)\*\*")
SIGNS = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)"  # a backslash that would escape
    r"|`|~~"
    r"|(?<!\s)\*|\*(?!\s)"
    r"|(?<![^\W_])_|_(?![^\W_])"  # not within a word
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?[A-Za-z0-9]{1,31};)"
    r"|!(?=\[)"
)
AT_THE_START = re.compile(r"(?:#{1,6}|[-+*])(?=\s|$)|>|[=]+$")
NUMBER_AT_THE_START = re.compile(r"([0-9]{1,9})([.)])(?=\s|$)")
LOOKS_LIKE_LINK = re.compile(r"(\[[0-9]{1,3}(?:,[ ]?[0-9]{1,3}){0,20}\])(?=\()")
RANGE = re.compile(r"\[([0-9]{1,3})[ ]?[-–][ ]?([0-9]{1,3})\]")
WIDEST_RANGE = 30


def markdown_of(blocks: list[Block]) -> list[Line]:
    """The blocks as lines of Markdown, each with its line in the file, an empty one between paragraphs."""
    written: list[Line] = []
    in_list = False
    levels: list[tuple[int, int]] = []
    for block in blocks:
        if not (in_list and block.is_list):
            levels = []
            written.append(Line(block.lines[0].number, ""))
        in_list = block.is_list
        keeps_numbers = _is_numbered_list(block)
        for place, line in enumerate(block.lines):
            bullet = BULLET.fullmatch(line.text)
            if bullet:
                if not in_list:
                    written.append(Line(line.number, ""))
                in_list = True
                level = _level(levels, bullet[1], bullet[2])
                written.append(Line(line.number, f"{'    ' * level}- {escaped(bullet[3])}"))
            elif in_list:
                indent = "    " * (len(levels) - 1) + "  "
                written.append(Line(line.number, indent + escaped(line.text)))
            else:
                numbered = keeps_numbers or place == 0
                written.append(Line(line.number, escaped(line.text, may_be_numbered=numbered)))
    return written[1:]


def _is_numbered_list(block: Block) -> bool:
    return sum(NUMBERED_LINE.fullmatch(line.text) is not None for line in block.lines) > 1


def _level(levels: list[tuple[int, int]], indent: str, sign: str) -> int:
    """How deep an item is, by its indentation, or else by its sign; ``levels`` are those above it."""
    key = (len(indent.expandtabs(4)), int(sign in SECOND_LEVEL_BULLETS))
    while levels and levels[-1] > key:
        levels.pop()
    if (not levels or levels[-1] < key) and len(levels) < DEEPEST_LIST:
        levels.append(key)
    return len(levels) - 1


def escaped(text: str, *, may_be_numbered: bool = False) -> str:
    """One line, so that Markdown shows it as it stands; citations stay citations."""
    text = _cited(text.strip())
    pieces, end = [], 0
    for bold in BOLD.finditer(text):
        pieces += [_signs_escaped(text[end : bold.start()]), f"**{_signs_escaped(bold[1])}**"]
        end = bold.end()
    text = "".join([*pieces, _signs_escaped(text[end:])])
    if AT_THE_START.match(text):
        return "\\" + text
    number = NUMBER_AT_THE_START.match(text)
    if number and not (may_be_numbered and len(number[1]) <= 3):
        return NUMBER_AT_THE_START.sub(r"\1\\\2", text, count=1)
    return text


def _signs_escaped(text: str) -> str:
    return SIGNS.sub(lambda sign: "".join(f"\\{character}" for character in sign[0]), text)


def _cited(text: str) -> str:
    """``[1](`` and ``![1]`` are no link and no picture here; ``[1-3]`` cites three sources."""
    if "[" not in text:
        return text
    text = LOOKS_LIKE_LINK.sub(r"\1 ", text)
    text = re.sub(r"!(?=\[[0-9])", "! ", text)
    return RANGE.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    first, last = int(match[1]), int(match[2])
    if not first < last <= first + WIDEST_RANGE:
        return match[0]
    return "".join(f"[{number}]" for number in range(first, last + 1))
