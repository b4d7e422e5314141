"""Known findings: what stays known, what is new, what nobody touched, what has gone."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.errors import DataError, MachineError, UsageError
from auditor.gating.baseline import Baseline, Grown, create, prune, read, split, update, write
from auditor.records.dataset import Dataset, Example
from auditor.records.findings import Finding, fingerprint

TODAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)
TEXTS = tuple(f"Where is parcel {n} of mine?" for n in range(12))


def dataset(texts: Sequence[str] = TEXTS, labels: Sequence[str] = ()) -> Dataset:
    pairs = zip(texts, labels or ["late"] * len(texts), strict=True)
    examples = tuple(Example(row=i, text=t, category=c) for i, (t, c) in enumerate(pairs))
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
    assert [line[:24] for line in path.read_text().splitlines()[:3]] == [
        '{"entries": [',
        '{"code":"label-conflict"',
        '{"code":"near-duplicate"',
    ]
    assert path.read_text().endswith("]}\n")


def test_a_row_that_is_added_changes_one_line_of_the_file(tmp_path):
    many = [f"Parcel {n} has not come" for n in range(1500)]
    written = []
    for texts in (many, [*many, "The van left without ringing"]):
        write(create([], dataset(texts)), tmp_path / "baseline.json")
        written.append((tmp_path / "baseline.json").read_text().splitlines())
    assert len(written[0]) < 300
    assert len(set(written[1]) - set(written[0])) == 1


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
    assert create([finding(0, 1, severity="note")], dataset()).entries == ()


def test_its_rows_are_those_of_all_splits_each_as_often_as_it_stands_there():
    held = Example(row=3, text="Where?", category="late", split="test")
    data = Dataset(
        name="desk",
        examples=dataset(["Lost", "Lost", "Found"]).examples,
        held_out=(held,),
        rows_read=4,
        roles={},
    )
    rows = create([], data).rows
    assert (len(rows), len(set(rows))) == (4, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"entries": 3}',
        b'{"entries": [{"code": "x"}]}',
        b"\xff\xfe",
        b'{"entries": [{"',
        b'{"entries": [], "rows": ["parcel"]}',
        b'{"entries": [], "rows": ["0123456789abcdef\\n"]}',
        b'{"entries": [], "rows": [], "row": []}',
        b'{"entries":' + b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_bad_data(tmp_path, content):
    (tmp_path / "baseline.json").write_bytes(content)
    with pytest.raises(DataError, match=r"baseline.json: is not a baseline .*create"):
        read(tmp_path / "baseline.json")


ENTRY = {"code": "near-duplicate", "category": "late", "rows": ["0123456789abcdef"]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expire": "2026-01-31"}, "expire"),
        ({"expires": "31/01/2026"}, "entries[0].expires"),
        ({"rows": ["0123456789ABCDEF"]}, "entries[0].rows[0]"),
        ({"rows": ["0123456789abcde"]}, "entries[0].rows[0]"),
        ({"rows": ["Where is parcel 3 of mine?"]}, "entries[0].rows[0]"),
        ({"code": "near-duplicat"}, "entries[0].code 'near-duplicat' is no check"),
    ],
)
def test_an_entry_that_somebody_misspelled_is_told_not_passed_over(tmp_path, change, said):
    """Else what it was to know would be new, and what was to expire would be known for good."""
    content = {"entries": [{**ENTRY, **change}], "labels": [], "rows": []}
    (tmp_path / "baseline.json").write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"baseline.json: .*restore") as caught:
        read(tmp_path / "baseline.json")
    assert said in str(caught.value)


def test_one_that_does_not_say_its_rows_is_to_be_made_again(tmp_path):
    (tmp_path / "baseline.json").write_text('{"entries": []}')
    with pytest.raises(DataError, match=r"which rows there were .* remove it and make one with"):
        read(tmp_path / "baseline.json")


def test_a_missing_file_is_said_with_how_to_make_one(tmp_path):
    with pytest.raises(UsageError, match="no such baseline; make one with `auditor baseline"):
        read(tmp_path / "baseline.json")


def test_a_place_that_cannot_be_written_is_the_surroundings(tmp_path, known):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="cannot be written"):
        write(known, tmp_path / "file" / "baseline.json")


# --- what is known ---------------------------------------------------------------------------


def test_what_was_found_before_is_known(known):
    diff = split(known, FOUND, dataset(), TODAY)
    assert diff.known == tuple(FOUND)
    assert (diff.new, diff.fixed, diff.expired) == ((), (), ())


def test_rows_that_move_stay_known(known):
    moved = tuple(reversed(TEXTS))
    assert split(known, [finding(9, 10, 11)], dataset(moved), TODAY).new == ()


def test_a_finding_that_grew_by_a_row_is_known(known):
    assert split(known, [finding(0, 1, 2, 5)], dataset(), TODAY).new == ()


MANY = tuple(f"The van came {n} minutes late" for n in range(40))


@pytest.mark.parametrize("more", [1, 3, 6, 40])
def test_a_finding_stays_known_however_many_rows_are_added_to_it(known, more):
    grown = finding(0, 1, 2, *range(12, 12 + more))
    diff = split(known, [grown], dataset([*TEXTS, *MANY[:more]]), TODAY)
    assert (diff.known, diff.new) == ((grown,), ())
    [growth] = diff.growth
    assert growth.code == "near-duplicate"
    assert growth.findings == (Grown(finding=grown, then=3, now=3 + more),)
    assert growth.rows == tuple(range(12, 12 + more))
    assert growth.added == more
    assert growth.share_added == 1.0
    assert growth.share_there == 3 / 12
    assert growth.part == more / (12 + more)


def test_rows_of_a_grown_finding_may_have_moved(known):
    moved = [*MANY[:3], *reversed(TEXTS)]
    grown = finding(0, 1, 2, 12, 13, 14)
    diff = split(known, [grown], dataset(moved), TODAY)
    assert diff.known == (grown,)
    assert diff.growth[0].findings[0].then == 3


def test_what_shrank_or_has_only_old_rows_has_not_grown(known):
    data = dataset([*TEXTS, *MANY[:6]])
    diff = split(known, [finding(0, 1), finding(3, 4, 5, code="label-conflict")], data, TODAY)
    assert (len(diff.known), diff.growth) == (2, ())


def test_another_finding_that_shares_half_of_its_rows_is_new():
    """Half of the entry's rows, half of its own: whichever of the two it is, nobody can tell."""
    known = create([finding(0, 1, 2, 3, 4, 5)], dataset())
    more = dataset([*TEXTS, *MANY[:6]])
    half = finding(0, 1, 2, 12, 13, 14)
    other = finding(3, 4, 5, 6, 7, 8, 15)
    assert split(known, [half, other], more, TODAY).new == (half, other)


def test_another_finding_that_took_in_a_small_known_one_is_new():
    """The old rows of it that nobody knew are more than those that somebody did."""
    known = create([finding(0, 1, 2)], dataset())
    larger = finding(0, 1, 2, 5, 6, 7, 8, 12)
    assert split(known, [larger], dataset([*TEXTS, "No van"]), TODAY).new == (larger,)


def test_a_finding_of_added_rows_with_a_row_of_a_known_one_is_new(known):
    other = finding(2, 12, 13, 14, 15, 16)
    assert split(known, [other], dataset([*TEXTS, *MANY[:5]]), TODAY).new == (other,)


def test_beside_what_has_grown_another_finding_is_new(known):
    grown, other = finding(0, 1, 2, 12, 13, 14), finding(15, 16, 17, 18)
    diff = split(known, [grown, other], dataset([*TEXTS, *MANY[:7]]), TODAY)
    assert (diff.known, diff.new) == ((grown,), (other,))


def test_what_lost_most_of_its_rows_and_was_filled_up_again_is_new():
    known = create([finding(0, 1, 2, 3, 4, 5)], dataset())
    left = [*TEXTS[:2], *TEXTS[6:], *MANY[:6]]
    filled = finding(0, 1, *range(8, 14))
    assert split(known, [filled], dataset(left), TODAY).new == (filled,)
    pruned = prune(known, [filled], dataset(left))
    assert split(pruned, [filled], dataset(left), TODAY).new == (filled,)


def test_an_expired_entry_does_not_grow():
    known = create(FOUND, dataset(), "until the sprint ends", YESTERDAY)
    grown = finding(0, 1, 2, 12, 13, 14)
    diff = split(known, [grown], dataset([*TEXTS, *MANY[:3]]), TODAY)
    assert (diff.new, diff.growth) == ((grown,), ())


def test_two_findings_that_became_one_are_known():
    known = create([finding(0, 1), finding(2, 3)], dataset())
    diff = split(known, [finding(0, 1, 2, 3)], dataset(), TODAY)
    assert (diff.new, diff.fixed) == ((), ())


def test_the_same_rows_under_another_code_are_not_known(known):
    other = finding(0, 1, 2, code="label-error")
    assert split(known, [other], dataset(), TODAY).known == ()


def test_a_row_with_another_label_is_another_row(known):
    relabelled = dataset(labels=["praise"] * 12)
    assert len(split(known, [finding(0, 1, 2)], relabelled, TODAY).new) == 1


@pytest.mark.parametrize(
    "edited",
    [
        [f"{t} " for t in TEXTS],
        [t.upper() for t in TEXTS],
        [t.replace(" ", "  ") for t in TEXTS],
        [t.replace(" ", "\u00a0") + "\r\n" for t in TEXTS],
        ["\ufeff" + t + "\u200b" for t in TEXTS],
        ["".join(chr(ord(c) + 0xFEE0) if "!" < c < "~" else c for c in t) for t in TEXTS],
    ],
    ids=["trailing", "case", "runs", "no-break", "invisible", "full width"],
)
def test_an_edit_that_no_reader_sees_keeps_what_is_known(known, edited):
    diff = split(known, FOUND, dataset(edited), TODAY)
    assert (diff.known, diff.fixed) == (tuple(FOUND), ())


def test_two_forms_of_one_accent_are_one_row():
    composed, apart = ["Où est mon paquet ?"], ["Ou\u0300 est mon paquet ?"]
    known = create([finding(0)], dataset(composed))
    assert split(known, [finding(0)], dataset(apart), TODAY).known == (finding(0),)


def test_a_label_that_is_spelled_anew_throughout_keeps_what_is_known(known):
    respelled = dataset(labels=["Late "] * 12)
    diff = split(known, [*FOUND, finding(7, 8)], respelled, TODAY)
    assert diff.known == tuple(FOUND)
    assert diff.untouched == (finding(7, 8),)


def test_more_of_a_row_that_is_known_are_added_to_its_finding():
    """Their hashes are one: of seven such rows three were there, whichever they are."""
    often = ["ok", "ok", "ok", *TEXTS]
    known = create([finding(0, 1, 2)], dataset(often))
    grown = finding(*range(15, 19), 0, 1, 2)
    diff = split(known, [grown], dataset([*often, *["OK"] * 4]), TODAY)
    assert diff.known == (grown,)
    [growth] = diff.growth
    assert (growth.findings[0].then, growth.findings[0].now, growth.added) == (3, 7, 4)
    assert (growth.share_added, growth.share_there) == pytest.approx((1.0, 0.2))


def test_each_of_many_copies_of_a_known_row_is_new():
    known = create([finding(0, code="label-error")], dataset())
    copies = [finding(row, code="label-error") for row in (0, 12, 13)]
    flooded = dataset([*TEXTS, TEXTS[0], TEXTS[0]])
    assert split(known, copies, flooded, TODAY).new == tuple(copies)


def test_a_finding_without_rows_goes_by_its_category():
    gap = finding(code="combination-gap")
    known = create([gap], dataset())
    other = finding(code="combination-gap", category="praise")
    diff = split(known, [gap, other], dataset([*TEXTS, "No van"]), TODAY)
    assert (diff.known, diff.new) == ((gap,), (other,))


def test_held_out_rows_count_as_rows():
    held = Example(row=12, text="Where?", category="late", split="test")
    data = Dataset(
        name="desk", examples=dataset().examples, held_out=(held,), rows_read=13, roles={}
    )
    leak = finding(0, 12, code="split-leakage")
    assert split(create([leak], data), [leak], data, TODAY).known == (leak,)


# --- what nobody touched ----------------------------------------------------------------------


def test_a_finding_of_rows_that_were_there_is_untouched(known):
    """Rows that were added beside it let an old row cross a threshold."""
    crossed = finding(7, code="label-error")
    more = dataset([*TEXTS, "My parcel is late", "No parcel yet", "Still no parcel"])
    diff = split(known, [*FOUND, crossed], more, TODAY)
    assert (diff.new, diff.untouched) == ((), (crossed,))


def test_one_row_that_was_added_makes_it_new(known):
    mixed = finding(7, 8, 9, 12)
    assert split(known, [mixed], dataset([*TEXTS, "No van"]), TODAY).new == (mixed,)


def test_a_copy_that_is_added_makes_it_new(known):
    """The hash of the copy is that of the row it repeats, and there is one more of it."""
    family = finding(7, 12)
    for copy in (TEXTS[7], TEXTS[7].upper() + " "):
        assert split(known, [family], dataset([*TEXTS, copy]), TODAY).new == (family,)


def test_a_row_that_was_edited_or_relabelled_makes_it_new(known):
    crossed = finding(7, code="label-error")
    edited = [*TEXTS[:7], "Where is my refund?", *TEXTS[8:]]
    relabelled = ["late"] * 7 + ["praise"] + ["late"] * 4
    assert split(known, [crossed], dataset(edited), TODAY).new == (crossed,)
    assert split(known, [crossed], dataset(labels=relabelled), TODAY).new == (crossed,)


def test_rows_that_moved_or_lost_their_neighbours_are_untouched(known):
    crossed = finding(0, code="label-error")
    left = dataset([TEXTS[7], *reversed(TEXTS[3:5])])
    assert split(known, [crossed], left, TODAY).untouched == (crossed,)


def test_a_part_of_a_label_that_is_spelled_anew_was_touched(known):
    """Two spellings where there was one: who spelled them so changed these rows, not the others."""
    labels = ["Late"] * 6 + ["late"] * 6
    respelled, left = finding(5, code="label-spelling"), finding(7, code="label-error")
    diff = split(known, [respelled, left], dataset(labels=labels), TODAY)
    assert (diff.new, diff.untouched) == ((respelled,), (left,))


def test_spellings_that_were_there_are_untouched():
    labels = ["Late"] * 6 + ["late"] * 6
    data, crossed = dataset(labels=labels), finding(5, code="label-spelling")
    assert split(create([], data), [crossed], data, TODAY).untouched == (crossed,)


def test_without_rows_it_is_untouched_where_no_row_came_or_went(known):
    gap = finding(code="combination-gap")
    assert split(known, [gap], dataset(), TODAY).untouched == (gap,)
    assert split(known, [gap], dataset([*TEXTS, "No van"]), TODAY).new == (gap,)
    assert split(known, [gap], dataset(TEXTS[:-1]), TODAY).new == (gap,)


def test_a_note_is_none(known):
    assert split(known, [finding(7, 8, severity="note")], dataset(), TODAY).untouched == ()


# --- what has gone, and what has expired -----------------------------------------------------


def test_what_is_no_longer_found_is_fixed(known):
    [fixed] = split(known, FOUND[:1], dataset(), TODAY).fixed
    assert fixed.code == "label-conflict"


def test_what_shrank_to_a_note_is_fixed(known):
    assert len(split(known, [finding(0, 1, severity="note")], dataset(), TODAY).fixed) == 2


def test_an_entry_counts_through_its_last_day():
    known = create(FOUND, dataset(), "until the sprint ends", TODAY)
    assert split(known, FOUND, dataset(), TODAY).new == ()


def test_what_grew_beyond_its_entry_is_not_fixed(known):
    grown = [finding(0, 1, 2, 5, 6, 7, 8), FOUND[1]]
    assert split(known, grown, dataset(), TODAY).fixed == ()


def test_what_has_expired_is_new_again():
    known = create(FOUND, dataset(), "until the sprint ends", YESTERDAY)
    diff = split(known, FOUND, dataset(), TODAY)
    assert diff.new == tuple(FOUND)
    assert len(diff.expired) == 2
    assert (diff.fixed, diff.untouched) == ((), ())


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


def test_after_an_update_what_has_grown_is_no_longer_told(known):
    more = dataset([*TEXTS, *MANY[:3]])
    grown = finding(0, 1, 2, 12, 13, 14)
    after = update(known, [grown, FOUND[1]], more, "batch 5", today=TODAY)
    assert len(after.entries) == len(known.entries)
    entry = next(e for e in after.entries if e.code == "near-duplicate")
    assert len(entry.rows) == 6
    assert entry.reason == "as of the first release"
    diff = split(after, [grown], more, TODAY)
    assert (diff.known, diff.growth) == ((grown,), ())
    assert update(after, [grown, FOUND[1]], more, today=TODAY) == after


def test_after_an_update_what_was_new_or_untouched_is_known(known):
    more = dataset([*TEXTS, "No van"])
    found = [*FOUND, finding(7, 8), finding(9, 12)]
    assert split(known, found, more, TODAY).known == tuple(FOUND)
    after = update(known, found, more, today=TODAY)
    assert split(after, found, more, TODAY).known == tuple(found)
    assert len(after.rows) == 13


def test_an_update_forgets_no_row_and_takes_in_each_once(known):
    few = dataset([*TEXTS[:3], "No van"])
    after = update(known, [], few, today=TODAY)
    assert len(after.rows) == 13
    assert update(after, [], few, today=TODAY) == after


def test_pruning_drops_what_is_no_longer_found(known):
    old = create([finding(7, 8)], dataset(), "old", YESTERDAY)
    both = replace(known, entries=(*known.entries, *old.entries))
    assert prune(both, FOUND[:1], dataset()) == create(
        FOUND[:1], dataset(), "as of the first release"
    )


def test_pruning_drops_the_rows_that_are_gone_and_takes_in_none(known):
    left = dataset([*TEXTS[:5], "No van"])
    assert set(prune(known, FOUND, left).rows) == set(create([], dataset(TEXTS[:5])).rows)


def test_pruning_does_not_make_a_finding_pass_that_an_expired_entry_made_fail():
    known = create(FOUND, dataset(), "until the sprint ends", YESTERDAY)
    pruned = prune(known, FOUND, dataset())
    assert split(pruned, FOUND, dataset(), TODAY).new == tuple(FOUND)


def test_a_file_edited_by_hand_is_read_sorted(known, tmp_path):
    path = tmp_path / "baseline.json"
    write(replace(known, entries=known.entries[::-1], rows=known.rows[::-1]), Path(path))
    assert read(path) == known
