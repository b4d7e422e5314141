"""What an update learns and what it leaves, as a picture."""

from __future__ import annotations

import itertools

import pytest

from auditor.reporting.tradeoff import PLOT, Point, draw


def point(name, learnt, kept, verdict="not saved", interval=None):
    low, high = interval or (None, None)
    return Point(name=name, learnt=learnt, kept=kept, low=low, high=high, verdict=verdict)


MANY = [point(f"way-{i}", 1.0, 0.1 + 0.04 * i) for i in range(12)]


def test_up_is_what_is_kept_and_right_is_what_is_learnt():
    best, worst = draw([point("worst", 0.5, 0.0), point("best", 1.0, 0.8)], before=0.8).marks
    assert (worst.x, worst.y) == (PLOT[0] / 2, PLOT[1])
    assert (best.x, best.y) == (PLOT[0], pytest.approx(PLOT[1] * 0.2))
    assert draw([point("any", 1, 0.5)], before=0.8).before_y == best.y


def test_marks_that_lie_on_each_other_are_one_with_all_names():
    found = draw(
        [
            point("the update alone", 1.0, 0.0, verdict=None),
            point("lora", 1.0, 0.01),
            point("frozen", 0.99, 0.02),
            point("joint", 0.96, 0.9, verdict="saved"),
        ],
        before=0.9,
    )
    assert [mark.lines for mark in found.marks] == [
        ("joint",),
        ("frozen, lora",),
        ("the update alone",),
    ]
    assert [mark.kind for mark in found.marks] == ["saved", "unsaved", "alone"]


def test_no_name_hides_another_and_none_lies_beyond_the_picture():
    found = draw(MANY, before=0.8)
    places = [mark.label_y for mark in found.marks]
    assert all(b - a > 14.9 for a, b in itertools.pairwise(places))
    assert found.height >= places[-1]


def test_many_names_are_broken_between_names_not_within():
    found = draw([point(f"a-mitigation-{i}", 1.0, 0.0) for i in range(9)], before=0.8)
    [mark] = found.marks
    assert len(mark.lines) > 1
    names = " ".join(mark.lines).split(", ")
    assert names == [f"a-mitigation-{i}" for i in range(9)]


def test_an_interval_is_drawn_where_there_is_one_way_and_it_has_one():
    one, other = draw(
        [point("a", 0.9, 0.5, interval=(0.4, 0.6)), point("b", 0.9, 0.1)], before=0.8
    ).marks
    assert one.interval == (pytest.approx(PLOT[1] * 0.6), pytest.approx(PLOT[1] * 0.4))
    assert other.interval is None


def test_who_cannot_see_it_is_told_every_number():
    label = draw([point("joint", 0.96, 0.69)], before=0.71).label
    assert label == (
        "Before the update 71% of the old rows are recognised. "
        "joint: 69% of the old rows, 96% of the update."
    )
