"""near-duplicate: one example that stands in the data several times."""

import dataclasses

from auditor.checks.near_duplicate import NearDuplicate

ROWS = [
    ("Where is my parcel?", "shipping"),
    ("where is my parcel", "shipping"),
    ("I was charged twice", "billing"),
    ("Cancel my order", "returns"),
    ("Cancel my order", "returns"),
    ("The lamp flickers", "returns"),
]


def test_each_family_of_copies_is_found(make_evidence, findings):
    found = findings(NearDuplicate(), make_evidence(ROWS, families=[0, 0, 1, 2, 2, 3]))
    assert [(f.rows, f.category) for f in found] == [((0, 1), "shipping"), ((3, 4), "returns")]


def test_rows_that_stand_alone_are_not_found(make_evidence, findings):
    assert findings(NearDuplicate(), make_evidence(ROWS[2:4])) == []


def test_identical_rows_are_told_from_edited_ones(make_evidence, findings):
    edited, identical = findings(NearDuplicate(), make_evidence(ROWS, families=[0, 0, 1, 2, 2, 3]))
    assert "the same but for a trivial edit" in edited.summary
    assert edited.measured == {"rows": 2, "distinct_texts": 2}
    assert "identical" in identical.summary
    assert identical.measured == {"rows": 2, "distinct_texts": 1}


def test_a_pair_is_a_note_and_four_rows_are_a_warning(make_evidence, findings):
    rows = [("Where is my parcel?", "shipping")] * 4 + ROWS[3:]
    found = findings(NearDuplicate(), make_evidence(rows, families=[0, 0, 0, 0, 1, 1, 2]))
    assert [(len(f.rows), f.severity) for f in found] == [(4, "warning"), (2, "note")]


def test_three_rows_are_a_note(make_evidence, findings):
    rows = [("Where is my parcel?", "shipping")] * 3
    [found] = findings(NearDuplicate(), make_evidence(rows, families=[0, 0, 0]))
    assert found.severity == "note"


def test_the_largest_families_come_first(make_evidence, findings):
    rows = [("Cancel it", "returns")] * 2 + [("Where is it?", "shipping")] * 3
    found = findings(NearDuplicate(), make_evidence(rows, families=[0, 0, 1, 1, 1]))
    assert [f.rows for f in found] == [(2, 3, 4), (0, 1)]


def test_copies_under_several_labels_belong_to_no_category(make_evidence, findings):
    rows = [("Cancel it", "returns"), ("Cancel it", "billing")]
    [found] = findings(NearDuplicate(), make_evidence(rows, families=[0, 0]))
    assert found.category is None
    assert "billing and returns" in found.summary


def test_rows_of_different_system_prompts_are_no_copies(make_evidence, findings):
    told = ("In Dutch.", "In Polish.", "in  dutch.")
    rows = [{"text": "Where is it?", "category": "shipping", "context": c} for c in told]
    [found] = findings(NearDuplicate(), make_evidence(rows, families=[0, 0, 0]))
    assert found.rows == (0, 2)


def test_the_limit_can_be_changed(make_evidence, findings):
    evidence = make_evidence(ROWS, families=[0, 0, 1, 2, 2, 3])
    found = findings(NearDuplicate(many=2), evidence)
    assert [f.severity for f in found] == ["warning", "warning"]
    assert [f.limit["warning_from"] for f in found] == [2, 2]


def test_copies_that_have_several_labels_are_found_once(make_evidence, findings):
    """Each label of a row is an example of its own."""
    text = "The lamp flickers and smells"
    labels = ["fault", "smell", "fault", "smell"]
    evidence = make_evidence(
        [(text, label) for label in labels], families=[0] * 4, multi_label=True
    )
    examples = zip(evidence.dataset.examples, (0, 0, 1, 1), strict=True)
    of_file = tuple(dataclasses.replace(example, row=row) for example, row in examples)
    dataset = dataclasses.replace(evidence.dataset, examples=of_file, rows_read=2)
    [found] = findings(NearDuplicate(), dataclasses.replace(evidence, dataset=dataset))
    assert (found.rows, found.measured["rows"]) == ((0, 1), 2)
    assert found.summary == "2 rows of fault and smell are identical"
