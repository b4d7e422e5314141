"""Several annotators by design: what they say of a text is agreement, told once."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from auditor.checks.annotator_inconsistency import AnnotatorInconsistency
from auditor.checks.annotators import krippendorff_alpha
from auditor.checks.label_conflict import LabelConflict
from auditor.checks.multi_label import in_long_form
from auditor.checks.near_duplicate import NearDuplicate
from auditor.records.findings import Finding
from auditor.reporting.relabelling import rows_to_label_again
from auditor.structure.consensus import representatives

VOTES = {  # text -> the labels of ada, bob and cyd
    "The lamp flickers": ("broken", "broken", "broken"),
    "It hums at night": ("broken", "noise", "noise"),
    "What does it cost": ("price", "broken", "noise"),
}


@pytest.fixture
def evidence(make_evidence):
    """Each text under three annotators, as often as it takes; `more` rows stand after them."""

    def evidence(votes=VOTES, times=8, more=(), **fields):
        texts = [(f"{text} {n}", given) for n in range(times) for text, given in votes.items()]
        rows = [
            {"text": text, "category": label, "annotator": who}
            for text, given in texts
            for who, label in zip(("ada", "bob", "cyd"), given, strict=True)
        ]
        families = [i // 3 for i in range(len(rows))] + [of for of, _ in more]
        rows += [row for _, row in more]
        return make_evidence(rows, families=families, several_annotators=True, **fields)

    return evidence


def test_different_annotators_are_neither_copies_nor_conflicts(evidence):
    assert list(NearDuplicate().find(evidence())) == []
    assert list(LabelConflict().find(evidence())) == []
    assert in_long_form(evidence().dataset) == []


def test_one_annotator_who_labels_a_text_twice_makes_copies_and_conflicts(evidence):
    again = {"text": "The lamp flickers 0", "annotator": "ada"}
    twice = evidence(
        more=[(0, {**again, "category": "broken"}), (0, {**again, "category": "noise"})]
    )
    [copies] = NearDuplicate().find(twice)
    [conflict] = LabelConflict().find(twice)
    assert copies.rows == conflict.rows == (0, 72, 73)
    assert conflict.severity == "error"


def test_all_agreement_is_one_finding_and_an_open_text_one_line(evidence):
    [found] = AnnotatorInconsistency()._agreement(evidence())
    assert found.summary.startswith("16 of 24 texts with several annotators are open; alpha ")
    assert (found.measured["items"], found.measured["items_under_two_labels"]) == (24, 16)
    lines = found.measured["disputed"]
    assert len(lines) == 16
    split = lines["4"]  # "It hums at night 0": bob's row is the first with the majority's label
    assert split == {
        "labels": {"noise": 2, "broken": 1},
        "majority": "noise",
        "share": 0.6667,
    }
    assert sorted(rows_to_label_again([found])) == sorted((int(row),) for row in lines)


def test_labels_of_a_scale_one_step_apart_are_no_conflict(evidence):
    votes = {
        "The soup is cold": ("low", "medium", "low"),
        "The bread is stale": ("low", "high", "medium"),
        "The tea is fine": ("high", "high", "high"),
    }
    [found] = AnnotatorInconsistency()._agreement(evidence(votes))
    assert found.measured["scale"] == ["low", "medium", "high"]
    assert found.measured["one_step_apart"] == 8
    assert {line["steps_apart"] for line in found.measured["disputed"].values()} == {2}
    assert len(found.measured["disputed"]) == 8
    assert "by the scale low to high" in found.summary


def test_a_text_is_represented_by_the_first_row_with_its_commonest_label(evidence):
    data = evidence(times=1)
    once = representatives(data.dataset, data.items)
    assert np.flatnonzero(once).tolist() == [0, 4, 7]
    assert [data.dataset.examples[i].category for i in (0, 4, 7)] == ["broken", "noise", "broken"]


def test_without_the_design_every_row_stands_for_itself(make_evidence):
    data = make_evidence([("Hello", "a"), ("Hello", "b")], families=[0, 0])
    assert representatives(data.dataset, data.items).all()


def test_a_column_that_looks_like_annotators_is_proposed_with_the_flag(make_evidence):
    rows = [("Hello", "a"), ("Hello", "b"), ("Good-bye", "a")]
    data = make_evidence(rows, families=[0, 0, 1], annotator_columns=("the worker",))
    [found] = AnnotatorInconsistency().find(data)
    assert isinstance(found, Finding)
    assert (found.severity, found.rows) == ("note", (0, 1))
    assert found.summary.startswith("try --role annotator='the worker': ")
    assert rows_to_label_again([found]) == []


def test_ordinal_alpha_is_that_of_krippendorffs_example():
    """Krippendorff 2011, Computing Krippendorff's alpha-reliability, section on ordinal data."""
    observers = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    units = list(zip(*observers, strict=True))
    counts = np.array([[unit.count(kind) for kind in "12345"] for unit in units], dtype=float)
    counts = csr_array(counts[counts.sum(axis=1) > 1])
    assert krippendorff_alpha(counts, 0, np.arange(5))[0] == pytest.approx(0.815, abs=5e-4)
    assert krippendorff_alpha(counts, 0)[0] == pytest.approx(0.743, abs=5e-4)
