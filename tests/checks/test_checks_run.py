"""The registry of checks, what is skipped, and what identifies a finding."""

import dataclasses
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

import auditor.checks
from auditor.checks import CHECKS, run_checks
from auditor.records.dataset import Reject
from auditor.records.evidence import Evidence
from auditor.records.findings import fingerprint
from auditor.settings import configure

KINDS = 17  # of findings that the faulty evidence has; a check that is added need not be one


@pytest.fixture
def faulty(
    make_evidence,
    make_out_of_fold,
    make_label_errors,
    make_template,
    make_match,
    make_pattern_alone,
    make_template_leakage,
    make_noise,
    make_subtype,
    make_forecast,
    make_reference,
):
    """Evidence in which KINDS of checks find something, with rows from `first_row` on."""

    def faulty(first_row=0):
        rows = [
            {
                "text": f"{c} message {i}",
                "category": c,
                "source": "mail",
                "annotator": "ada" if i % 2 else "bob",
                "declared": ("lamp" if c == "returns" or i % 4 > 1 else "sofa",),
            }
            for c in ("billing", "returns", "shipping")
            for i in range(40)
        ]
        rows += [{**rows[0], "text": "warranty message 0", "category": "warranty"}]
        rows += [{**rows[0], "text": "warranty message 1", "category": "warranty "}]
        rows[1] = {**rows[1], "text": rows[0]["text"]}
        rows[41] = {**rows[41], "text": f"{rows[2]['text']}!"}
        for i in range(20, 28):  # eight texts under billing and shipping
            rows[80 + i] = {**rows[80 + i], "text": rows[i]["text"]}
        codes = [*(i // 40 for i in range(121)), 4]
        families = [*range(122)]
        families[1], families[41] = 0, 2
        read = dict.fromkeys(range(81, 101, 2), (0, 0.95))  # ada's labels of shipping
        template = make_template(range(50, 60))
        return make_evidence(
            rows,
            held_out=[{**rows[3], "split": "test"}],
            across=[*families, 3],
            declared=["product"],
            rejected=[Reject(row=first_row + 123, line=None, reason="label is blank")],
            first_row=first_row,
            families=families,
            out_of_fold=make_out_of_fold(codes, 5, probe=read),
            label_errors=make_label_errors(
                codes,
                5,
                rival={5: (1, 0.95)},
                wrong={5: 0.9},
                few={"warranty": 1, "warranty ": 1},
            ),
            templates=(template,),
            matches=(make_match(template),),
            pattern_alone=make_pattern_alone(122, range(50, 80), range(50, 80), 1),
            template_leakage=make_template_leakage({"returns": {"lost": np.arange(50, 56)}}),
            label_noise=make_noise(low=0.12, share=0.15, high=0.18),
            subtypes=(make_subtype(range(60, 64), separation=0.6),),
            forecast=make_forecast({"shipping": {"expected_drop": 0.3, "low": 0.2, "high": 0.4}}),
            reference=make_reference({0: 20, 1: 20, 2: 20, 9: 10}),
        )

    return faulty


def test_findings_come_check_by_check_in_the_order_of_the_registry(faulty):
    findings, _ = run_checks(faulty(), CHECKS)
    codes = list(dict.fromkeys(f.code for f in findings))
    assert len(codes) >= KINDS
    assert codes == [check.code for check in CHECKS if check.code in codes]


def test_rows_of_a_finding_stand_in_the_order_of_the_file(faulty):
    for finding in run_checks(faulty(), CHECKS)[0]:
        assert finding.rows == tuple(sorted(set(finding.rows)))


def test_every_finding_can_be_written_as_json(faulty):
    findings, skipped = run_checks(faulty(), CHECKS)
    assert json.loads(json.dumps(msgspec.to_builtins((findings, skipped))))


def test_what_is_skipped_stands_beside_the_findings(faulty):
    _, skipped = run_checks(faulty(), CHECKS)
    assert [(s.code, s.reason.split(",")[0]) for s in skipped] == [
        ("label-error", "not assessable"),
        ("annotator-inconsistency", "2 texts were labelled by two annotators or more"),
    ]


def test_with_one_category_what_needs_two_is_skipped_with_the_reason(make_evidence):
    rows = [(f"Where is parcel {i}?", "shipping") for i in range(10)]
    findings, skipped = run_checks(make_evidence(rows), CHECKS)
    assert findings == ()
    reasons = {s.code: s.reason for s in skipped}
    assert "there is only one category" in reasons["label-error"]
    assert "there is only one category" in reasons["fragile-category"]


def test_without_a_reference_what_needs_one_is_skipped_with_the_reason(make_evidence):
    rows = [("Where is my parcel?", "shipping"), ("I was charged twice", "billing")]
    reasons = {s.code: s.reason for s in run_checks(make_evidence(rows), CHECKS)[1]}
    assert reasons["reference-gap"] == "no --reference text was given"


def test_with_one_category_the_other_checks_still_run(make_evidence):
    rows = [("Where is my parcel?", "shipping")] * 4
    findings, _ = run_checks(make_evidence(rows, families=[0] * 4), CHECKS)
    assert [f.code for f in findings] == ["near-duplicate"]


def test_fingerprints_do_not_change_when_the_rows_move_in_the_file(faulty):
    before, after = run_checks(faulty(), CHECKS)[0], run_checks(faulty(first_row=1000), CHECKS)[0]
    assert [f.fingerprint for f in after] == [f.fingerprint for f in before]
    assert [f.rows for f in after] == [tuple(r + 1000 for r in f.rows) for f in before]


def test_fingerprints_do_not_depend_on_the_order_of_the_rows(make_evidence):
    rows = [("Cancel it", "returns"), ("cancel it!", "billing"), ("Where is it?", "shipping")]
    one, _ = run_checks(make_evidence(rows, families=[0, 0, 1]), CHECKS)
    other, _ = run_checks(make_evidence(rows[::-1], families=[0, 1, 1]), CHECKS)
    assert {f.fingerprint for f in one} == {f.fingerprint for f in other}
    assert len(one) == 2


@pytest.mark.parametrize(
    "other",
    [
        ("label-conflict", "billing", ["a", "b"]),
        ("label-error", "returns", ["a", "b"]),
        ("label-error", None, ["a", "b"]),
        ("label-error", "billing", ["a", "c"]),
        ("label-error", "billing", ["a", "b", "b"]),
    ],
    ids=["code", "category", "no category", "another row", "one more row"],
)
def test_a_fingerprint_names_code_category_and_rows(other):
    assert fingerprint(*other) != fingerprint("label-error", "billing", ["a", "b"])


def test_a_fingerprint_is_the_same_for_the_same_rows_in_any_order():
    one = fingerprint("label-error", "billing", ["a", "b"])
    assert one == fingerprint("label-error", "billing", ["b", "a"])


def test_fingerprints_of_one_audit_are_distinct(faulty):
    found = [f.fingerprint for f in run_checks(faulty(), CHECKS)[0]]
    assert len(set(found)) == len(found)


def test_checks_change_nothing_in_the_evidence(faulty):
    evidence = faulty()
    before = evidence.neighbours.cosine.copy(), evidence.copies.family.copy()
    run_checks(evidence, CHECKS)
    np.testing.assert_array_equal(evidence.neighbours.cosine, before[0])
    np.testing.assert_array_equal(evidence.copies.family, before[1])


def test_judging_twice_gives_the_same(faulty):
    assert run_checks(faulty(), CHECKS) == run_checks(faulty(), CHECKS)


def test_numbers_are_rounded_to_four_digits(make_evidence):
    finding = make_evidence([("Cancel it", "returns")]).finding(
        code="near-duplicate",
        severity="note",
        members=[0],
        summary="one row",
        measured={"share": 1 / 3, "rows": 1},
        limit={"rows": 1},
        advice="Read it.",
    )
    assert finding.measured == {"share": 0.3333, "rows": 1}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
class TestEachCheck:
    def test_it_lives_in_a_file_of_its_code(self, check):
        folder = Path(auditor.checks.__file__).parent
        module = type(check).__module__.rpartition(".")[2]
        assert module == check.code.replace("-", "_")
        assert (folder / f"{module}.py").is_file()

    def test_it_needs_what_evidence_may_lack(self, check):
        assert [need for need in check.needs if not hasattr(Evidence, need)] == []
        never_none, in_numbers = "subtypes", "readable"
        assert set(check.needs) - {never_none, in_numbers} <= set(auditor.checks.WITHOUT)

    def test_it_has_a_title_for_readers(self, check):
        assert check.title[0].isupper()
        assert not check.title.endswith(".")

    def test_it_is_frozen(self, check):
        with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
            check.code = "another"

    def test_each_of_its_limits_can_be_set_by_name(self, check):
        for limit in dataclasses.fields(check):
            default = getattr(check, limit.name)
            changed = configure(CHECKS, {check.code: {limit.name: default + 1}})
            [mine] = [c for c in changed if c.code == check.code]
            assert getattr(mine, limit.name) == default + 1
            assert [c for c in changed if c.code != check.code] == [
                c for c in CHECKS if c.code != check.code
            ]

    def test_it_is_quiet_where_nothing_is_wrong(
        self, check, make_evidence, make_out_of_fold, make_label_errors
    ):
        rows = [(f"{c} message {i}", c) for c in ("billing", "returns") for i in range(8)]
        codes = [i // 8 for i in range(16)]
        said = {
            "out_of_fold": make_out_of_fold(codes, 2),
            "label_errors": make_label_errors(codes, 2),
        }
        evidence = make_evidence(rows, **said)
        assert list(check.find(evidence)) == []


def test_every_file_of_the_folder_is_a_check_in_the_registry():
    folder = Path(auditor.checks.__file__).parent
    # A limit's field; which label the evidence favours; what tells annotators apart; how they
    # agree, and by which steps; how categories are named.
    beside = {"__init__", "limits", "favoured", "annotators", "agreement", "scales", "naming"}
    files = {p.stem.replace("_", "-") for p in folder.glob("*.py") if p.stem not in beside}
    assert files == {check.code for check in CHECKS}


def test_no_two_checks_share_a_code():
    assert len({check.code for check in CHECKS}) == len(CHECKS)
