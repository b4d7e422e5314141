"""What is said of forgetting: where accuracy ends, whether all falls, what the whole set loses."""

from __future__ import annotations

import dataclasses

import pytest

from auditor.records.forecast import Forecast, SetForecast, Update
from auditor.reporting import summarise
from auditor.reporting.forgetting import (
    before_and_end,
    end_interval,
    falling,
    forgetting,
    halved,
    set_loss,
    set_loss_in_short,
)
from auditor.reporting.headline import headline
from auditor.reporting.html import HtmlRenderer

KEPT = {"accuracy_at_end": 0.86, "end_low": 0.7, "end_high": 0.9}
FALLEN = {"accuracy_at_end": 0.3, "end_low": 0.1, "end_high": 0.6, "half_life": 12.2}
SURE = {"accuracy_before": 0.9, "identifiable": True, "learnt": True}
WHOLE = SetForecast(
    lost=0.45,
    low=0.3,
    high=0.6,
    lost_at_end=0.8,
    end_low=0.6,
    end_high=0.95,
    solid=None,
    solid_low=None,
    solid_high=None,
    steps_until_learnt=14.0,
)
NAMES = ("delivery", "damage", "price", "login", "refund", "opening hours", "sizes", "spam")


@pytest.fixture
def made(audit):
    """A forecast of categories that are known by 90 % and end as is said of each, in this order."""

    def made(*ends, kind="given", whole=WHOLE) -> Forecast:
        one = audit.forecast.categories[0]
        usual = {**SURE, "half_life": None}
        categories = tuple(
            dataclasses.replace(one, category=name, rank=rank, **{**usual, **end})
            for rank, (name, end) in enumerate(zip(NAMES, ends, strict=False), 1)
        )
        update = Update(kind=kind, categories=("invoices",) if kind == "given" else NAMES[:3])
        return dataclasses.replace(
            audit.forecast, categories=categories, update=update, whole=whole, measurement=None
        )

    return made


# --- the first sentence -------------------------------------------------------------------------


def test_the_first_to_fall_is_said_with_where_it_ends(made):
    lower = {**FALLEN, "accuracy_at_end": 0.5}
    assert forgetting(made(FALLEN, lower, KEPT, KEPT)) == (
        "Forecast for fine-tuning on invoices: delivery falls from 90% to 30% (80% interval 10 to "
        "60%) by the end of the update (step 40), then damage (90% → 50%)."
    )
    assert forgetting(made(FALLEN, KEPT, KEPT)).endswith("the update (step 40).")


def test_an_interval_that_reaches_the_accuracy_before_is_no_fall(made):
    forecast = made(KEPT, FALLEN, KEPT)
    assert [c.category for c in falling(forecast)] == ["damage"]
    assert "damage falls from 90%" in forgetting(forecast)


def test_where_none_clearly_falls_the_largest_change_is_said(made):
    lower = {**KEPT, "accuracy_at_end": 0.8}
    assert forgetting(made(KEPT, lower, KEPT)) == (
        "Forecast for fine-tuning on invoices: no category clearly loses accuracy by the end of "
        "the update (step 40); the largest change is expected for damage, from 90% to 80% (80% "
        "interval 70 to 90%)."
    )


def test_where_all_end_below_half_that_comes_first(made):
    assert forgetting(made(*[FALLEN] * 4)) == (
        "Fine-tuning on invoices is expected to take all 4 categories: on average 80% (80% "
        "interval 60 to 95%) of what the model knew is lost by the end (step 40), and each ends "
        "with less than half of its accuracy. delivery is forgotten first (half lost by step 13), "
        "then damage, price and login."
    )


def test_a_simulated_update_is_one_of_one_category(made):
    said = forgetting(made(*[FALLEN] * 3, kind="simulated"))
    assert said.startswith(
        "An update of one category (average of 3 simulated) is expected to take all 3 categories:"
    )
    some = forgetting(made(FALLEN, KEPT, KEPT, kind="simulated"))
    assert some.startswith("Forecast for an update of one category (average of 3 simulated): deliv")


def test_all_but_a_few_are_named_and_with_more_kept_it_is_no_longer_all(made):
    said = forgetting(made(KEPT, *[FALLEN] * 6, KEPT))
    assert "is expected to take 6 of 8 categories, all but delivery and spam:" in said
    assert "damage is forgotten first (half lost by step 13), then price, login, refund" in said
    assert "expected to take" not in forgetting(made(*[KEPT] * 3, *[FALLEN] * 5))
    assert "expected to take" not in forgetting(made(KEPT, *[FALLEN] * 2))


def test_of_one_category_alone_it_is_not_said_that_all_are_taken(made):
    assert "delivery falls from 90% to 30%" in forgetting(made(FALLEN))


def test_categories_without_an_estimate_are_counted_and_never_among_all(made):
    unsure = {**FALLEN, "identifiable": False}
    said = forgetting(made(FALLEN, FALLEN, unsure))
    assert "take all 2 categories with an estimate:" in said
    assert said.endswith("For 1 of 3 categories there is no reliable estimate.")
    none = forgetting(made(unsure, KEPT))
    assert "no category with an estimate clearly loses accuracy" in none


def test_without_any_estimate_the_reason_is_said(made, audit):
    unsure = {**FALLEN, "identifiable": False, "reason": "only 7 rows to test it on"}
    assert forgetting(made(unsure, unsure)) == (
        "Forecast for fine-tuning on invoices: no reliable estimate of which categories are "
        "forgotten first: only 7 rows to test it on."
    )


def test_without_an_estimate_of_the_set_no_share_is_named(made):
    said = forgetting(made(*[FALLEN] * 3, whole=None))
    assert "take all 3 categories: each ends with less than half of its accuracy." in said


# --- one category -------------------------------------------------------------------------------


def test_a_category_is_its_accuracy_before_and_at_the_end(made):
    first, second = made({**FALLEN, "end_low": -0.02}, KEPT).categories
    assert (before_and_end(first), end_interval(first)) == ("90% → 30%", "\N{MINUS SIGN}2 to 60%")
    assert (halved(first), halved(second)) == ("half lost by step 13", "")


# --- the whole set ------------------------------------------------------------------------------


def test_the_set_is_said_with_its_mean_and_its_end(made):
    first, second = set_loss(made(FALLEN))
    assert first == (
        "A model of this set is expected to lose 45% of what it knows to this update on average "
        "while it is trained (80% interval 30 to 60%), and 80% (60 to 95%) by its end."
    )
    assert second == (
        "A set of its size with every category solidly learnt is not known to lose less."
    )
    assert "to an update of one category on average" in set_loss(made(FALLEN, kind="simulated"))[0]
    assert set_loss(made(FALLEN, whole=None)) == ()


def test_where_all_are_taken_the_end_of_the_set_is_said_once(made):
    forecast = made(*[FALLEN] * 4)
    assert set_loss(forecast)[0].endswith(
        "on average while it is trained (80% interval 30 to 60%)."
    )
    assert "on average 80% (80% interval 60 to 95%)" in forgetting(forecast)


def test_a_solid_set_is_held_beside_it_where_the_difference_is_clear(made):
    whole = dataclasses.replace(WHOLE, solid=0.22, solid_low=0.12, solid_high=0.35)
    assert set_loss(made(FALLEN, whole=whole))[1] == (
        "Were every category solidly learnt, a set of its size would lose 22% on average (12 to "
        "35%)."
    )
    assert [*set_loss_in_short(made(FALLEN, whole=whole))] == [
        "the whole set: 80% lost by the end (80% interval 60 to 95%), 45% on average (30 to 60%)",
        "were every category solidly learnt: 22% on average (12 to 35%)",
    ]


def test_a_terminal_has_no_line_for_a_solid_set_that_is_not_known_to_lose_less(made):
    assert len([*set_loss_in_short(made(FALLEN))]) == 1


@pytest.mark.parametrize(
    ("beyond", "said"),
    [
        (("fewer rows than any (120; from 180)",), "no such set: fewer rows than any (120; from"),
        (("few rows", "many categories"), "no such set: few rows and many categories."),
    ],
)
def test_what_lies_beyond_the_measured_updates_is_said(made, beyond, said):
    forecast = made(FALLEN, whole=dataclasses.replace(WHOLE, beyond=beyond))
    *_, last = set_loss(forecast)
    assert said in last
    assert last.endswith("The intervals are wider for it.")
    assert [*set_loss_in_short(forecast)][-1].startswith("unlike any set that was measured")


# --- page and terminal --------------------------------------------------------------------------


def test_the_terminal_has_the_order_and_the_set(made, audit):
    summary = summarise(dataclasses.replace(audit, forecast=made(FALLEN, KEPT, KEPT, KEPT, FALLEN)))
    assert (
        "fine-tuning on invoices; accuracy before → at the end (step 40), forgotten first:\n"
        in (summary)
    )
    assert "   90% → 30%  (80% interval 10 to 60%; half lost by step 13)  delivery\n" in summary
    assert "   90% → 86%  (80% interval 70 to 90%)  damage\n" in summary
    assert "          then refund\n" in summary
    assert (
        "          the whole set: 80% lost by the end (80% interval 60 to 95%), 45% on" in summary
    )


def test_a_long_title_keeps_a_line_of_its_own_on_the_terminal(made, audit):
    forecast = made(FALLEN, KEPT, KEPT, kind="simulated")
    lines = summarise(dataclasses.replace(audit, forecast=forecast)).splitlines()
    start = lines.index("Forecast  an update of one category (average of 3 simulated)")
    assert lines[start + 1] == "          accuracy before → at the end (step 40), forgotten first:"


def test_the_terminal_says_first_that_all_are_taken(made, audit):
    lines = summarise(dataclasses.replace(audit, forecast=made(*[FALLEN] * 4))).splitlines()
    [start] = [i for i, line in enumerate(lines) if line.startswith("Forecast  ")]
    assert lines[start].startswith("Forecast  Fine-tuning on invoices is expected to take all 4")
    assert "          accuracy before → at the end (step 40), forgotten first:" in lines


def test_the_first_screen_has_the_set_and_what_falls_later(made, audit):
    found = dataclasses.replace(audit, forecast=made(*[FALLEN] * 5, KEPT, KEPT))
    assert headline(found).then == "login and refund"
    page = HtmlRenderer(static=True).render(found)
    assert '<p class="whole">A model of this set is expected to lose 45%' in page
    assert "<p>Then login and refund.</p>" in page
    assert "<b>90% → 30%</b>" in page


def test_no_mean_is_called_after(made, audit):
    """Averages stand in a table of their own, under their own name."""
    page = HtmlRenderer(static=True).render(
        dataclasses.replace(audit, forecast=made({**FALLEN, "accuracy_after": 0.61}, KEPT))
    )
    table = page[page.index('<table class="averages">') :]
    assert page.count("61%") == 1
    assert "61%" in table[: table.index("</table>")]
    assert "Average during the update" in table
