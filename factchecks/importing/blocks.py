"""Paragraphs of plain text, and which of them are headings."""

import re
from dataclasses import dataclass

from factchecks.importing import lengths
from factchecks.importing.numbering import Line

# No hard-wrapped text has lines this long: where one stands, each line is a paragraph.
LONGER_THAN_WRAPPED = 160
LONGEST_HEADING = 150  # of those that no number marks
ORNAMENT = re.compile(r"[\s\-–—=_*~#|:+]+")
BULLET = re.compile(r"([ \t]*)([•◦▪‣●○∙·*+–\uf0b7-]|o(?=\t))[ \t]+(\S.*)")
NUMBERED_LINE = re.compile(r"[ \t]*\(?([0-9]{1,3})[.)][ \t]+(\S.*)")
NUMBERED_HEADING = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]+)?\**(?:finding[ \t]+)?\(?([0-9]{1,2})[ \t]?[.):][ \t]+(\S.*)",
    re.IGNORECASE,
)
MARKED_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+(\S.*)")
CITATION = re.compile(r"\[[0-9]{1,3}[\],]")


@dataclass(frozen=True)
class Block:
    """Lines between empty ones."""

    lines: list[Line]

    @property
    def text(self) -> str:
        return " ".join(line.text.strip() for line in self.lines)

    @property
    def is_list(self) -> bool:
        return BULLET.fullmatch(self.lines[0].text) is not None


@dataclass(frozen=True)
class Heading:
    """A finding's heading, with the number that it has in the text."""

    line: Line
    text: str
    number: int | None


def is_ornament(text: str) -> bool:
    """A line of dashes, stars or nothing: it parts paragraphs and says nothing."""
    return not text or ORNAMENT.fullmatch(text) is not None


def blocks_of(lines: list[Line]) -> list[Block]:
    blocks: list[Block] = []
    current: list[Line] = []
    for line in [*lines, Line(None, "")]:
        if not is_ornament(line.text):
            current.append(line)
        elif current:
            blocks.extend(_split(current))
            current = []
    if len(blocks) == 1 and not any(is_ornament(line.text) for line in lines):
        return [Block([line]) for line in lines]
    return blocks


def _split(lines: list[Line]) -> list[Block]:
    if max(len(line.text) for line in lines) > LONGER_THAN_WRAPPED:
        return [Block([line]) for line in lines]
    if len(lines) > 1 and _begins_with_heading(lines):
        return [Block(lines[:1]), Block(lines[1:])]
    return [Block(lines)]


def _begins_with_heading(lines: list[Line]) -> bool:
    """A numbered or marked line directly above its wrapped paragraph, without an empty line between them."""
    first, second = lines[0].text.strip(), lines[1].text.strip()
    if MARKED_HEADING.fullmatch(first):
        return True
    return (
        NUMBERED_HEADING.fullmatch(first) is not None
        and _ends_openly(first)
        and second[:1].isupper()
        and sum(len(line.text) for line in lines[1:]) > len(first)
        and not (len(lines) <= 3 and _ends_openly(lines[-1].text))
    )


def _ends_openly(text: str) -> bool:
    """Without the full stop or comma of running text."""
    text = text.rstrip("* \t")
    return text.endswith(("...", "…")) or not text.endswith((".", ";", ",", ":"))


def heading_of(blocks: list[Block], at: int, *, may_lack_number: bool) -> Heading | None:
    """The heading that a block is, judged by itself and by its neighbours."""
    block = blocks[at]
    line, text = block.lines[0], block.text
    after = blocks[at + 1] if at + 1 < len(blocks) else None
    match = MARKED_HEADING.fullmatch(text)
    if match and (_ends_openly(text) or len(text) <= LONGEST_HEADING):
        numbered = NUMBERED_HEADING.fullmatch(text)
        found = (numbered[2], int(numbered[1])) if numbered else (match[1], None)
        return Heading(line, _bare(found[0]), found[1])
    if match := NUMBERED_HEADING.fullmatch(text):
        if _is_numbered_heading(block, text, after):
            return Heading(line, _bare(match[2]), int(match[1]))
        return None
    if may_lack_number and after and _looks_like_heading(block, text) and _is_paragraph(after):
        return Heading(line, _bare(text), None)
    return None


def _is_numbered_heading(block: Block, text: str, after: Block | None) -> bool:
    if any(NUMBERED_LINE.fullmatch(line.text) for line in block.lines[1:]):
        return False  # a list
    if len(block.lines) > 3 or len(text) > 2 * lengths.HEADING:
        return False
    if _ends_openly(text) and not CITATION.search(text):
        return True
    return (
        len(text) <= LONGEST_HEADING
        and after is not None
        and not after.is_list
        and not NUMBERED_LINE.fullmatch(after.lines[0].text)
        and (_ends_openly(text) or not CITATION.search(text))
    )


def _looks_like_heading(block: Block, text: str) -> bool:
    return (
        len(block.lines) <= 2
        and len(text) <= LONGEST_HEADING
        and _ends_openly(text)
        and not text[0].islower()
        and any(character.isalpha() for character in text)
        and not block.is_list
        and not CITATION.search(text)
    )


def _is_paragraph(block: Block) -> bool:
    return block.is_list or not _looks_like_heading(block, block.text)


def _bare(text: str) -> str:
    """Without the marks of Markdown around a heading."""
    return text.strip().rstrip("#").strip().strip("*").strip()
