"""rejected-rows: rows that could not be read."""

import pytest

from auditor.checks.rejected_rows import RejectedRows
from auditor.records.dataset import Reject

ROWS = [(f"Where is parcel {i}?", "shipping") for i in range(94)]


def rejects(n, reason="label is blank", first=20):
    return [Reject(row=first + i, line=first + 2 + i, reason=reason) for i in range(n)]


def test_where_every_row_was_read_there_is_nothing_to_say(make_evidence, findings):
    assert findings(RejectedRows(), make_evidence(ROWS)) == []


def test_many_rejected_rows_are_an_error_with_the_first_line_and_reason(make_evidence, findings):
    [found] = findings(RejectedRows(), make_evidence(ROWS, rejected=rejects(6)))
    assert (found.severity, found.category, found.rows) == ("error", None, ())
    assert found.summary == (
        "6 of 100 rows (6%) could not be read (first in line 22: label is blank)"
    )
    assert found.measured["reasons"] == {"label is blank": 6}
    assert found.measured["first"] == ["line 22", "line 23", "line 24"]


def test_reasons_are_counted_the_commonest_first(make_evidence, findings):
    rejected = [*rejects(1, "2 fields where the header has 3"), *rejects(3, first=40)]
    [found] = findings(RejectedRows(), make_evidence(ROWS, rejected=rejected))
    assert [*found.measured["reasons"].items()] == [
        ("label is blank", 3),
        ("2 fields where the header has 3", 1),
    ]


@pytest.mark.parametrize(
    ("read", "unread", "severity"),
    [(94, 5, "note"), (94, 6, "error"), (9, 6, "error"), (990, 10, "note"), (989, 11, "error")],
)
def test_five_rows_and_one_in_a_hundred_are_a_slip(make_evidence, findings, read, unread, severity):
    rows = [(f"Where is parcel {i}?", "shipping") for i in range(read)]
    [found] = findings(RejectedRows(), make_evidence(rows, rejected=rejects(unread)))
    assert found.severity == severity
    assert RejectedRows().too_many(unread, read + unread) == (severity == "error")


def test_formats_without_lines_name_the_row(make_evidence, findings):
    rejected = [Reject(row=3, line=None, reason="text is missing")]
    [found] = findings(RejectedRows(), make_evidence(ROWS * 2, rejected=rejected))
    assert found.summary.endswith("(under 1%) could not be read (first in row 3: text is missing)")


def test_the_limits_can_be_changed(make_evidence, findings):
    evidence = make_evidence(ROWS, rejected=rejects(6))
    for check in (RejectedRows(share=0.1), RejectedRows(rows=6)):
        assert [f.severity for f in findings(check, evidence)] == ["note"]
