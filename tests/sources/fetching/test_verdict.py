"""A source is flagged for good reasons alone: one bad day is none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching import backoff
from sources.fetching.outcomes import Kind, Outcome
from sources.fetching.verdict import State, verdict

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
KINDS = {kind.value: kind for kind in Kind} | {"soft": Kind.SOFT_GONE}


def history(looks: str, every: timedelta = timedelta(days=1)) -> list[Outcome]:
    """``history("same failed failed")``: one look a day."""
    return [Outcome(START + every * day, KINDS[look]) for day, look in enumerate(looks.split())]


@pytest.mark.parametrize(
    ("looks", "state"),
    [
        ("", State.UNKNOWN),
        ("same", State.ALIVE),
        ("changed same", State.ALIVE),
        ("failed", State.UNKNOWN),
        ("barred barred barred barred", State.UNKNOWN),
        # one bad day is no verdict
        ("same failed", State.ALIVE),
        ("same failed failed", State.ALIVE),
        ("same failed failed same failed failed", State.ALIVE),
        ("same soft", State.ALIVE),
        ("same soft failed", State.ALIVE),
        ("same soft failed same failed soft", State.ALIVE),
        ("same barred barred barred barred", State.ALIVE),
        # what lasts is
        ("same failed failed failed", State.DEAD),
        ("same failed barred failed barred failed", State.DEAD),
        ("failed failed failed", State.DEAD),
        ("same soft soft", State.DEAD),
        ("same soft failed soft", State.DEAD),
        ("same failed soft barred failed", State.DEAD),
        # what is said plainly is
        ("same gone", State.DEAD),
        ("gone", State.DEAD),
        ("same home", State.MOVED),
        ("same drifted", State.DRIFTED),
        # and is taken back as plainly
        ("same gone same", State.ALIVE),
        ("same drifted changed", State.ALIVE),
        ("failed failed failed same", State.ALIVE),
        ("same gone failed", State.DEAD),
        ("same home barred", State.MOVED),
        ("same drifted failed failed failed", State.DEAD),
        ("same drifted gone", State.DEAD),
        ("same home drifted", State.DRIFTED),
    ],
)
def test_the_history_decides(looks: str, state: State) -> None:
    assert verdict(history(looks)).state is state


def test_three_failures_within_two_days_are_an_outage() -> None:
    assert verdict(history("same failed failed failed", timedelta(hours=20))).state is State.ALIVE
    assert verdict(history("same failed failed failed", timedelta(hours=24))).state is State.DEAD


def test_not_found_twice_within_a_day_is_a_bad_day() -> None:
    assert verdict(history("same soft soft", timedelta(hours=6))).state is State.ALIVE
    assert verdict(history("same soft soft", timedelta(hours=24))).state is State.DEAD


@given(st.lists(st.sampled_from(["failed", "soft", "barred"]), min_size=1, max_size=23))
def test_one_bad_day_flags_nothing(looks: list[str]) -> None:
    a_day = history(" ".join(["same", *looks]), timedelta(hours=1))
    assert verdict(a_day) == verdict(a_day[:1])


@given(st.lists(st.sampled_from(["failed", "soft"]), min_size=3, max_size=9))
def test_a_page_that_is_not_there_for_days_is_flagged_in_whatever_ways_it_is_not(
    looks: list[str],
) -> None:
    assert verdict(history(" ".join(["same", *looks]))).state is State.DEAD


def test_a_verdict_says_since_when_and_why() -> None:
    judged = verdict(history("same gone gone failed"))
    assert (judged.since, judged.by) == (START + timedelta(days=1), Kind.GONE)
    assert not judged.is_available
    assert verdict([]).is_available


LOOKS = st.lists(st.sampled_from(Kind), max_size=12)


@given(LOOKS, st.sampled_from([Kind.FAILED, Kind.BARRED, Kind.SOFT_GONE]))
def test_one_inconclusive_look_after_a_good_one_changes_nothing(
    kinds: list[Kind], last: Kind
) -> None:
    looks = " ".join([*(kind.value.replace("soft gone", "soft") for kind in kinds), "same"])
    after = f"{looks} {last.value.replace('soft gone', 'soft')}"
    assert verdict(history(after)) == verdict(history(looks))


# When to look again


def days_after(looks: str) -> float:
    outcomes = history(looks)
    due = backoff.next_look(outcomes)
    assert due is not None
    return (due - outcomes[-1].at) / timedelta(days=1)


@pytest.mark.parametrize(
    ("looks", "days"),
    [
        ("changed", 1),
        ("changed same", 2),
        ("changed same same", 4),
        ("same " * 5, 30),
        ("same " * 500, 30),
        ("same same same changed", 1),
        ("same failed", 0.25),
        ("same failed failed", 2),
        ("same failed barred failed", 4),
        ("gone " * 50, 30),
        ("same failed same", 2),
    ],
)
def test_a_page_that_stands_is_looked_at_ever_more_seldom(looks: str, days: float) -> None:
    assert days_after(looks) == days


def test_a_source_that_was_never_looked_at_is_looked_at_now() -> None:
    assert backoff.next_look([]) is None


def test_a_host_is_not_asked_before_it_says() -> None:
    asked = Outcome(START, Kind.FAILED, retry_after=5 * 86400)
    assert backoff.next_look([asked]) == START + timedelta(days=5)


def test_looks_that_somebody_asked_for_do_not_put_the_next_one_off() -> None:
    asked = [Outcome(START + timedelta(minutes=minute), Kind.SAME) for minute in (0, 1, 90)]
    assert backoff.next_look(asked) == asked[-1].at + timedelta(days=2)
    a_day_later = Outcome(START + timedelta(days=1), Kind.SAME)
    assert backoff.next_look([*asked, a_day_later]) == a_day_later.at + timedelta(days=4)


def test_looks_are_spread_by_a_tenth_at_most() -> None:
    dues = [backoff.next_look(history("changed"), spread=spread) for spread in (-1, 0, 1)]
    hours = [(due - START) / timedelta(hours=1) for due in dues if due]
    assert hours == pytest.approx([21.6, 24, 26.4])


def test_failures_are_looked_at_soon_enough_to_come_to_a_verdict() -> None:
    outcomes = history("same")
    for _ in range(2):
        due = backoff.next_look(outcomes, spread=-1)
        outcomes.append(Outcome(due or START, Kind.FAILED))
    assert verdict(outcomes).state is State.ALIVE
    due = backoff.next_look(outcomes, spread=-1)
    outcomes.append(Outcome(due or START, Kind.FAILED))
    assert verdict(outcomes).state is State.DEAD


@given(LOOKS.filter(bool))
def test_the_next_look_is_always_to_come_and_within_a_month(kinds: list[Kind]) -> None:
    outcomes = [Outcome(START, kind) for kind in kinds]
    due = backoff.next_look(outcomes)
    assert due is not None
    assert START < due <= START + backoff.LONGEST
