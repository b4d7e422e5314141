"""The illusion gap: what a random split owes to rows of one template on both of its sides."""

from __future__ import annotations

import numpy as np
import pytest

import auditor.prediction.template_leakage
from auditor.prediction.out_of_fold import score_out_of_fold
from auditor.prediction.template_leakage import _interval, measure_template_leakage
from auditor.records.structure import CopyFamilies, Template, TemplateMatch

TOPICS = ("billing", "delivery", "returns")
DIM = 24
FILLED, FREE = 8, 40  # rows of each template, and rows of each category in none
TOLD = 0.35  # how loudly a free row says its topic
SIMULATED = range(8)


def match_of(topic, members, holders, elsewhere):
    template = Template(
        category=topic,
        pattern="claim",
        members=members,
        share=0.1,
        tokens=("claim",) * 30,
        fixed_tokens=30,
        structural_tokens=0,
        excess=10.0,
        coverage=0.6,
    )
    return TemplateMatch(template=template, holders=holders, inside=0.1, elsewhere=elsewhere)


@pytest.fixture(scope="module")
def measure(world, dataset_of):
    """The leakage of three categories, each with `templates` that fill 8 rows apiece.

    The vector of a row is noise, with the direction of its topic times `says`, and with that of its
    template times `match`: the more, the better a row is known by the template.
    `alike`: the three categories share their templates.
    """

    def measure(seed, *, says, match, templates=8, free=FREE, alike=False):
        random = np.random.default_rng(seed)
        axes = random.normal(size=(len(TOPICS), templates, DIM)) / DIM**0.5
        pairs, place = [], {}
        for k, topic in enumerate(TOPICS):
            for i in range(templates * FILLED + free):
                filled = i < templates * FILLED
                text = f"{topic} {i} of {seed}, {says} {match} {templates} {free} {alike}"
                vector = (says if filled else TOLD) * np.eye(DIM)[k]
                vector = vector + 0.5 * random.normal(size=DIM) / DIM**0.5
                if filled:
                    vector = vector + match * axes[k, i // FILLED]
                    place[text] = i // FILLED
                world.place(text, vector)
                pairs.append((text, topic))
        data = dataset_of(pairs)
        number = np.array([place.get(t, -1) for t in data.texts])
        matches = []
        for k, topic in enumerate(TOPICS):
            for p in range(templates):
                mine = np.flatnonzero((number == p) & (data.codes == k))
                held = np.flatnonzero(number == p) if alike else mine
                matches.append(match_of(topic, mine, held, 0.1 if alike else 0.0))
        copies, vectors = CopyFamilies(family=np.arange(len(pairs))), world.embed(data)
        found = [f.template for f in matches]
        scored = score_out_of_fold(data, vectors, copies, found, seed)
        return measure_template_leakage(data, vectors, copies, matches, scored, seed)

    return measure


@pytest.fixture(scope="module")
def telling(measure):
    """24 categories whose templated rows are known by their template, and hardly by content."""
    return [i for seed in SIMULATED for i in measure(seed, says=0.1, match=1.0).values()]


@pytest.fixture(scope="module")
def silent(measure):
    """24 categories whose templates leave no trace in the vectors."""
    return [i for seed in SIMULATED for i in measure(seed, says=TOLD / 2, match=0.0).values()]


def covered(template_leakage, name):
    """Share of the intervals of `name` that hold 0."""
    ends = [(getattr(i, f"{name}_low"), getattr(i, f"{name}_high")) for i in template_leakage]
    return np.mean([low <= 0.0 <= high for low, high in ends])


def test_templates_that_predict_the_label_make_a_gap(telling):
    assert len(telling) == 24
    assert sum(i.gap_low > 0.05 for i in telling) >= 22
    assert all(i.templates == 8 and len(i.lost) > 0 for i in telling)


def test_templates_that_say_nothing_make_none(silent):
    assert len(silent) == 24
    assert sum(i.gap_low > 0.05 for i in silent) == 0
    assert abs(np.mean([i.gap for i in silent])) < 0.02


def test_two_random_splits_agree_whatever_the_templates_say(telling, silent):
    for template_leakage in (telling, silent):
        assert abs(np.mean([i.placebo for i in template_leakage])) < 0.02
        assert (
            covered(template_leakage, "placebo") >= 0.6
        )  # of intervals that hold it in .8 of cases


def test_an_interval_holds_no_gap_in_about_four_cases_of_five(silent):
    assert 0.6 <= covered(silent, "gap") <= 0.95


def test_an_interval_holds_no_gap_as_often_where_all_rows_err_a_little_alike():
    """Fifty families, whose mean scatters 1.12 times as much as they say, as probes' rows do."""
    held = 0
    for seed in range(1000):
        random = np.random.default_rng(seed)
        values = random.normal(size=(50, 1)) + 0.07 * random.normal()
        [[low], [high]] = _interval(values, np.arange(50), random)
        held += low <= 0.0 <= high
    assert held / 1000 >= 0.77


def test_gap_and_placebo_are_differences_of_accuracies_within_their_intervals(telling):
    for i in telling:
        assert i.gap == pytest.approx(i.random - i.disjoint)
        assert i.gap_low <= i.gap <= i.gap_high
        assert i.placebo_low <= i.placebo <= i.placebo_high


@pytest.mark.parametrize(
    ("templates", "free", "reason"),
    [
        (1, 0, "nearly all rows are from one template"),
        (1, 2, "nearly all rows are from one template"),
        (1, 3, "fewer than 3 templates"),
        (2, 40, "fewer than 3 templates"),
    ],
)
def test_what_cannot_be_told_is_untestable_and_trains_nothing(
    measure, monkeypatch, templates, free, reason
):
    monkeypatch.delattr(auditor.prediction.template_leakage, "probabilities")
    template_leakage = measure(0, says=0.3, match=1.0, templates=templates, free=free)
    assert template_leakage == dict.fromkeys(TOPICS, reason)


def test_templates_that_all_categories_share_are_no_templates_here(measure, monkeypatch):
    monkeypatch.delattr(auditor.prediction.template_leakage, "probabilities")
    assert measure(0, says=0.3, match=1.0, alike=True) == {}


def test_the_same_seed_measures_the_same(measure):
    one, other = (measure(3, says=0.1, match=1.0).values() for _ in range(2))
    assert [(i.gap, i.gap_low, i.gap_high) for i in one] == [
        (i.gap, i.gap_low, i.gap_high) for i in other
    ]


def test_without_templates_there_is_nothing_to_measure(world, dataset_of, direction, singles):
    data = dataset_of([(t, "billing") for t in world.write("billing", 4, direction("billing"))])
    nothing = measure_template_leakage(data, world.embed(data), singles(4), (), None, seed=0)
    assert nothing is None
