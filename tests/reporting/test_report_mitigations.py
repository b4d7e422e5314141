"""What mitigations kept, as a reader meets it: a table, words, and what to do first."""

from __future__ import annotations

import dataclasses
import re

import pytest

from auditor.records.measurement import MitigatedCategory, MitigatedUpdate
from auditor.reporting.consistency import faults
from auditor.reporting.headline import headline
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.mitigations import mitigations, protection
from auditor.reporting.summary import summarise_audit

STEPS = (0, 5, 14, 28, 40)


@pytest.fixture
def forecast(audit):
    return audit.forecast


def update(measured, name, share, *, verdict="not saved", saved=(), old_rows=0, trained=640):
    """It loses `share` of what the update alone does, and saves the categories named."""
    places = [measured.steps.index(step) for step in STEPS]

    def kept(c):
        runs = [[run[0] - share * (run[0] - run[i]) for i in places] for run in c.accuracy]
        drop = round(runs[0][0] - runs[0][-1], 4)
        return MitigatedCategory(
            category=c.category,
            accuracy=tuple(tuple(round(x, 4) for x in run) for run in runs),
            drop=drop,
            low=round(drop - 0.02, 4),
            high=round(drop + 0.02, 4),
            plain_drop=round(c.accuracy[0][0] - c.accuracy[0][-1], 4),
            verdict="saved" if c.category in saved else verdict,
        )

    categories = tuple(map(kept, measured.categories))
    others = [c.drop for c, m in zip(categories, measured.categories, strict=True) if m.masked]
    mean = round(sum(others) / len(others), 4)
    return MitigatedUpdate(
        mitigation=name,
        about="<i>old</i> rows in each batch",
        steps=STEPS,
        trained_rows=trained,
        old_rows=old_rows,
        learnt=(0.0, 0.4, 0.9, 0.95, 0.95),
        competent_step=14.0,
        drop=mean,
        low=round(mean - 0.01, 4),
        high=round(mean + 0.01, 4),
        drop_when_learnt=round(mean / 2, 4),
        verdict=verdict,
        categories=categories,
    )


@pytest.fixture
def with_tried(audit, forecast):
    """The same audit, with updates that were made with mitigations."""

    def with_tried(*tried):
        measured = dataclasses.replace(forecast.measurement, mitigations=tuple(tried))
        return dataclasses.replace(
            audit, forecast=dataclasses.replace(forecast, measurement=measured)
        )

    return with_tried


@pytest.fixture
def untrained(forecast):
    return [c.category for c in forecast.measurement.categories if c.masked is not None]


@pytest.fixture
def mitigated(with_tried, forecast, untrained):
    """Replay halves every loss and saves one category; training anew keeps all."""
    measured = forecast.measurement
    return with_tried(
        update(measured, "replay-20", 0.5, saved=untrained[-1:], old_rows=160, trained=800),
        update(measured, "nothing", 1.0),
        update(
            measured, "joint", 0.01, verdict="saved", saved=untrained, old_rows=2000, trained=2400
        ),
    )


def test_each_has_what_it_keeps_what_it_learns_what_it_costs_and_a_verdict(mitigated):
    found = mitigations(mitigated.forecast)
    assert (found.of, found.before) == (4, pytest.approx(0.9))
    replay, nothing, _ = found.lines
    assert nothing.accuracy == pytest.approx(found.alone.accuracy, abs=1e-3)
    half = (found.before + found.alone.accuracy) / 2
    assert replay.accuracy == pytest.approx(half, abs=1e-3)
    assert [k.cost for k in found.lines] == [
        "160 old rows more",
        "no old rows",
        "2,400 rows, all anew (3.8 times as many)",
    ]
    assert [(k.verdict, k.saved) for k in found.lines] == [
        ("not saved", 1),
        ("not saved", 0),
        ("saved", 4),
    ]


def test_the_interval_is_of_the_accuracy_that_is_kept(mitigated):
    replay = mitigations(mitigated.forecast).lines[0]
    assert replay.low < replay.accuracy < replay.high
    assert replay.high - replay.low == pytest.approx(0.02, abs=1e-3)


def test_of_a_single_run_there_is_no_interval(with_tried, forecast):
    once = dataclasses.replace(update(forecast.measurement, "lora", 0.5), low=None, high=None)
    [line] = mitigations(with_tried(once).forecast).lines
    assert line.interval == "one run: no interval"
    assert "one run: no interval" in HtmlRenderer().render(with_tried(once))


def test_the_page_has_them_cheapest_first_and_each_category_folded_away(mitigated, untrained):
    page = HtmlRenderer().render(mitigated)
    [table] = re.findall(r'<table class="trial mitigations">.*?</table>', page, re.DOTALL)
    names = re.findall(r'<th scope="row">([^<]+)<', table)
    assert names == ["the update alone", "replay-20", "nothing", "joint"]
    assert "&lt;i&gt;old&lt;/i&gt; rows" in table
    [folded] = re.findall(
        r"<summary>Each category with each protection.*?</table>", page, re.DOTALL
    )
    assert folded.count('<th scope="row">') == len(untrained)
    assert folded.count("✓") == 1 + 1 + len(untrained)  # caption, replay's one, joint's


def test_the_terminal_has_a_line_of_each(mitigated, audit):
    lines = summarise_audit(mitigated).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Tried     "))
    assert [line.split()[0] for line in lines[start + 2 : start + 5]] == [
        "replay-20",
        "nothing",
        "joint",
    ]
    assert "saved, 4 of 4 saved" in lines[start + 4]
    assert all(len(line) <= 100 for line in lines)
    assert "Tried" not in summarise_audit(audit)


# --- what do I do first -------------------------------------------------------------------------


def test_the_cheapest_that_saves_all_is_what_to_do_first(with_tried, forecast, untrained):
    measured = forecast.measurement
    held = update(measured, "ewc-1e9", 0.01, verdict="saved", saved=untrained)
    joint = update(measured, "joint", 0.0, verdict="saved", saved=untrained, trained=2400)
    short, words = headline(with_tried(held, joint)).protect
    assert short == "Use ewc-1e9"
    assert "Its cost: no old rows." in words
    assert words.endswith("So does joint.")


def test_where_nothing_saves_all_the_one_that_saves_most_is_named_as_such(
    with_tried, forecast, untrained
):
    measured = forecast.measurement
    one = update(measured, "replay-20", 0.3, saved=untrained[:2], old_rows=160)
    other = update(measured, "rate-0.3", 0.2, saved=untrained[:1])
    short, words = protection(with_tried(one, other).forecast)
    assert short == "Use replay-20, though it does not save all"
    assert words.startswith("Nothing that was tried surely saves every category. Replay-20 ends ")
    assert "it saves 2 of 4. Its cost: 160 old rows more. Next is rate-0.3: " in words
    assert words.endswith("% and 95%, no old rows.")


def test_what_keeps_all_and_learns_half_is_no_better_than_what_does_both_well(with_tried, forecast):
    measured = forecast.measurement
    timid = dataclasses.replace(
        update(measured, "rate-0.1", 0.05), learnt=(0.0, 0.2, 0.4, 0.5, 0.5)
    )
    replay = update(measured, "replay-20", 0.2, old_rows=160)
    joint = update(measured, "joint", 0.0)
    _, words = protection(with_tried(timid, replay, joint).forecast)
    assert words.startswith("Nothing that was tried surely saves every category. Joint ends ")
    assert "Next is replay-20: " in words


def test_what_does_not_learn_the_update_is_not_advised(with_tried, forecast, untrained):
    measured = forecast.measurement
    still = update(measured, "rate-0.1", 0.0, verdict="fails to learn")
    replay = update(measured, "replay-20", 0.5, saved=untrained[:1])
    assert protection(with_tried(still, replay).forecast)[0].startswith("Use replay-20")
    assert protection(with_tried(still).forecast)[0] == "Nothing that was tried learns it"


def test_where_nothing_was_tried_the_options_that_try_it_are_said(audit):
    short, words = protection(audit.forecast)
    assert short == "Find out what keeps it: --probe full --mitigations all"
    assert words.startswith("The update is expected to take ")


def test_an_update_that_takes_hardly_anything_needs_no_protection(forecast):
    little = dataclasses.replace(forecast.whole, lost_at_end=0.02, end_low=0.0, end_high=0.04)
    assert protection(dataclasses.replace(forecast, whole=little))[0] == "Nothing"


def test_an_update_that_takes_little_on_average_is_not_called_harmless_where_one_category_falls(
    with_tried, forecast, untrained
):
    measured = forecast.measurement

    def still(c):
        """As before the update, but for the last one."""
        runs = tuple((run[0],) * (len(run) - 1) + (run[0],) for run in c.accuracy)
        return dataclasses.replace(c, accuracy=runs)

    calm = dataclasses.replace(measured, categories=tuple(map(still, measured.categories)))
    tried = update(calm, "joint", 0.0, verdict="saved", saved=untrained)
    fallen = tuple(
        dataclasses.replace(c, plain_drop=0.18 if c.category == untrained[-1] else 0.0)
        for c in tried.categories
    )
    calm = dataclasses.replace(calm, mitigations=(dataclasses.replace(tried, categories=fallen),))
    short, words = protection(dataclasses.replace(forecast, measurement=calm))
    assert short == "Nothing"
    assert words.startswith("The update alone ends with ")
    assert words.endswith(f" But {untrained[-1]} loses 18 points.")


def test_without_an_update_it_is_asked_for(forecast):
    simulated = dataclasses.replace(forecast.update, kind="simulated")
    short, words = protection(dataclasses.replace(forecast, update=simulated))
    assert (short, "--update FILE" in words) == ("Name the update", True)
    assert protection(None)[0] == "Nothing can be said"


# --- a file that somebody edited ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learnt": (0.5,)}, "mitigations[0].learnt has 1 values, and 5 are wanted"),
        ({"categories": ()}, "mitigations[0].categories are not those of forecast.measurement"),
        ({"steps": (0, 3)}, "mitigations[0].steps are not 0 and some of forecast.measurement"),
        ({"old_rows": 900}, "mitigations[0].old_rows is not from 0 to"),
        (
            {"low": None},
            "mitigations[0].low or forecast.measurement.mitigations[0].high is missing",
        ),
        ({"high": -0.5}, "mitigations[0].drop is not within its interval"),
    ],
)
def test_a_file_whose_mitigations_do_not_fit_is_refused(mitigated, changes, said):
    assert list(faults(mitigated)) == []
    measured = mitigated.forecast.measurement
    broken = (dataclasses.replace(measured.mitigations[0], **changes),)
    measured = dataclasses.replace(measured, mitigations=broken)
    forecast = dataclasses.replace(mitigated.forecast, measurement=measured)
    found = list(faults(dataclasses.replace(mitigated, forecast=forecast)))
    assert any(said in fault for fault in found)
