"""How long a stage still takes, by a clock that the test moves."""

from __future__ import annotations

import pytest

from auditor.commands.time_left import TimeLeft


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said(clock):
    """What is said of a stage once so many seconds have passed since the last call."""
    left = TimeLeft(clock=clock)

    def said(after: float, done: int, total: int = 100, stage: str = "fine-tune") -> str:
        clock.seconds += after
        return left.words(stage, done, total)

    return said


def test_what_is_left_takes_as_long_a_step_as_what_was_done(said):
    assert said(0, 0) == ""
    assert said(60, 25) == "about 3 min left"
    assert said(60, 50) == "about 2 min left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(200, "about 10 min left"), (29, "about 90 s left"), (13.5, "about 50 s left")],
)
def test_minutes_are_whole_and_less_is_told_in_tens_of_seconds(said, seconds, words):
    """A quarter is done."""
    said(0, 0)
    assert said(seconds, 25) == words


def test_nothing_is_said_of_the_first_seconds_or_before_a_step_is_done(said):
    said(0, 0)
    assert said(2, 1) == ""
    assert said(30, 0) == ""


def test_nothing_is_said_of_what_is_nearly_done(said):
    said(0, 0)
    assert said(90, 95) == ""
    assert said(5, 100) == ""


def test_what_was_done_before_tells_nothing_of_the_speed(said):
    """Of a hundred texts sixty have their vectors already."""
    said(0, 60)
    assert said(60, 70) == "about 3 min left"


def test_each_stage_has_its_own_time(said):
    said(0, 0, stage="embedding")
    said(600, 100, stage="embedding")
    assert said(0, 0) == ""
    assert said(60, 50) == "about 60 s left"
