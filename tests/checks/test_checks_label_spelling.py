"""label-spelling: one category, written in several ways."""

import tomllib

import pytest

from auditor.checks.label_spelling import LabelSpelling


def rows(counts):
    return [
        (f"message {i} of {number}", label)
        for number, (label, n) in enumerate(counts.items())
        for i in range(n)
    ]


def test_spellings_are_named_so_that_a_reader_sees_them(make_evidence, findings):
    counts = {"billing": 2, "billing ": 4, "Billing": 1, "shipping": 9}
    [found] = findings(LabelSpelling(), make_evidence(rows(counts)))
    assert found.summary == "one label is written 'billing' (2), 'Billing' (1), 'billing␣' (4)"
    assert found.category == "billing"
    assert found.rows == (2, 3, 4, 5, 6)


def test_the_advice_is_a_mapping_to_paste(make_evidence, findings):
    counts = {"late": 5, "la\u200bte": 1, 'say "no"': 2, 'Say  "no"': 1}
    for found in findings(LabelSpelling(), make_evidence(rows(counts))):
        mapping = found.advice.partition(" with ")[2].partition(" in auditor.toml")[0]
        [(other, kept)] = tomllib.loads(mapping)["label_map"].items()
        assert (other, kept) in (("la\u200bte", "late"), ('Say  "no"', 'say "no"'))


@pytest.mark.parametrize("other", ["late ", "la\u200bte", "late\u00a0", "\ufefflate"], ids=ascii)
def test_labels_that_look_the_same_are_an_error(make_evidence, findings, other):
    [found] = findings(LabelSpelling(), make_evidence(rows({"late": 3, other: 3})))
    assert found.severity == "error"


@pytest.mark.parametrize("other", ["LATE", "ｌａｔｅ"])
def test_a_difference_that_can_be_seen_may_be_meant_and_is_a_warning(
    make_evidence, findings, other
):
    [found] = findings(LabelSpelling(), make_evidence(rows({"late": 3, other: 3})))
    assert found.severity == "warning"


def test_the_spelling_to_keep_is_the_commonest_without_hidden_marks(make_evidence, findings):
    counts = {"late ": 9, "Late": 3, "late": 2}
    [found] = findings(LabelSpelling(), make_evidence(rows(counts)))
    assert '{ "late" = "Late", "late\\u0020" = "Late" }' in found.advice
    [found] = findings(LabelSpelling(), make_evidence(rows({"late ": 9, " late": 3})))
    assert '{ "late\\u0020" = "late", "\\u0020late" = "late" }' in found.advice
    assert found.category is None
    assert len(found.rows) == 12


def test_what_looks_the_same_comes_first(make_evidence, findings):
    counts = {"A-day": 1, "a day": 1, "z": 1, "z ": 1}
    found = findings(LabelSpelling(), make_evidence(rows(counts)))
    assert [f.severity for f in found] == ["error", "warning"]


def test_labels_of_other_splits_count(make_evidence, findings):
    held_out = [{"text": "late again", "category": "Late", "split": "test"}]
    [found] = findings(LabelSpelling(), make_evidence(rows({"late": 3}), held_out=held_out))
    assert found.rows == (3,)


def test_labels_that_mean_different_things_are_left_alone(make_evidence, findings):
    counts = dict.fromkeys(["c", "c++", "c#", "A", "A-", "1", "01", "m2", "m²", "+1", "-1"], 2)
    assert findings(LabelSpelling(), make_evidence(rows(counts))) == []


def test_many_spellings_are_counted(make_evidence, findings):
    counts = {f"late{' ' * i}": 1 for i in range(7)}
    [found] = findings(LabelSpelling(), make_evidence(rows(counts)))
    assert found.summary.endswith("and 3 more ways")
    assert len(found.measured["spellings"]) == 7
