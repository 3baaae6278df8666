"""Our mark, drawn: a tick between two brackets, as in ``favicon.svg``."""

from PIL import Image, ImageDraw

GROUND = "#0b5a63"
BRACKETS = "#ffffff"
TICK = "#ffd97a"
GRID = 32  # units across, those of the SVG
FINER = 8  # drawn so many times as large, then made smaller: smooth edges

LEFT_BRACKET = ((4.75, 5.75, 10, 8.25), (4.75, 5.75, 7.25, 26.25), (4.75, 23.75, 10, 26.25))
CHECKED = ((11, 16.5), (14.5, 20), (21, 12))


def mark(size: int, *, share: float = 1.0, rounded: bool = True) -> Image.Image:
    """The mark as a square of ``size`` pixels. ``share``: how much of the side it takes, the ground fills the rest.

    Without round corners nothing is transparent: for systems that cut the corners themselves.
    """
    whole = size * FINER
    image = Image.new("RGBA", (whole, whole))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, whole - 1, whole - 1), whole * 7 / GRID * rounded, GROUND)
    unit = whole * share / GRID
    edge = whole * (1 - share) / 2
    for left, top, right, bottom in LEFT_BRACKET:
        for x0, x1 in ((left, right), (GRID - right, GRID - left)):
            box = [edge + unit * value for value in (x0, top, x1, bottom)]
            pen.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), BRACKETS)
    tick = [(edge + unit * x, edge + unit * y) for x, y in CHECKED]
    pen.line(tick, TICK, round(3 * unit), joint="curve")
    return image.resize((size, size), Image.Resampling.LANCZOS)
