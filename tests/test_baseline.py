"""Known findings: what stays known, what is new, what has gone."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from auditor import baseline
from auditor.baseline import Baseline, create, prune, read, split, update, write
from auditor.errors import DataError, SurroundingsError, UsageError
from auditor.records import Dataset, Example
from auditor.results import Finding, fingerprint

TODAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)
TEXTS = tuple(f"Where is parcel {n} of mine?" for n in range(12))


def dataset(texts: tuple[str, ...] = TEXTS) -> Dataset:
    examples = tuple(Example(row=i, text=t, category="late") for i, t in enumerate(texts))
    return Dataset(name="desk", examples=examples, rows_read=len(texts), roles={})


def finding(*rows: int, code: str = "near-duplicate", severity: str = "warning", **more) -> Finding:
    return Finding(
        **{
            "code": code,
            "severity": severity,
            "category": "late",
            "subtype": None,
            "summary": "Where is parcel 3 of mine? stands here often",
            "measured": {},
            "limit": {},
            "rows": rows,
            "advice": "",
            "fingerprint": fingerprint(code, "late", [str(r) for r in rows]),
            **more,
        }
    )


FOUND = [finding(0, 1, 2), finding(3, 4, code="label-conflict", severity="error")]


@pytest.fixture
def known() -> Baseline:
    return create(FOUND, dataset(), "as of the first release")


# --- the file --------------------------------------------------------------------------------


def test_it_is_read_as_it_was_written(known, tmp_path):
    write(known, tmp_path / "new" / "baseline.json")
    assert read(tmp_path / "new" / "baseline.json") == known


def test_an_entry_stands_on_a_line_of_its_own_and_entries_are_sorted(known, tmp_path):
    path = tmp_path / "baseline.json"
    write(known, path)
    assert [line[:24] for line in path.read_text().splitlines()[1:-1]] == [
        '{"code":"label-conflict"',
        '{"code":"near-duplicate"',
    ]
    assert path.read_text().endswith("\n")


def test_the_order_of_findings_and_rows_leaves_no_trace(tmp_path, known):
    moved = tuple(reversed(TEXTS))
    again = [finding(9, 11, 10), finding(8, 7, code="label-conflict", severity="error")]
    found = create([again[1], again[0]], dataset(moved), "as of the first release")
    assert found == known


def test_no_text_and_no_day_of_making_stands_in_it(known, tmp_path):
    write(known, tmp_path / "baseline.json")
    content = (tmp_path / "baseline.json").read_text()
    assert "parcel" not in content
    assert re.search(r"\d{4}-\d\d", content) is None


def test_an_empty_one_can_be_written_and_read(tmp_path):
    write(Baseline(), tmp_path / "baseline.json")
    assert read(tmp_path / "baseline.json") == Baseline()


def test_notes_are_no_part_of_it():
    assert create([finding(0, 1, severity="note")], dataset()) == Baseline()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"entries": 3}',
        b'{"entries": [{"code": "x"}]}',
        b"\xff\xfe",
        b'{"entries": [{"',
    ],
)
def test_a_damaged_file_is_bad_data(tmp_path, content):
    (tmp_path / "baseline.json").write_bytes(content)
    with pytest.raises(DataError, match=r"baseline.json: is not a baseline .*create"):
        read(tmp_path / "baseline.json")


def test_a_missing_file_is_said_with_how_to_make_one(tmp_path):
    with pytest.raises(UsageError, match="no such baseline; make one with `auditor baseline"):
        read(tmp_path / "baseline.json")


def test_a_place_that_cannot_be_written_is_the_surroundings(tmp_path, known):
    (tmp_path / "file").write_text("")
    with pytest.raises(SurroundingsError, match="cannot be written"):
        write(known, tmp_path / "file" / "baseline.json")


# --- what is known ---------------------------------------------------------------------------


def test_what_was_found_before_is_known(known):
    standing = split(known, FOUND, dataset(), TODAY)
    assert standing.known == tuple(FOUND)
    assert (standing.new, standing.fixed, standing.expired) == ((), (), ())


def test_rows_that_move_stay_known(known):
    moved = tuple(reversed(TEXTS))
    assert split(known, [finding(9, 10, 11)], dataset(moved), TODAY).new == ()


def test_a_finding_that_grew_by_a_row_is_known(known):
    assert split(known, [finding(0, 1, 2, 5)], dataset(), TODAY).new == ()


def test_a_finding_half_of_whose_rows_are_new_is_new(known):
    grown = finding(0, 1, 2, 5, 6, 7)
    assert split(known, [grown], dataset(), TODAY).new == (grown,)


def test_two_findings_that_became_one_are_known():
    known = create([finding(0, 1), finding(2, 3)], dataset())
    standing = split(known, [finding(0, 1, 2, 3)], dataset(), TODAY)
    assert (standing.new, standing.fixed) == ((), ())


def test_the_same_rows_under_another_code_are_new(known):
    other = finding(0, 1, 2, code="label-error")
    assert split(known, [other], dataset(), TODAY).new == (other,)


def test_a_row_with_another_label_is_another_row(known):
    relabelled = [Example(row=e.row, text=e.text, category="praise") for e in dataset().examples]
    changed = Dataset(name="desk", examples=tuple(relabelled), rows_read=12, roles={})
    assert len(split(known, [finding(0, 1, 2)], changed, TODAY).new) == 1


def test_a_finding_without_rows_goes_by_its_category():
    gap = finding(code="combination-gap")
    known = create([gap], dataset())
    other = finding(code="combination-gap", category="praise")
    standing = split(known, [gap, other], dataset(), TODAY)
    assert (standing.known, standing.new) == ((gap,), (other,))


def test_held_out_rows_count_as_rows():
    held = Example(row=12, text="Where?", category="late", split="test")
    data = Dataset(
        name="desk", examples=dataset().examples, held_out=(held,), rows_read=13, roles={}
    )
    leak = finding(0, 12, code="split-leakage")
    assert split(create([leak], data), [leak], data, TODAY).known == (leak,)


# --- what has gone, and what has expired -----------------------------------------------------


def test_what_is_no_longer_found_is_fixed(known):
    [fixed] = split(known, FOUND[:1], dataset(), TODAY).fixed
    assert fixed.code == "label-conflict"


def test_what_shrank_to_a_note_is_fixed(known):
    assert len(split(known, [finding(0, 1, severity="note")], dataset(), TODAY).fixed) == 2


def test_an_entry_counts_through_its_last_day():
    known = create(FOUND, dataset(), "until the sprint ends", TODAY)
    assert split(known, FOUND, dataset(), TODAY).new == ()


def test_what_has_expired_is_new_again():
    known = create(FOUND, dataset(), "until the sprint ends", YESTERDAY)
    standing = split(known, FOUND, dataset(), TODAY)
    assert standing.new == tuple(FOUND)
    assert len(standing.expired) == 2
    assert standing.fixed == ()


def test_today_may_be_given_by_the_surroundings(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert baseline.date_of_today() == date(1970, 1, 2)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "tomorrow")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH must be seconds"):
        baseline.date_of_today()


# --- kept up to date -------------------------------------------------------------------------


def test_an_update_adds_what_is_new_and_keeps_the_rest(known):
    added = finding(7, 8)
    after = update(known, [FOUND[0], added], dataset(), "arrived with batch 4", today=TODAY)
    assert set(known.entries) < set(after.entries)
    assert {e.reason for e in set(after.entries) - set(known.entries)} == {"arrived with batch 4"}
    assert update(after, [FOUND[0], added], dataset(), today=TODAY) == after


def test_what_expired_and_is_found_again_takes_its_entrys_place():
    known = create(FOUND, dataset(), "until the sprint ends", YESTERDAY)
    after = update(known, FOUND, dataset(), "accepted", today=TODAY)
    assert after == create(FOUND, dataset(), "accepted")


def test_pruning_drops_what_is_fixed_or_expired(known):
    old = create([finding(7, 8)], dataset(), "old", YESTERDAY)
    both = Baseline(entries=(*known.entries, *old.entries))
    assert prune(both, FOUND[:1], dataset(), TODAY) == create(
        FOUND[:1], dataset(), "as of the first release"
    )


def test_a_file_edited_by_hand_is_read_sorted(known, tmp_path):
    path = tmp_path / "baseline.json"
    write(Baseline(entries=tuple(reversed(known.entries))), Path(path))
    assert read(path) == known
