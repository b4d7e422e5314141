"""label-conflict: copies of one example under different labels."""

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
    assert found.measured["same_text"] is True


def test_copies_under_one_label_are_no_conflict(make_evidence, findings):
    rows = [row("Cancel it", "returns"), row("cancel it!", "returns"), row("Cancel", "billing")]
    assert findings(LabelConflict(), make_evidence(rows, families=[0, 0, 1])) == []


def test_texts_that_differ_in_more_than_case_and_spaces_are_a_warning(make_evidence, findings):
    rows = [row("I want my money back", "returns"), row("I want my monye back!", "billing")]
    [found] = findings(LabelConflict(), make_evidence(rows, families=[0, 0]))
    assert found.severity == "warning"
    assert found.measured["same_text"] is False


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
