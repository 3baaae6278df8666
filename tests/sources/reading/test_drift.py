"""Whether a source still says what was quoted."""

from sources.reading.drift import compare
from sources.reading.passages import Different, NotFound, Verified

OLD = "It rained for ten days in May. The river rose by two metres. Nobody was hurt."


def test_a_source_with_other_spacing_and_quotes_has_not_changed() -> None:
    drift = compare(OLD, OLD.replace(" ", "\n"), ["It rained for ten days"])
    assert not drift.has_changed
    assert drift.standings[0].stands
    assert drift.lost == ()


def test_a_changed_source_that_still_says_it_has_not_drifted() -> None:
    drift = compare(OLD, f"Updated. {OLD}", ["It rained for ten days"])
    assert drift.has_changed
    assert drift.lost == ()


def test_a_quotation_that_no_longer_stands_is_lost() -> None:
    new = "It rained for two days in May. Nobody was hurt."
    rained, rose, hurt = (
        "It rained for ten days in May.",
        "The river rose by two metres",
        "Nobody was hurt",
    )
    drift = compare(OLD, new, [rained, rose, hurt])
    assert [standing.quotation for standing in drift.lost] == [rained, rose]
    assert [type(standing.now) for standing in drift.standings] == [Different, NotFound, Verified]


def test_a_quotation_that_never_stood_there_was_not_lost() -> None:
    drift = compare(OLD, "Something else.", ["Cheese is made of milk"])
    assert not drift.standings[0].stands
    assert drift.lost == ()
