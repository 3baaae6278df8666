"""A host is asked one thing at a time, with a pause; others do not wait for it."""

from sources.fetching import pacing
from sources.fetching.pacing import Pacing


def test_a_host_has_its_pause_and_others_do_not_wait() -> None:
    paced = Pacing(pause=2)
    waits = [paced.take_turn(host, now=100) for host in ("a.example", "a.example", "b.example")]
    assert waits == [0, 2, 0]
    assert paced.take_turn("a.example", now=101) == 3
    assert paced.take_turn("b.example", now=103) == 0


def test_asking_how_long_takes_no_turn() -> None:
    paced = Pacing(pause=2)
    assert paced.wait("a.example", now=100) == 0
    paced.take_turn("a.example", now=100)
    assert [paced.wait("a.example", now=now) for now in (100, 101.5, 102, 500)] == [2, 0.5, 0, 0]


def test_the_longer_pause_is_kept() -> None:
    paced = Pacing(pause=2)
    paced.take_turn("a.example", now=0, pause=10)
    paced.take_turn("b.example", now=0, pause=1)
    assert (paced.wait("a.example", now=0), paced.wait("b.example", now=0)) == (10, 2)


def test_a_host_that_asks_to_be_left_alone_is_for_an_hour_at_most() -> None:
    paced = Pacing(pause=2)
    paced.hold("a.example", now=0, seconds=30)
    paced.hold("a.example", now=0, seconds=5)
    paced.hold("b.example", now=0, seconds=10**9)
    paced.hold("c.example", now=0, seconds=-5)
    waits = [paced.wait(f"{name}.example", now=0) for name in "abc"]
    assert waits == [30, pacing.LONGEST_PAUSE, 0]


def test_hosts_whose_pause_is_over_are_forgotten() -> None:
    paced = Pacing(pause=2)
    for number in range(3 * pacing.KEPT):
        paced.take_turn(f"{number}.example", now=number)
    assert len(paced._free_at) <= pacing.KEPT
