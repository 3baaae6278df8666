"""A host is asked one thing at a time, with a pause; others do not wait for it."""

import threading
import time
from dataclasses import dataclass

import pytest

from sources.fetching import pacing
from sources.fetching.pacing import NotNow, Pacer, Pacing, host_of


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


@dataclass
class Clock:
    """Seconds that pass by waiting alone."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        self.now += seconds


def make_pacer(clock: Clock) -> Pacer:
    return Pacer(2.0, clock, clock.wait)


def ask(pacer: Pacer, clock: Clock, host: str, lasting: float = 0.0) -> float:
    """When the turn came."""
    with pacer.turn(host):
        came = clock.now
        clock.now += lasting
    return came


def test_the_pause_begins_when_the_answer_has_come() -> None:
    clock = Clock()
    pacer = make_pacer(clock)
    assert ask(pacer, clock, "a.example", lasting=7) == 100
    assert pacer.wait("a.example") == 2
    assert ask(pacer, clock, "a.example") == 109
    assert ask(pacer, clock, "b.example") == 109


def test_a_request_that_fails_ends_its_turn_too() -> None:
    clock = Clock()
    pacer = make_pacer(clock)
    with pytest.raises(ZeroDivisionError), pacer.turn("a.example"):
        raise ZeroDivisionError
    assert ask(pacer, clock, "a.example") == 102


def test_a_crawl_delay_holds_from_when_it_is_known_until_it_is_taken_back() -> None:
    clock = Clock()
    pacer = make_pacer(clock)
    ask(pacer, clock, "a.example")
    pacer.slow_down("a.example", 10)
    assert ask(pacer, clock, "a.example") == 110
    pacer.slow_down("a.example", 10)
    assert ask(pacer, clock, "a.example") == 120, "said again, it is no longer one"
    pacer.slow_down("a.example", 0)
    assert ask(pacer, clock, "a.example") == 130
    assert ask(pacer, clock, "a.example") == 132
    pacer.slow_down("a.example", 1)
    ask(pacer, clock, "a.example")
    assert pacer.wait("a.example") == 2, "ours is the longer one"


def test_nobody_waits_for_a_host_that_wants_to_be_left_alone_for_long() -> None:
    clock = Clock()
    pacer = make_pacer(clock)
    pacer.hold("a.example", 80)
    assert ask(pacer, clock, "a.example") == 180
    pacer.hold("a.example", 1800)
    with pytest.raises(NotNow) as not_now, pacer.turn("a.example"):
        raise AssertionError
    assert not_now.value.seconds == 1800
    assert clock.now == 180
    pacer.hold("b.example", -5)
    assert ask(pacer, clock, "b.example") == 180


def test_nobody_waits_for_ever_for_somebody_elses_answer() -> None:
    clock = Clock()
    pacer = make_pacer(clock)
    with pacer.turn("a.example"):
        assert pacer.wait("a.example") > 0
        with pytest.raises(NotNow), pacer.turn("a.example"):
            raise AssertionError
    assert clock.now == 100 + pacing.LONGEST_WAIT


def test_threads_ask_a_host_one_after_the_other() -> None:
    pacer = Pacer(0.05)
    turns: list[tuple[float, float]] = []

    def go() -> None:
        with pacer.turn("a.example"):
            began = time.monotonic()
            time.sleep(0.02)
            turns.append((began, time.monotonic()))

    threads = [threading.Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns.sort()
    gaps = [turns[n + 1][0] - turns[n][1] for n in range(5)]
    assert min(gaps) >= 0.049


def test_a_host_is_known_by_its_name_and_port() -> None:
    urls = ["https://Sea.example/a", "http://me@sea.example:8000/", "http://[::1]:80/?a@b"]
    assert [host_of(url) for url in urls] == ["sea.example", "sea.example:8000", "[::1]:80"]
