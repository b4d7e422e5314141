"""label-conflict: copies of one example, or what reads almost the same, under different labels."""

import dataclasses

import numpy as np
import pytest

from auditor.checks.label_conflict import LabelConflict


def row(text, category, annotator=None):
    return {"text": text, "category": category, "annotator": annotator}


TWO_LABELS = [
    row("I want my money back", "returns", "ada"),
    row("i want my  money back", "billing", "bob"),
    row("Where is my parcel?", "shipping", "ada"),
]


def test_one_text_under_two_labels_is_an_error(make_evidence, findings):
    [found] = findings(LabelConflict(), make_evidence(TWO_LABELS, families=[0, 0, 1]))
    assert (found.code, found.severity, found.rows) == ("label-conflict", "error", (0, 1))
    assert found.category is None
    assert found.measured["labels"] == {"billing": 1, "returns": 1}
    assert found.measured["certainty"] == "one text"


def test_copies_under_one_label_are_no_conflict(make_evidence, findings):
    rows = [row("Cancel it", "returns"), row("cancel it!", "returns"), row("Cancel", "billing")]
    assert findings(LabelConflict(), make_evidence(rows, families=[0, 0, 1])) == []


def test_marks_at_the_end_make_no_second_text(make_evidence, findings):
    rows = [row("Is the pool open?", "hours"), row("is the  pool open", "sports")]
    [found] = findings(LabelConflict(), make_evidence(rows, families=[0, 0]))
    assert (found.severity, found.measured["certainty"]) == ("error", "one text")


def test_what_may_be_a_copy_is_for_review_and_never_more(make_evidence, findings):
    rows = [row("the pool was nice :)", "glad"), row("the pool was nice :(", "sorry")]
    evidence = make_evidence(rows, families=[0, 1])
    copies = dataclasses.replace(evidence.copies, review=np.array([[0, 1]]))
    [found] = findings(LabelConflict(), dataclasses.replace(evidence, copies=copies))
    assert (found.severity, found.measured["certainty"]) == ("note", "review")
    assert found.measured["difference"] == ":) -> :("


def test_texts_that_differ_in_more_than_case_spaces_and_end_are_a_warning(make_evidence, findings):
    rows = [row("I want my money back", "returns"), row("I want my monye back!", "billing")]
    [found] = findings(LabelConflict(), make_evidence(rows, families=[0, 0]))
    assert found.severity == "warning"
    assert found.measured["certainty"] == "copies"
    assert found.measured["difference"] == "money back -> monye back!"


def test_errors_come_before_warnings(make_evidence, findings):
    rows = [
        *[row("Cancel it now", "returns"), row("Cancle it now", "billing")],
        *[row("Where is it?", "shipping"), row("Where is it?", "billing")],
    ]
    found = findings(LabelConflict(), make_evidence(rows, families=[0, 0, 1, 1]))
    assert [(f.severity, f.rows) for f in found] == [("error", (2, 3)), ("warning", (0, 1))]


def test_the_commonest_label_is_named_first(make_evidence, findings):
    rows = [row("Cancel it", c) for c in ("account", "returns", "returns", "billing")]
    [found] = findings(LabelConflict(), make_evidence(rows, families=[0] * 4))
    assert list(found.measured["labels"]) == ["returns", "account", "billing"]
    assert "4 copies of one example are labelled returns and account and billing" in found.summary


def test_the_annotators_and_their_labels_are_named(make_evidence, findings):
    [found] = findings(LabelConflict(), make_evidence(TWO_LABELS, families=[0, 0, 1]))
    assert found.measured["annotators"] == {"ada": ["returns"], "bob": ["billing"]}


def test_without_annotators_none_are_named(make_evidence, findings):
    rows = [row("Cancel it", "returns"), row("Cancel it", "billing")]
    [found] = findings(LabelConflict(), make_evidence(rows, families=[0, 0]))
    assert found.measured["annotators"] == {}


def test_an_annotator_who_gave_both_labels_is_shown_with_both(make_evidence, findings):
    rows = [row("Cancel it", "returns", "ada"), row("Cancel it", "billing", "ada")]
    [found] = findings(LabelConflict(), make_evidence(rows, families=[0, 0]))
    told = str(found.measured["annotators"])
    assert "returns" in told
    assert "billing" in told


CLOSE = [
    row("Can you tell me your name", "small talk"),
    row("Can you tell me my name", "account"),
    row("Where is my parcel?", "shipping"),
]


@pytest.fixture
def close(make_evidence):
    """Evidence in which the first two rows have this cosine."""

    def close(cosine, rows=CLOSE, **fields):
        evidence = make_evidence(rows, **fields)
        index = np.array([[1, 2], [0, 2], [-1, -1]])
        value = np.array([[cosine, 0.2], [cosine, 0.2], [-1.0, -1.0]], dtype=np.float32)
        near = dataclasses.replace(evidence.neighbours, index=index, cosine=value)
        return dataclasses.replace(evidence, neighbours=near)

    return close


def test_texts_that_are_nearly_alike_are_for_review_with_what_differs(close, findings):
    [found] = findings(LabelConflict(), close(0.96))
    assert (found.severity, found.rows) == ("note", (0, 1))
    assert found.measured["certainty"] == "review"
    assert found.measured["difference"] == "your -> my"
    assert "2 texts that are nearly alike are labelled account and small talk" in found.summary


@pytest.mark.parametrize("doubted", [0, 1])
def test_where_one_reads_like_the_other_s_label_it_is_a_label_error(
    close, findings, make_out_of_fold, doubted
):
    """Codes: account 0, shipping 1, small talk 2."""
    read = make_out_of_fold([2, 0, 1], 3, probe={doubted: (0 if doubted == 0 else 2, 0.9)})
    assert findings(LabelConflict(), close(0.96, out_of_fold=read)) == []
    agreed = make_out_of_fold([2, 0, 1], 3)
    assert len(findings(LabelConflict(), close(0.96, out_of_fold=agreed))) == 1


def test_how_alike_they_must_be_can_be_changed(close, findings):
    assert findings(LabelConflict(), close(0.94)) == []
    assert len(findings(LabelConflict(review=0.9), close(0.94))) == 1


def test_copies_are_not_listed_again_for_review(close, findings):
    [found] = findings(LabelConflict(), close(0.99, families=[0, 0, 1]))
    assert found.measured["certainty"] == "copies"


def told(context, *rows):
    """The rows, with what the model is told before them."""
    return [{**r, "context": context} for r in rows]


def test_rows_of_different_system_prompts_are_neither_conflicts_nor_for_review(
    make_evidence, close, findings
):
    dutch, polish = told("In Dutch.", CLOSE[0]), told("In Polish.", CLOSE[1])
    assert len(findings(LabelConflict(), close(0.99, told("In Dutch.", *CLOSE)))) == 1
    assert findings(LabelConflict(), close(0.99, [*dutch, *polish, CLOSE[2]])) == []
    one_text = [{**dutch[0], "text": "Hello"}, {**polish[0], "text": "Hello"}]
    assert findings(LabelConflict(), make_evidence(one_text, families=[0, 0])) == []


def test_a_system_prompt_that_all_rows_share_tells_none_apart(make_evidence, findings):
    rows = [*told("Be kind.", *TWO_LABELS[:1]), *told(" be  kind.", *TWO_LABELS[1:])]
    [found] = findings(LabelConflict(), make_evidence(rows, families=[0, 0, 1]))
    assert found.rows == (0, 1)


def test_texts_nearly_alike_that_share_a_declared_label_are_not_for_review(close, findings):
    """The first text has the second one's label too, in a row of its own."""
    rows = [*CLOSE[:2], {**CLOSE[0], "category": "account"}]
    assert len(findings(LabelConflict(), close(0.96, rows, families=[0, 1, 2]))) == 1
    declared = close(0.96, rows, families=[0, 1, 0], multi_label=True)
    assert findings(LabelConflict(), declared) == []


def test_rows_of_a_template_are_alike_by_it_and_not_for_review(close, findings, make_template):
    templated = (make_template([0], category="small talk"),)
    assert findings(LabelConflict(), close(0.96, templates=templated)) == []


def test_conflicts_between_the_same_labels_stand_together_and_are_called_a_pattern(
    make_evidence, findings
):
    pairs = [("Refund it", "billing"), ("Ring me", "account"), ("Pay me", "billing")]
    rows = [row(text, c) for text, other in pairs for c in ("returns", other)]
    rows += [row("Bill me", "returns"), row("Bill me", "billing")]
    found = findings(LabelConflict(), make_evidence(rows, families=[0, 0, 1, 1, 2, 2, 3, 3]))
    assert [f.rows for f in found] == [(0, 1), (4, 5), (6, 7), (2, 3)]
    assert [f.measured["between_these_labels"] for f in found] == [3, 3, 3, 1]
    assert found[0].advice.startswith("3 conflicts between billing and returns")
    assert found[3].advice.startswith("Decide between account and returns")


def test_a_pair_of_texts_with_several_copies_each_is_one_note(make_evidence, findings):
    """Two copies of one text, three of the other: not six notes."""
    rows = [*[CLOSE[0]] * 2, *[CLOSE[1]] * 3]
    evidence = make_evidence(rows, families=[0, 0, 1, 1, 1])
    index = np.array([[2, 3, 4], [2, 3, 4], [0, 1, -1], [0, 1, -1], [0, 1, -1]])
    cosine = np.where(index >= 0, 0.97, -1.0).astype(np.float32)
    near = dataclasses.replace(evidence.neighbours, index=index, cosine=cosine)
    [found] = findings(LabelConflict(), dataclasses.replace(evidence, neighbours=near))
    assert (found.rows, found.measured["between_these_labels"]) == ((0, 2), 1)
    assert found.measured["difference"] == "your -> my"
