"""What the public pages weigh: readers on slow lines count."""

import gzip
from pathlib import Path

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "factually" / "static" / "factually"


def compressed(files: list[Path]) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 6)) for file in files)


def test_the_stylesheet_travels_in_at_most_twelve_kilobytes() -> None:
    assert 2_000 < compressed([STATIC / "site.css"]) <= 12 * 1024


def test_all_scripts_together_travel_in_at_most_six_kilobytes() -> None:
    """The desk's own scripts stand in a folder of their own."""
    scripts = [*STATIC.glob("*.js"), *(ROOT / "factchecks" / "static" / "factchecks").glob("*.js")]
    assert {"goal.js", "page.js"} <= {script.name for script in scripts}
    assert compressed(scripts) <= 6 * 1024
