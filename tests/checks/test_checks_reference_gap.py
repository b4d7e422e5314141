"""reference-gap: what real use has and training lacks."""

import dataclasses

import numpy as np
import pytest

from auditor.checks.reference_gap import ReferenceGap
from auditor.records.findings import SkippedCheck

NAMES = ("billing", "returns", "shipping")
ROWS = [(f"{name} message {i}", name) for name in NAMES for i in range(60)]
LIKE_TRAINING = {0: 40, 1: 40, 2: 40}
MISSING = {**LIKE_TRAINING, 9: 10}  # ten texts on a subject that no row is about


@pytest.fixture
def listed(make_evidence, findings):
    """What the check finds, candidates among it."""

    def listed(reference, **limits):
        check = ReferenceGap(**limits)
        return findings(check, make_evidence(ROWS, reference=reference))

    return listed


@pytest.fixture
def found(listed):
    """What it is sure of."""
    return lambda *args, **limits: [f for f in listed(*args, **limits) if f.severity == "warning"]


def test_a_subject_that_training_lacks_is_found_with_its_reference_rows(found, make_reference):
    [finding] = found(make_reference(MISSING))
    assert (finding.code, finding.severity) == ("reference-gap", "warning")
    assert finding.category is None
    assert set(finding.reference_rows) <= set(range(120, 130))
    assert len(finding.reference_rows) >= 8
    assert finding.measured["reference_texts"] == len(finding.reference_rows)
    assert finding.measured["score"] > finding.limit["score"]


def test_a_text_of_the_gap_is_quoted(found, make_reference):
    [finding] = found(make_reference(MISSING))
    assert finding.measured["typical_text"].endswith("about subject 9")


def test_a_reference_like_training_has_no_sure_gap(found, make_reference):
    assert found(make_reference(LIKE_TRAINING)) == []


def test_without_gaps_by_chance_a_reference_like_training_has_none(listed, make_reference):
    assert listed(make_reference(LIKE_TRAINING), by_chance=0) == []


def test_references_like_training_seldom_have_a_sure_gap_with_the_limits_as_they_come(
    make_evidence, make_reference
):
    """A warning must mean something: of forty sets drawn like training, four may have one."""
    alarms = 0
    for seed in range(40):
        reference = make_reference(LIKE_TRAINING, seed=seed + 100)
        evidence = make_evidence(ROWS, seed=seed, reference=reference)
        alarms += any(f.severity == "warning" for f in ReferenceGap().find(evidence))
    assert alarms <= 8  # a tenth, and 2.1 standard errors


def test_reference_rows_are_those_of_the_reference_file(found, make_reference):
    [finding] = found(make_reference(MISSING, first_row=1000))
    assert set(finding.reference_rows) <= set(range(1120, 1130))


def test_the_order_of_the_reference_does_not_matter(found, make_reference):
    reference = make_reference(MISSING)
    order = np.random.default_rng(3).permutation(130)
    shuffled = dataclasses.replace(
        reference,
        texts=[reference.texts[i] for i in order],
        rows=[reference.rows[i] for i in order],
        vectors=reference.vectors[order],
    )
    assert found(shuffled) == found(reference)


def test_two_gaps_have_two_fingerprints(make_evidence, make_reference):
    """Both are nearest to the same row of training; they are two findings none the less."""
    evidence = make_evidence(ROWS, reference=make_reference({**LIKE_TRAINING, 9: 12, 11: 12}))
    evidence.embeddings.vectors[:, [9, 11]] = 0.0
    evidence.embeddings.vectors[0] = np.eye(16)[[9, 11]].sum(axis=0) / np.sqrt(2)
    one, other = (f for f in ReferenceGap().find(evidence) if f.severity == "warning")
    assert one.rows == other.rows == (0,)
    assert not set(one.reference_rows) & set(other.reference_rows)
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ({0: 59}, "59 reference texts and 180 rows, 60 of each are needed"),
        ({0: 1}, "1 reference texts and 180 rows, 60 of each are needed"),
    ],
)
def test_with_too_few_reference_texts_nothing_is_said_but_why(
    make_evidence, make_reference, counts, reason
):
    evidence = make_evidence(ROWS, reference=make_reference(counts))
    assert list(ReferenceGap().find(evidence)) == [
        SkippedCheck(code="reference-gap", reason=reason)
    ]


def test_with_too_few_rows_nothing_is_said_but_why(make_evidence, make_reference):
    evidence = make_evidence(ROWS[:59], reference=make_reference(LIKE_TRAINING))
    [skipped] = ReferenceGap().find(evidence)
    assert skipped.reason == "120 reference texts and 59 rows, 60 of each are needed"


def test_more_splits_never_ask_for_a_lower_score_of_a_warning(found, make_reference):
    reference = make_reference(MISSING)
    sure = [found(reference, splits=n)[0].limit["warning_from"] for n in (1, 4, 30)]
    assert sure == sorted(sure)


def test_more_gaps_by_chance_let_more_be_listed(listed, make_reference):
    reference = make_reference(LIKE_TRAINING)
    assert len(listed(reference, by_chance=0.1)) < len(listed(reference, by_chance=4.0))


def test_candidates_of_a_reference_like_training_are_about_as_many_as_the_limit_says(
    make_evidence, make_reference
):
    """1.5 a category by chance: of twenty sets with three categories about ninety in all."""
    notes = 0
    for seed in range(20):
        reference = make_reference(LIKE_TRAINING, seed=seed + 100)
        notes += len(list(ReferenceGap().find(make_evidence(ROWS, seed=seed, reference=reference))))
    assert 45 <= notes <= 120


def test_the_size_of_a_gap_can_be_changed(found, make_reference):
    reference = make_reference(MISSING)
    assert all(len(f.reference_rows) >= 11 for f in found(reference, fewest=11, most=14))
    assert {f.measured["reference_texts"] for f in found(reference, most=6)} <= {5, 6}
    assert found(reference, most=6) != []


def test_of_a_large_reference_a_gap_takes_in_the_texts_that_were_not_drawn(found, make_reference):
    """Of 410 texts 200 are drawn, so of the 20 about a missing subject about ten."""
    [finding] = found(make_reference({0: 130, 1: 130, 2: 130, 9: 20}))
    assert len(set(finding.reference_rows) & set(range(390, 410))) >= 15
    assert len(finding.reference_rows) <= 25


def test_the_number_of_texts_that_are_needed_can_be_changed(found, make_reference):
    reference = make_reference({0: 15, 1: 15, 2: 15, 9: 10})
    surest = found(reference, enough=55)[0]
    assert set(surest.reference_rows) <= set(range(45, 55))


def test_without_a_reference_nothing_is_found(make_evidence, findings):
    assert findings(ReferenceGap(), make_evidence(ROWS)) == []
