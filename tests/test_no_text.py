"""--no-text: what is kept of a dataset, by every command and in every format, quotes none of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from click.testing import CliRunner

from auditor.checks import CHECKS
from auditor.cli import main
from auditor.no_text import holds_words, without_text
from auditor.records.audit import Audit
from auditor.records.comparison import Comparison
from auditor.records.findings import Finding
from auditor.records.verdict import Verdict
from auditor.reporting.formats import FORMATS, names

CANARY = "zqk"  # begins every word of every cell but categories and splits
KEPT = ("category", "split")  # whose values stay, and so do the names of columns
Row = Mapping[str, str]
# With fewer than fifty different examples nothing is said of wrong labels.
FURTHER = (
    "The invoice of June names a company that we left years ago.",
    "Am I billed for the month in which I only looked around?",
    "The parcel was left with a neighbour whom I do not know.",
    "My login asks for a code that goes to my old phone.",
    "Two of the boots are left ones; may I send one back?",
    "Which receipt does the tax office want, the short one or the long one?",
    "A refund was promised in writing, and my bank sees none.",
    "Could the yearly fee be paid in two halves?",
)


def canaried(row: Row) -> Row:
    return {
        column: value if column in KEPT else re.sub(r"\b(?=[^\W\d_])", CANARY, value)
        for column, value in row.items()
    }


def every(formats: Iterable[str]) -> list[str]:
    return [word for name in formats for word in ("--format", name)]


@pytest.fixture
def rows(tickets) -> list[Row]:
    """The tickets with a value in every role and declared columns; some rows cannot be read."""
    found = [
        {
            **t,
            "id": f"Ticket{row}",
            "group": f"Customer {row // 2}",
            "annotator": ("Thea", "Umberto")[row % 2],
            "source": "scanner" if t["text"].startswith("Form") else "web",
            "split": "test" if row in (3, 13) else "train",
            "shop": "Lisbon" if t["category"] == "delivery" else ("Turin", "Ghent")[row % 2],
        }
        for row, t in enumerate(tickets)
    ]
    found[12] = {**found[12], "text": found[2]["text"], "category": found[2]["category"]}
    found[13] = {**found[13], "text": found[2]["text"], "category": found[2]["category"]}
    found += [{**found[0], "text": text, "id": f"Further{i}"} for i, text in enumerate(FURTHER)]
    found += [{**found[0], "text": f"without a label {i}", "category": ""} for i in range(8)]
    found.append({**found[20], "text": f"{found[20]['text']} again", "category": "Account"})
    return [canaried(row) for row in found]


@pytest.fixture
def desk(workplace, rows, as_csv) -> Path:
    """desk.csv; once.csv, which lacks what copies and other faults are; use.csv, real use."""
    (workplace / "desk.csv").write_text(as_csv(rows), encoding="utf-8")
    (workplace / "once.csv").write_text(as_csv([*rows[:10], *rows[14:40]]), encoding="utf-8")
    asked = [canaried({"text": f"Periwinkle wants {i} lamps in blue"}) for i in range(70)]
    (workplace / "use.csv").write_text(as_csv(asked), encoding="utf-8")
    with (workplace / "auditor.toml").open("a") as settings:  # fifty rows show nothing else
        settings.write("[checks.combination-gap]\nexpected = 3\nby_chance = 1\ntied = 1\n")
        settings.write("[checks.annotator-inconsistency]\nrows = 9\nby_chance = 1\nexcess = 0\n")
        settings.write("[checks.coverage-gap]\nseparation = 0\n")
        settings.write("[checks.label-error]\nlisted = 0\noverlap = 1\n")
        settings.write("[checks.reference-gap]\nenough = 20\nby_chance = 0\nsplits = 1\n")
    return workplace


@pytest.fixture
def leaks(desk) -> Callable[..., list[str]]:
    """Runs a command with --no-text, and names what it printed and wrote that has a canary."""

    def leaks(*words: object, codes: Sequence[int] = (0,)) -> list[str]:
        before = {p for p in desk.rglob("*") if p.is_file()}
        done = CliRunner().invoke(main, [str(w) for w in words])
        assert done.exit_code in codes, done.output
        written = {p for p in desk.rglob("*") if p.is_file()} - before
        said = {"output": done.output.encode()} | {
            str(p): p.read_bytes() + str(p).encode() for p in written
        }
        assert len(said) > 1
        return [name for name, content in said.items() if CANARY.encode() in content.lower()]

    return leaks


EVIDENT = ("--reference", "use.csv", "--column", "shop")


def test_an_audit_quotes_nothing(leaks):
    assert leaks("audit", "desk.csv", "--no-text", *EVIDENT, *every(names("audit"))) == []
    audit = json.loads(Path("reports/desk/audit.json").read_text(encoding="utf-8"))
    assert {f["code"] for f in audit["findings"]} >= {
        *("annotator-inconsistency", "combination-gap", "coverage-gap", "label-conflict"),
        *("label-error", "label-spelling", "near-duplicate", "rejected-rows", "reference-gap"),
        *("split-leakage", "template-dominance", "template-shortcut"),
    }


def test_a_report_rendered_again_quotes_nothing(leaks):
    assert leaks("audit", "desk.csv", *EVIDENT, *every(names("audit"))) != []
    told = leaks("report", "reports/desk/audit.json", "--no-text", *every(names("audit")))
    assert told == []


def test_a_gate_by_itself_quotes_nothing(leaks):
    everything = ("--no-text", "--column", "shop", *every(names("verdict")))
    assert leaks("gate", "desk.csv", *everything, codes=(0, 1, 3)) == []


@pytest.mark.parametrize("pair", [("desk.csv", "once.csv"), ("once.csv", "desk.csv")])
def test_a_gate_against_a_base_quotes_nothing(leaks, pair):
    everything = ("--no-text", "--column", "shop", *every(names("verdict")))
    assert leaks("gate", pair[0], "--base", pair[1], *everything, codes=(0, 1, 3)) == []


def test_a_gate_against_known_findings_quotes_nothing(leaks):
    assert leaks("baseline", "create", "once.csv") == []
    everything = ("--no-text", *every(names("verdict")))
    told = leaks("gate", "desk.csv", "--baseline", "baseline.json", *everything, codes=(0, 1, 3))
    assert told == []


@pytest.mark.parametrize("sides", [("once.csv", "desk.csv"), ("desk.csv", "--split-by", "source")])
def test_a_comparison_quotes_nothing(leaks, sides):
    assert leaks("compare", *sides, "--no-text", *every(names("comparison"))) == []


# --- what is declared ------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_says_what_quotes_and_what_only_names(check):
    assert isinstance(check.quotes, tuple)
    assert isinstance(check.names, tuple)
    assert not {*check.quotes} & {*check.names}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, False),
        (0.5, False),
        (True, False),
        (None, False),
        ([1, 2.5, [3]], False),
        ([], False),
        ("a lamp", True),
        (["a lamp"], True),
        ([[1, ("a lamp",)]], True),
        ({"a lamp": 3}, True),
        ({1: ["a lamp"]}, True),
        (b"a lamp", True),
    ],
)
def test_words_are_found_wherever_they_stand_in_a_value(value, words):
    assert holds_words(value) is words


def finding(code: str, **measured: object) -> Finding:
    return Finding(
        code=code,
        severity="warning",
        category=None,
        subtype=None,
        summary="",
        measured=measured,
        limit={"rows": 4, "like": "a lamp"},
        rows=(),
        advice="",
        fingerprint="",
    )


@pytest.fixture
def kept(found) -> Callable[[Finding], Finding]:
    def kept(finding: Finding) -> Finding:
        bare: Audit = without_text(replace(found, findings=(finding,)))
        return bare.findings[0]

    return kept


def test_a_value_that_nobody_declared_is_left_out_and_numbers_stay(kept):
    one = kept(finding("near-duplicate", rows=3, nearest="a lamp", beside={"a lamp": 1}))
    assert one.measured == {"rows": 3}
    assert one.limit == {"rows": 4}


def test_what_quotes_is_left_out_and_what_only_names_stays(kept):
    one = kept(finding("label-conflict", labels={"billing": 1}, difference="lamp -> sofa"))
    assert one.measured == {"labels": {"billing": 1}}


def test_a_number_that_is_declared_to_quote_is_left_out_and_an_empty_quote_stays(kept):
    one = kept(finding("coverage-gap", declared={}, keywords=[], annotators=[1701], rows=3))
    assert one.measured == {"declared": {}, "keywords": [], "rows": 3}


def test_of_a_check_that_is_not_known_numbers_alone_stay(kept):
    assert kept(finding("of-another-version", share=0.5, labels=["billing"])).measured == {
        "share": 0.5
    }


QUOTING = [(check, name) for check in CHECKS for name in check.quotes]


@pytest.mark.parametrize(("check", "name"), QUOTING, ids=[f"{c.code}-{n}" for c, n in QUOTING])
def test_what_a_check_declares_to_quote_is_in_no_format_without_text(found, check, name):
    stays = {"rows": 4, **({"labels": {"billing": 1}} if "labels" in check.names else {})}
    one = finding(check.code, **stays, **{name: {"shop": CANARY}})
    whole = replace(found, findings=(one,))
    bare = without_text(whole)
    assert bare.findings[0].measured == stays
    assert CANARY in FORMATS[Audit].all[1].render(whole)
    for renderer in FORMATS[Audit].all:
        assert CANARY not in (renderer.render(bare) or "")


# --- where records hold words ----------------------------------------------------------------

# What --no-text empties, and what it keeps: names of categories, splits, columns and files, what
# the user set, and words of ours. A field that is new has to be put on one of the two lists.
EMPTIED: dict[type, str] = {
    Audit: """
        dataset.decisions.values dataset.rows_rejected.found examples ids subtypes.keywords
        subtypes.templates.pattern
        """,
    Verdict: """
        base.first_rejected.found base_examples candidate.first_rejected.found examples
        tested.subject
        """,
    Comparison: """
        base.rows_rejected.found base_examples candidate.rows_rejected.found examples
        regions.keywords two_sample.ngrams.text
        """,
}
STAYING: dict[type, str] = {
    Audit: """
        dataset.categories dataset.decisions.otherwise dataset.decisions.what
        dataset.fingerprint dataset.mapped_labels.category
        dataset.mapped_labels.label dataset.name dataset.roles dataset.rows_rejected.reason
        embedder.name embedder.precision embedder.revision findings.advice findings.category
        findings.code findings.fingerprint findings.limit findings.measured findings.subtype
        findings.summary forecast.categories.category forecast.categories.reason
        forecast.categories.worst_update forecast.chosen forecast.curves.category
        forecast.matrix.categories forecast.matrix.updates forecast.measurement.categories.category
        forecast.measurement.layers forecast.measurement.mitigations.about
        forecast.measurement.mitigations.categories.category
        forecast.measurement.mitigations.mitigation forecast.measurement.target forecast.probe
        forecast.provenance
        forecast.recipe.mitigation forecast.recipe.optimiser forecast.recipe.weights
        forecast.stated_recipe.mitigation forecast.stated_recipe.optimiser
        forecast.stated_recipe.weights
        forecast.update.categories limits limits.name limits.reason settings skipped.code
        skipped.reason subtypes.category subtypes.id unread.languages unread.scripts versions
        """,
    Verdict: """
        base.fingerprint base.first_rejected.reason base.name candidate.fingerprint
        candidate.first_rejected.reason candidate.name drop.checks drop.repeats.labels
        base_remark embedder.name embedder.precision embedder.revision file lines policy
        policy_changes
        renamed
        settings skipped.code skipped.reason accepted_errors.codes accepted_errors.reason
        tested.advice tested.category tested.check tested.fingerprint tested.pairs.labels
        tested.summary unread.languages unread.scripts versions
        """,
    Comparison: """
        agreement.confusions agreement.disagreements.base_category
        agreement.disagreements.candidate_category base.categories base.file base.fingerprint
        base.name base.rows_rejected.reason candidate.categories candidate.file
        candidate.fingerprint candidate.name candidate.rows_rejected.reason chosen
        diversity.measure embedder.name embedder.precision embedder.revision
        full.categories.category full.categories.reason full.probe
        matched.categories.category matched.categories.reason
        matched.probe provenance regions.category settings skipped.code skipped.reason
        unread.languages unread.scripts unseen_reason update.categories versions
        """,
}


def places(kind: Any, path: str = "") -> Iterator[str]:
    """Every place in records of a type that can hold words, as a.b.c."""
    if kind in (str, Any):
        yield path
    elif is_dataclass(kind):
        for name, hint in get_type_hints(kind).items():
            yield from places(hint, f"{path}.{name}" if path else name)
    elif get_origin(kind) is not Literal:
        for inner in get_args(kind):
            yield from places(inner, path)


def held(plain: Any, place: Sequence[str]) -> Iterator[Any]:
    """What stands at a place of a record in JSON, once for each item on the way."""
    if isinstance(plain, list) and place:
        for item in plain:
            yield from held(item, place)
    elif place and plain is not None:
        yield from held(plain[place[0]], place[1:])
    else:
        yield plain


def filled(kind: type, file: str) -> list[str]:
    """The places of a file that ought to be empty, and are not."""
    plain = json.loads(Path(file).read_text(encoding="utf-8"))
    return [p for p in EMPTIED[kind].split() if any(held(plain, p.split(".")))]


@pytest.mark.parametrize("kind", EMPTIED, ids=lambda kind: kind.__name__)
def test_every_place_that_can_hold_words_is_emptied_or_known_to_hold_none_of_the_data(kind):
    emptied, staying = EMPTIED[kind].split(), STAYING[kind].split()
    assert sorted(set(places(kind))) == sorted([*emptied, *staying])


def test_each_record_is_empty_where_it_could_quote(leaks):
    leaks("audit", "desk.csv", *EVIDENT)
    of_the_reading = ["dataset.decisions.values", "dataset.rows_rejected.found"]  # of desk.csv none
    assert [*of_the_reading, *filled(Audit, "reports/desk/audit.json")] == EMPTIED[Audit].split()
    leaks("report", "reports/desk/audit.json", "--no-text")
    assert filled(Audit, "reports/desk/without_text/audit.json") == []
    leaks("gate", "once.csv", "--base", "desk.csv", "--no-text", codes=(0, 1, 3))
    assert filled(Verdict, "reports/once/gate.json") == []
    leaks("compare", "once.csv", "desk.csv", "--no-text", "--output", "held")
    assert filled(Comparison, "held/compare.json") == []
