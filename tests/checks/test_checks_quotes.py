"""What a finding measures in words is declared by its check; here is what happens where it is not.

That all checks declare theirs is seen in every test of this folder (`conftest.py`).
"""

from __future__ import annotations

import pytest

from auditor.records.findings import Finding

ROWS = [("Where is my parcel?", "late"), ("I was charged twice", "billing")]


def found(make_evidence, code: str, measured: dict[str, object]) -> Finding:
    return make_evidence(ROWS).finding(
        code=code,
        severity="note",
        members=[0],
        summary="one row",
        measured=measured,
        limit={"rows": 1},
        advice="Read it.",
    )


@pytest.mark.parametrize("value", ["a parcel", ["a parcel"], {"a parcel": 1}, [{"row": 1}]])
def test_a_value_with_words_that_is_not_declared_is_seen(make_evidence, value):
    with pytest.raises(AssertionError, match="near-duplicate: declare them"):
        found(make_evidence, "near-duplicate", {"rows": 1, "nearest": value})


def test_numbers_and_what_is_declared_need_no_more(make_evidence, undeclared):
    measured = {"labels": {"late": 1}, "difference": "parcel -> box", "share": 0.5, "rows": [1, 2]}
    assert undeclared(found(make_evidence, "label-conflict", measured)) == set()
