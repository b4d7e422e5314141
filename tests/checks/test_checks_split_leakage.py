"""split-leakage: rows of another split that training has seen."""

import pytest

from auditor.checks.split_leakage import SplitLeakage


def row(text, category="billing", split="test", group=None):
    return {"text": text, "category": category, "split": split, "group": group}


TRAIN = [row(f"message {i}", split="train") for i in range(10)]


@pytest.fixture
def found(make_evidence, findings):
    """What the check finds; `copied` maps a held-out row to the training row it is a copy of."""

    def found(held_out, copied=None, train=TRAIN, **limits):
        across = [*range(len(train) + len(held_out))]
        for held, of in (copied or {}).items():
            across[len(train) + held] = of
        evidence = make_evidence(train, held_out=held_out, across=across)
        return findings(SplitLeakage(**limits), evidence)

    return found


def test_copies_are_named_with_the_rows_of_both_splits(found):
    [finding] = found([row(f"other {i}") for i in range(8)], {2: 7, 5: 0})
    assert (finding.code, finding.severity, finding.category) == ("split-leakage", "error", None)
    assert finding.rows == (0, 7, 12, 15)
    assert finding.measured["pairs"] == [
        {"held_out": 12, "training": 7},
        {"held_out": 15, "training": 0},
    ]
    assert finding.summary == ("2 of 8 rows of the split test (25.0%) are copies of training rows")


def test_the_share_has_its_80_percent_interval(found):
    [finding] = found([row(f"other {i}") for i in range(8)], {2: 7, 5: 0})
    measured = finding.measured
    assert (measured["leaking_rows"], measured["split_rows"], measured["share"]) == (2, 8, 0.25)
    assert (measured["low"], measured["high"]) == (0.1089, 0.4763)


def test_each_split_has_its_own_finding(found):
    rows = [row("a", split="dev"), row("b"), row("c", split="dev"), row("d", split="extra")]
    leaks = found(rows, {0: 1, 1: 1, 2: 4})
    assert [(f.measured["split"], f.rows) for f in leaks] == [
        ("dev", (1, 4, 10, 12)),
        ("test", (1, 11)),
    ]
    assert len({f.fingerprint for f in leaks}) == 2


def test_the_same_leak_into_two_splits_is_two_findings(found):
    one, other = found([row("a", split="dev"), row("a", split="test")], {0: 3, 1: 3})
    assert one.fingerprint != other.fingerprint


def test_copies_inside_another_split_are_no_leak(found):
    assert found([row("a"), row("a"), row("b")], {1: 10}) == []


def test_copies_under_another_label_are_counted(found):
    train = [*TRAIN, row("message 3", "returns", "train")]
    held_out = [row("message 3"), row("message 5"), row("message 6", "returns")]
    across = {0: 3, 1: 5, 2: 6}
    [plain] = found(held_out, across)
    assert plain.measured["with_another_label"] == 1
    [more] = found(held_out, {**across, 0: 10}, train)
    assert more.measured["with_another_label"] == 2


@pytest.mark.parametrize(("leaks", "severity"), [(1, "warning"), (2, "error")])
def test_copies_from_one_row_in_a_hundred_are_an_error(found, leaks, severity):
    held_out = [row(f"other {i}") for i in range(150)]
    [finding] = found(held_out, {i: i for i in range(leaks)})
    assert finding.severity == severity


def test_the_share_from_which_copies_are_an_error_can_be_changed(found):
    held_out = [row(f"other {i}") for i in range(4)]
    assert [f.severity for f in found(held_out, {0: 0}, share=0.3)] == ["warning"]
    assert [f.severity for f in found(held_out, {0: 0}, share=0.2)] == ["error"]


def test_a_shared_group_is_a_warning_with_all_rows_of_the_group(found):
    train = [row(f"message {i}", split="train", group="acme" if i < 2 else None) for i in range(4)]
    held_out = [row("other", group="acme"), row("alone", group="bolt"), row("nobody's")]
    [finding] = found(held_out, train=train)
    assert (finding.severity, finding.rows) == ("warning", (0, 1, 4))
    assert finding.measured["kind"] == "group"
    assert "share a group with training rows" in finding.summary


def test_no_group_is_named(found):
    train = [row("message", split="train", group="Wolverine")]
    assert "Wolverine" not in str(found([row("other", group="Wolverine")], train=train))


def test_copies_and_groups_are_two_findings_copies_first(found):
    train = [row(f"message {i}", split="train", group="acme") for i in range(4)]
    kinds = found([row("message 1", group="acme")], {0: 1}, train)
    assert [f.measured["kind"] for f in kinds] == ["copies", "group"]
    assert len({f.fingerprint for f in kinds}) == 2


def test_rows_without_a_group_share_none(found):
    assert found([row("other")]) == []


def test_long_leaks_name_a_few_pairs_only(found):
    held_out = [row(f"other {i}") for i in range(9)]
    [finding] = found(held_out, {i: i for i in range(9)})
    assert [p["held_out"] for p in finding.measured["pairs"]] == [10, 11, 12, 13, 14]
    assert finding.shown_rows[:4] == (10, 0, 11, 1)


def test_of_many_copies_of_one_text_the_first_is_named(found):
    held_out = [row("message 3")] * 8 + [row("message 4")]
    [finding] = found(held_out, {**dict.fromkeys(range(8), 3), 8: 4})
    assert finding.measured["leaking_rows"] == 9
    assert finding.measured["pairs"] == [
        {"held_out": 10, "training": 3},
        {"held_out": 18, "training": 4},
    ]
