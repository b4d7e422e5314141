"""`auditor baseline`: a file of known findings, made and kept up to date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.gating.baseline import read

MADE = Path("baseline.json")


def test_the_findings_of_a_dataset_are_written_down(run, desk):
    out = run("baseline", "create", "desk.csv", "--reason", "as of the first release").stdout
    known = read(MADE)
    assert {e.code for e in known.entries} >= {"template-dominance", "near-duplicate"}
    assert {e.reason for e in known.entries} == {"as of the first release"}
    assert len(known.rows) == 50
    assert out == f"baseline.json: {len(known.entries)} known in 50 rows\n"


def test_the_same_data_gives_the_same_bytes_whatever_its_order(
    run, desk, workplace, tickets, as_csv
):
    (workplace / "moved.csv").write_text(as_csv(list(reversed(tickets))), encoding="utf-8")
    run("baseline", "create", "desk.csv", "--output", "one/known.json", "--quiet")
    run("baseline", "create", "moved.csv", "--output", "other/known.json", "--quiet")
    assert Path("one/known.json").read_bytes() == Path("other/known.json").read_bytes()


def test_no_text_of_the_data_stands_in_it(run, desk, tickets):
    run("baseline", "create", "desk.csv")
    content = MADE.read_text()
    assert not any(t["text"][:12] in content for t in tickets)


def test_one_that_is_there_is_not_written_over(run, desk):
    MADE.write_text("reasons of a year")
    told = run("baseline", "create", "desk.csv", code=2).stderr
    assert "is there already; add to it with `auditor baseline update`" in told
    assert MADE.read_text() == "reasons of a year"


def test_an_update_adds_and_a_pruning_drops(run, desk, tickets, as_csv):
    run("baseline", "create", "desk.csv", "--reason", "old")
    before = read(MADE)
    few = [t for row, t in enumerate(tickets) if row not in (45, 46, 47, 48)]  # the copies
    copies = [{**tickets[0], "text": tickets[0]["text"] + "!" * n} for n in range(1, 6)]
    desk.write_text(as_csv([*few, *copies]), encoding="utf-8")

    told = run("baseline", "update", "desk.csv", MADE, "--reason", "new").stdout
    assert re.search(r" \d+ added, \d+ known; 5 rows added$", told)
    after = read(MADE)
    assert set(before.entries) < set(after.entries)
    assert {e.reason for e in after.entries if e not in before.entries} == {"new"}

    told = run("baseline", "prune", "desk.csv", MADE).stdout
    assert re.search(r" \d+ dropped, \d+ known; 4 rows dropped$", told)
    left = read(MADE).entries
    assert {e.code for e in set(after.entries) - set(left)} >= {"near-duplicate"}
    assert {e.code for e in left} >= {"near-duplicate", "template-dominance"}


def test_an_expired_entry_stays_while_it_is_found(run, desk, monkeypatch, tickets, as_csv):
    run("baseline", "create", "desk.csv", "--expires", "2027-01-31")
    before = read(MADE)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1801440000")  # 2027-02-01
    run("baseline", "prune", "desk.csv", MADE)
    assert read(MADE) == before
    few = [t for row, t in enumerate(tickets) if row not in (45, 46, 47, 48)]  # the copies
    desk.write_text(as_csv(few), encoding="utf-8")
    run("baseline", "prune", "desk.csv", MADE)
    assert {e.code for e in set(before.entries) - set(read(MADE).entries)} >= {"near-duplicate"}


@pytest.mark.parametrize("command", ["update", "prune"])
def test_a_baseline_that_is_not_there_is_wrong_usage(run, desk, command):
    told = run("baseline", command, "desk.csv", MADE, code=2).stderr
    assert told.startswith("auditor: baseline.json: no such baseline; make one with")


def test_a_damaged_one_is_bad_data_and_stays(run, desk):
    MADE.write_text('{"entries": [')
    assert "is not a baseline" in run("baseline", "update", "desk.csv", MADE, code=4).stderr
    assert MADE.read_text() == '{"entries": ['


def test_a_day_that_is_none_is_wrong_usage(run, desk):
    told = run("baseline", "create", "desk.csv", "--expires", "31/01/2027", code=2).stderr
    assert "--expires 31/01/2027: expected a day, such as 2027-01-31" in told
