"""Make the pictures that browsers and phones ask for, from the mark: ``python -m factually.icons``, then commit them."""

from pathlib import Path

from factchecks import drawing
from factchecks.mark import mark

STATIC = Path(__file__).parent / "static" / "factually"
ICONS = STATIC / "icons"
FAVICON = ICONS / "favicon.ico"
FAVICON_SIZES = [(side, side) for side in (16, 32, 48)]
SAFE_SHARE = (
    0.72  # what is cut to a circle still shows it whole (W3C's manifest: the inner four fifths)
)


def main() -> None:
    mark(48).save(FAVICON, sizes=FAVICON_SIZES)
    mark(180, share=0.86, rounded=False).convert("RGB").save(
        ICONS / "apple-touch-icon.png", optimize=True
    )
    for side in (192, 512):
        mark(side).save(ICONS / f"icon-{side}.png", optimize=True)
    maskable = mark(512, share=SAFE_SHARE, rounded=False).convert("RGB")
    maskable.save(ICONS / "icon-maskable-512.png", optimize=True)
    (STATIC / "card.png").write_bytes(drawing.general())


if __name__ == "__main__":
    main()
