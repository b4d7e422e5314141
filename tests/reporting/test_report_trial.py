"""What was measured, as its reader meets it: bias apart from what is gone, layers, speeds."""

from __future__ import annotations

import dataclasses
import re

import pytest

from auditor.reporting.html import HtmlRenderer
from auditor.reporting.trial import trial


@pytest.fixture
def forecast(audit):
    return audit.forecast


@pytest.fixture
def page(audit):
    return HtmlRenderer().render(audit)


def without_learning(forecast, known):
    measured = dataclasses.replace(
        forecast.measurement, competent_step=None, learnt=(0.0,) * 7 + (known,)
    )
    return dataclasses.replace(forecast, measurement=measured)


def test_categories_stand_in_the_order_of_the_forecast(forecast):
    order = [c.category for c in forecast.categories]
    assert [r.measured.category for r in trial(forecast).rows] == order


@pytest.mark.parametrize(
    ("of_all", "said"),
    [
        (72, "for 72 steps, as many as all rows would be taught, then on the update alone"),
        (1200, "for 72 steps, fewer than the 1,200 that all rows would be taught, so that"),
    ],
)
def test_how_long_the_old_rows_were_taught_is_said(audit, forecast, of_all, said):
    measured = dataclasses.replace(forecast.measurement, teaching_steps_of_all=of_all)
    changed = dataclasses.replace(forecast, measurement=measured)
    assert said in HtmlRenderer().render(dataclasses.replace(audit, forecast=changed))


def test_rates_that_fewer_runs_were_made_at_say_how_many(audit, forecast, page):
    measured = dataclasses.replace(forecast.measurement, paced=1)
    changed = dataclasses.replace(forecast, measurement=measured)
    said = "by learning rate; 1 run where it is not × 1<"
    assert said in HtmlRenderer().render(dataclasses.replace(audit, forecast=changed))
    assert "by learning rate<" in page


def test_bias_is_told_from_what_is_gone(forecast):
    """Of .465 lost at the last step three quarters come back with the update's columns masked."""
    row = trial(forecast).rows[0]
    assert row.before - row.last == pytest.approx(0.465)
    assert row.outvoted == pytest.approx(0.75 * 0.465, abs=1e-3)
    assert row.gone == pytest.approx(0.1 * 0.465, abs=1e-3)


def test_the_words_say_both_in_points_over_the_categories_that_the_update_does_not_train(forecast):
    """Their mean drop is .1825 by 1.5: 27 points, of which 21 are bias and 3 are gone."""
    words = " ".join(trial(forecast).words)
    assert "have lost 27 points on average. 21 points of them are recoverable" in words
    assert "3 points are still missing with a classifier head refitted" in words
    assert "The update is learnt at step 9; after 40 steps the model recognises 100%" in words
    assert "those of the layer 1 change most: by 1.8% of their length" in words


def ending(forecast, *lasts, halves=()):
    """The forecast whose measured categories end at these accuracies, of .9 before, and lose half
    of it at these steps; those without an end are left out."""
    steps = [*halves, *[None] * len(lasts)]
    measured = tuple(
        dataclasses.replace(
            c,
            accuracy=((*(0.9,) * 7, last),) * 2,
            masked=(0.9,) * 8,
            speeds=tuple(dataclasses.replace(s, half_life=half) for s in c.speeds),
        )
        for c, last, half in zip(forecast.measurement.categories, lasts, steps, strict=False)
    )
    return dataclasses.replace(
        forecast, measurement=dataclasses.replace(forecast.measurement, categories=measured)
    )


@pytest.mark.parametrize(
    ("lasts", "said"),
    [
        (
            (0.0, 0.04, 0.4),
            "All 3 old categories end with less than half of the accuracy: at step 40 at 40% or "
            "less, 90% before the update.",
        ),
        (
            (0.1,),
            "The 1 old category ends with less than half of the accuracy: at step 40 at 10%, 90% "
            "before the update.",
        ),
        (
            (0.1, 0.8, 0.9, 0.2),
            "2 of 4 old categories end with less than half of the accuracy at step 40: product "
            "question and shipping.",
        ),
        (
            (0.1, 0.8),
            "1 of 2 old categories ends with less than half of the accuracy at step 40: product "
            "question.",
        ),
        (
            (0.7, 0.8),
            "None of 2 old categories ends with less than half of the accuracy at step 40.",
        ),
    ],
)
def test_how_many_are_taken_is_said_plainly(forecast, lasts, said):
    assert said in trial(ending(forecast, *lasts)).words


def test_the_measured_order_is_that_in_which_half_was_lost(forecast):
    words = trial(ending(forecast, 0.1, 0.1, 0.1, halves=(13.2, 6.0, None))).words
    assert (
        "Half of the accuracy was lost in this order: returns (step 6) and product question "
        "(step 14)." in words
    )
    assert not [w for w in trial(ending(forecast, 0.1)).words if "in this order" in w]


def test_the_page_shows_each_category_before_when_learnt_and_at_the_end(page):
    """Of .31 lost on average, .186 are when the update is learnt and .465 at the end."""
    table = re.search(r'<table class="trial">.*?</table>', page, re.DOTALL)[0]
    assert "Accuracy before → at the end (step 40)" in table
    assert "When the update is learnt (step 9)" in table
    assert '<td class="number">90% → 44%</td><td class="number">71%</td>' in table


def test_an_update_that_was_not_learnt_is_said_to_be_so(forecast):
    assert "not learnt yet" in trial(without_learning(forecast, known=0.3)).words[0]


def test_an_update_that_is_never_told_from_old_rows_is_said_to_be_so(forecast):
    words = trial(without_learning(forecast, known=1.0)).words[0]
    assert (
        "recognises 100% of the update's held-out rows, but takes old rows for the update too"
        in words
    )


def test_an_update_that_old_rows_are_taken_for_is_not_said_to_be_missed(audit, forecast):
    """All of its rows are recognised: what it is not, is told apart."""
    never = dataclasses.replace(forecast.whole, steps_until_learnt=None)
    found = {
        known: HtmlRenderer().render(
            dataclasses.replace(
                audit,
                forecast=dataclasses.replace(without_learning(forecast, known), whole=never),
            )
        )
        for known in (0.3, 1.0)
    }
    assert "the update itself is not learnt within these steps" in found[0.3]
    said = "the update itself is recognised within these steps, but old rows are taken for it too"
    assert said in found[1.0]


def test_rows_that_both_sides_have_are_said_to_be_left_out(forecast):
    measured = dataclasses.replace(forecast.measurement, left_out=12, update_left_out=1_003)
    words = trial(dataclasses.replace(forecast, measurement=measured)).words
    assert words[0].startswith(
        "12 of the old rows and 1,003 of the update's were not used for testing"
    )
    assert len(words) == len(trial(forecast).words) + 1


def test_an_update_that_was_read_on_what_it_taught_is_said_to_be_so(forecast):
    measured = dataclasses.replace(forecast.measurement, update_rows=0)
    words = trial(dataclasses.replace(forecast, measurement=measured)).words[0]
    assert "recognises 100% of the update's own rows, the ones it was trained on" in words


def test_where_nothing_was_lost_no_share_of_it_is_named(forecast):
    still = tuple(
        dataclasses.replace(c, accuracy=((0.9,) * 8,) * 2, masked=(0.9,) * 8)
        for c in forecast.measurement.categories
    )
    measured = dataclasses.replace(forecast.measurement, categories=still)
    words = trial(dataclasses.replace(forecast, measurement=measured)).words
    assert "At step 40 the old categories have lost nothing." in words


def test_the_bars_of_layers_are_as_tall_as_they_moved(forecast):
    layers = trial(forecast).layers
    assert [layer.name for layer in layers] == ["embeddings", "layer 0", "layer 1"]
    tallest = max(height for layer in layers for _, height in layer.bars)
    assert layers[2].bars[1][1] == tallest == 110
    assert layers[0].bars[0][1] == pytest.approx(tallest / 6, abs=0.1)


def test_the_page_shows_each_category_and_the_layers_as_a_table_too(forecast, page):
    section = re.search(r'<section id="trial".*?</section>', page, re.DOTALL)[0]
    for category in forecast.categories:
        assert category.category in section
    assert section.count("in the update") == 1
    assert "Length of the change / length of the weights at step 40" in section


def test_without_a_measurement_there_is_no_such_section(audit, forecast):
    plain = dataclasses.replace(forecast, measurement=None)
    assert trial(plain) is None
    assert 'id="trial"' not in HtmlRenderer().render(dataclasses.replace(audit, forecast=plain))


def test_of_what_the_model_never_knew_nothing_is_said_to_be_kept(forecast):
    floor = tuple(
        dataclasses.replace(c, accuracy=((0.0,) * 8,) * 2, masked=(0.0,) * 8)
        for c in forecast.measurement.categories
    )
    measured = dataclasses.replace(forecast.measurement, categories=floor)
    words = trial(dataclasses.replace(forecast, measurement=measured)).words
    assert "recognised 0% of the old rows: nothing was learnt of them" in words[1]
    assert not [sentence for sentence in words if "lost nothing" in sentence]
