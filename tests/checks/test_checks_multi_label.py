"""multi-label: texts that stand under several labels, a row for each."""

import pytest

from auditor.checks.label_conflict import LabelConflict
from auditor.checks.multi_label import MultiLabel, in_long_form
from auditor.checks.near_duplicate import NearDuplicate

SINGLE = [(f"The parcel number {i} has not come", "delivery") for i in range(40)]


def several(n, labels=("delivery", "damage"), **fields):
    """n texts, each in a row for each of the labels."""
    return [
        {"text": f"Parcel {i} came late and broken", "category": label, **fields}
        for i in range(n)
        for label in labels
    ]


def families(rows):
    texts = [r["text"] if isinstance(r, dict) else r[0] for r in rows]
    return [texts.index(t) for t in texts]


def test_a_set_in_long_form_is_one_finding_and_no_conflicts(make_evidence, findings):
    rows = [*SINGLE, *several(6)]
    evidence = make_evidence(rows, families=families(rows))
    [found] = findings(MultiLabel(), evidence)
    assert (found.severity, found.rows) == ("warning", tuple(range(40, 52)))
    assert found.summary == (
        "6 texts have several labels, in 12 of 52 rows: a multi-label set, one row per label"
    )
    assert "--multi-label" in found.advice
    assert findings(LabelConflict(), evidence) == []


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([*SINGLE, *several(4)], "four texts may be slips"),
        ([*SINGLE, *SINGLE, *several(5)], "a set that repeats its labels is not written so"),
        ([*several(6, ("damage",)), *several(5)], "texts under one label twice outnumber them"),
        ([*SINGLE[:1] * 20, *several(1), *SINGLE], "one text"),
        ([(f"{t} {i}", c) for i in range(4) for t, c in SINGLE] + several(5), "under a tenth"),
    ],
)
def test_slips_stay_conflicts(make_evidence, findings, rows, why):
    evidence = make_evidence(rows, families=families(rows))
    assert findings(MultiLabel(), evidence) == [], why
    assert findings(LabelConflict(), evidence) != []


def test_noise_on_repeated_texts_is_no_set_of_several_labels(make_evidence):
    """Ten texts that stand six times each, with one wrong label among them."""
    rows = [(f"yes please {i}", "no" if j == 0 else "yes") for i in range(10) for j in range(6)]
    assert in_long_form(make_evidence(rows).dataset) == []


def test_annotators_who_disagree_are_no_set_of_several_labels(make_evidence):
    one, other = (
        several(8, ("delivery",), annotator="ada"),
        several(8, ("damage",), annotator="bob"),
    )
    assert in_long_form(make_evidence([*one, *other]).dataset) == []
    both = several(8, annotator="ada")
    assert len(in_long_form(make_evidence(both).dataset)) == 16


def test_labels_by_the_system_prompt_are_no_set_of_several_labels(make_evidence):
    one, other = several(8, ("nl",), context="In Dutch."), several(8, ("pl",), context="In Polish.")
    assert in_long_form(make_evidence([*one, *other]).dataset) == []


# --- once it is declared ---------------------------------------------------------------------


def test_a_declared_set_has_no_conflicts_and_no_copies_across_labels(make_evidence, findings):
    rows = [*SINGLE, *several(6)]
    evidence = make_evidence(rows, families=families(rows), multi_label=True)
    for check in (MultiLabel(), LabelConflict(), NearDuplicate()):
        assert findings(check, evidence) == []


def test_in_a_declared_set_a_row_that_stands_twice_is_still_a_copy(make_evidence, findings):
    rows = [*SINGLE, *several(6), several(1)[1]]
    evidence = make_evidence(rows, families=families(rows), multi_label=True)
    [found] = findings(NearDuplicate(), evidence)
    assert (found.rows, found.category) == ((41, 52), "damage")
