"""Social cards, drawn: 1200 × 630 pixels that stand for a fact check where a link to it is shared.

Pure: from words to a PNG. The words are set in the one font that comes along; what it has no letters for is left out.
"""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from factchecks.mark import GROUND, mark

SIZE = (1200, 630)
MARGIN = 72
WIDTH = SIZE[0] - 2 * MARGIN
FONT = Path(__file__).parent / "fonts" / "NotoSerif.ttf"
PAPER, INK, QUIET, ALARM = "#fffdf9", "#1c1a17", "#5d564c", "#8c1d18"
REGULAR, BOLD = 400, 650

MARK_SIDE = 64
INSTEAD = 240  # the mark's side where a question can't be shown
QUESTION_TOP, QUESTION_BOTTOM = 172, 470
LARGEST, SMALLEST, STEP = 76, 40, 4  # the question's size in pixels
LEADING = 1.2
VERDICT_BOX = (496, 568)  # top and bottom
ELLIPSIS = "…"
LACKING = "\U0010fffd"  # private use: no font of ours has it


@dataclass(frozen=True)
class CardWords:
    """What stands on a card; the verdict and the note may be empty."""

    newsroom: str
    question: str
    verdict: str
    is_alarming: bool
    note: str
    day: str


@lru_cache(maxsize=32)
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(FONT, size)
    font.set_variation_by_axes([weight])
    return font


def draw(words: CardWords) -> bytes:
    """The card as a PNG."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, SIZE[0], 16), GROUND)
    _draw_name(image, pen, showable(words.newsroom))
    if question := showable(words.question):
        _draw_question(pen, question)
    else:
        image.paste(
            mark(INSTEAD), (MARGIN, (QUESTION_TOP + QUESTION_BOTTOM - INSTEAD) // 2), mark(INSTEAD)
        )
    _draw_foot(pen, words)
    return _png(image)


def general() -> bytes:
    """The card of pages that have none of their own: the mark alone, for it serves newsrooms of any name."""
    image = Image.new("RGB", SIZE, GROUND)
    side = 320
    image.paste(mark(side, rounded=False), ((SIZE[0] - side) // 2, (SIZE[1] - side) // 2))
    return _png(image)


def _png(image: Image.Image) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def showable(text: str) -> str:
    """The text on one line without what the font lacks; nothing of it where letters or digits are among that.

    Symbols go (emoji, say), and so does what has no width, such as marks of direction.
    """
    text = unicodedata.normalize("NFC", text)
    lacking = {sign for sign in set(text) if not sign.isspace() and _lacks(sign)}
    if any(unicodedata.category(sign)[0] in "LN" for sign in lacking):
        return ""
    invisible = {sign for sign in set(text) if _is_invisible(sign)}
    kept = "".join(
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or sign not in lacking | invisible
    )
    return " ".join(kept.split())


def _is_invisible(sign: str) -> bool:
    """Marks of direction, controls, and what chooses the variant of the sign before it."""
    return unicodedata.category(sign) in {"Cf", "Cc"} or "\ufe00" <= sign <= "\ufe0f"


@lru_cache(maxsize=4096)
def _lacks(sign: str) -> bool:
    """Whether the font shows its box for it, as it does for what no font has."""
    return _drawn(sign) == _drawn(LACKING)


def _drawn(sign: str) -> bytes:
    image = Image.new("L", (60, 60))
    ImageDraw.Draw(image).text((10, 10), sign, "white", _font(32, REGULAR))
    return image.tobytes()


def _draw_name(image: Image.Image, pen: ImageDraw.ImageDraw, name: str) -> None:
    top = 64
    small = mark(MARK_SIDE)
    image.paste(small, (MARGIN, top), small)
    font = _font(34, BOLD)
    left = MARGIN + MARK_SIDE + 22
    pen.text(
        (left, top + MARK_SIDE / 2),
        _cut(name, font, SIZE[0] - MARGIN - left),
        QUIET,
        font,
        anchor="lm",
    )


def _draw_question(pen: ImageDraw.ImageDraw, question: str) -> None:
    font, lines = fitted(question)
    height = font.size * LEADING
    top = QUESTION_TOP + (QUESTION_BOTTOM - QUESTION_TOP - height * len(lines)) / 2
    for number, line in enumerate(lines):
        pen.text((MARGIN, top + height * (number + 0.5)), line, INK, font, anchor="lm")


def _draw_foot(pen: ImageDraw.ImageDraw, words: CardWords) -> None:
    """The verdict in a box, then what is to be said besides, and the day at the end of the line."""
    top, bottom = VERDICT_BOX
    middle = (top + bottom) / 2
    day, font = showable(words.day), _font(30, REGULAR)
    room = WIDTH - font.getlength(day) - 40
    pen.text((SIZE[0] - MARGIN, middle), day, QUIET, font, anchor="rm")
    left: float = MARGIN
    if note := showable(words.note):
        room -= font.getlength(note) + 28
    if verdict := showable(words.verdict):
        bold = _font(38, BOLD)
        verdict = _cut(verdict, bold, room - 56)
        right = left + bold.getlength(verdict) + 56
        pen.rounded_rectangle(
            (left, top, right, bottom), 12, ALARM if words.is_alarming else GROUND
        )
        pen.text((left + 28, middle), verdict, "white", bold, anchor="lm")
        left = right + 28
    pen.text((left, middle), note, INK, font, anchor="lm")


def fitted(question: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The question in lines about as long as each other, as large as the room allows, cut where even small is too long."""
    for size in range(LARGEST, SMALLEST - 1, -STEP):
        font = _font(size, BOLD)
        lines = _lines(question, font, WIDTH)
        most = int((QUESTION_BOTTOM - QUESTION_TOP) / (size * LEADING))
        if len(lines) <= most:
            return font, _balanced(question, font, len(lines))
    last = f"{lines[most - 1]} {lines[most]}"
    return font, [*lines[: most - 1], _cut(last, font, WIDTH)]


def _balanced(question: str, font: ImageFont.FreeTypeFont, count: int) -> list[str]:
    """The same number of lines, in the narrowest column that holds them."""
    narrow, wide = WIDTH // 3, WIDTH
    while wide - narrow > 8:
        middle = (narrow + wide) // 2
        if len(_lines(question, font, middle)) <= count:
            wide = middle
        else:
            narrow = middle
    return _lines(question, font, wide)


def _lines(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    space = font.getlength(" ")
    lines: list[str] = []
    used = 0.0
    for word in _broken(text.split(), font, width):
        length = _length(font, word)
        if lines and used + space + length <= width:
            lines[-1] += f" {word}"
            used += space + length
        else:
            lines.append(word)
            used = length
    return lines


@lru_cache(maxsize=2048)
def _length(font: ImageFont.FreeTypeFont, word: str) -> float:
    return font.getlength(word)


def _broken(words: Sequence[str], font: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    """The words; one that is wider than a line comes in pieces."""
    for word in words:
        rest = word
        while rest and _length(font, rest) > width:
            fits = next(n for n in range(len(rest) - 1, 0, -1) if font.getlength(rest[:n]) <= width)
            yield rest[:fits]
            rest = rest[fits:]
        yield rest


def _cut(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """The text, or as much of it as there is room for and an ellipsis."""
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text.rstrip() + ELLIPSIS) > width:
        text = text[:-1]
    before, _space, piece = text.rpartition(" ")
    return (before if len(before) > len(piece) else text).rstrip() + ELLIPSIS
