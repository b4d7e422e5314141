"""coverage-gap: a subtype that a category has hardly any examples of."""

import dataclasses

import numpy as np
import pytest

from auditor.checks.coverage_gap import CoverageGap
from auditor.records.structure import Subtype


def row(i, *, source="web form", annotator=None):
    text = f"My voucher was not accepted in shop {i}" if i < 4 else f"I return parcel {i}"
    return {"text": text, "category": "returns", "source": source, "annotator": annotator}


ROWS = [row(i, source=("mail", "web form", "chat")[i % 3]) for i in range(40)]


@pytest.fixture
def found(make_evidence, findings):
    """What the check finds in the given subtypes."""

    def found(*subtypes, rows=ROWS, declared=(), families=None, **limits):
        evidence = make_evidence(rows, subtypes=subtypes, declared=declared, families=families)
        return findings(CoverageGap(**limits), evidence)

    return found


def test_a_thin_subtype_that_stands_out_is_a_note(found, make_subtype):
    [finding] = found(make_subtype(range(4), separation=0.5))
    assert (finding.code, finding.severity) == ("coverage-gap", "note")
    assert (finding.category, finding.subtype) == ("returns", "returns/2")
    assert finding.rows == (0, 1, 2, 3)
    assert finding.measured["separation"] == 0.5
    assert finding.measured["keywords"] == ["voucher", "expired"]
    assert "rare kind of text in returns: 4 examples" in finding.summary
    assert "Collect about 16 more examples" in finding.advice


def test_a_subtype_that_hardly_stands_out_is_not_found(found, make_subtype):
    assert found(make_subtype(range(4), separation=0.29)) == []


def test_a_subtype_that_is_no_candidate_is_not_found(found, make_subtype):
    assert found(make_subtype(range(4)), make_subtype(range(4, 40))) == []


def test_rows_all_from_one_template_are_a_warning_however_near(found, make_subtype, make_template):
    match = make_template(range(4), coverage=0.9)
    [finding] = found(make_subtype(range(4), separation=0.1, templates=(match,)))
    assert finding.severity == "warning"
    assert finding.measured["all_from"] == ["one template"]
    assert "all from one template" in finding.summary


def test_a_template_that_leaves_room_for_other_words_is_not_one_message(
    found, make_subtype, make_template
):
    match = make_template(range(4), coverage=0.84)
    [finding] = found(make_subtype(range(4), separation=0.5, templates=(match,)))
    assert (finding.severity, finding.measured["all_from"]) == ("note", [])


def test_a_template_of_some_of_the_rows_is_not_all_of_them(found, make_subtype, make_template):
    match = make_template(range(3), coverage=0.9)
    [finding] = found(make_subtype(range(4), separation=0.5, templates=(match,)))
    assert finding.measured["all_from"] == []


@pytest.mark.parametrize("column", ["source", "annotator"])
def test_rows_all_from_one_origin_that_is_rare_elsewhere_are_a_warning(found, make_subtype, column):
    rows = [row(i, **{column: "agency" if i < 4 else "staff"}) for i in range(40)]
    [finding] = found(make_subtype(range(4), separation=0.1), rows=rows)
    assert finding.severity == "warning"
    assert finding.measured["all_from"] == [f"one {column}"]
    assert finding.measured[f"{column}s"] == {"agency": 4}


def test_rows_all_of_one_declared_value_that_is_rare_elsewhere_are_a_warning(found, make_subtype):
    rows = [{**row(i), "declared": ("Leeds" if i < 4 else "York", "lamp")} for i in range(40)]
    [finding] = found(make_subtype(range(4), separation=0.1), rows=rows, declared=("shop", "item"))
    assert finding.severity == "warning"
    assert finding.measured["all_from"] == ["one shop"]
    assert finding.measured["declared"] == {"item": {"lamp": 4}, "shop": {"Leeds": 4}}


def test_the_chance_that_rows_are_all_from_one_origin_is_told(found, make_subtype):
    """Four rows of a source that has four of the category's forty: a tenth to the fourth."""
    rows = [row(i, source="agency" if i < 4 else "staff") for i in range(40)]
    [finding] = found(make_subtype(range(4), separation=0.1), rows=rows)
    assert finding.measured["chance"] == {"source": 0.0001}


def test_any_of_the_values_that_are_as_rare_could_have_been_the_one(found, make_subtype):
    """Four rows of one of ten sources, each of a tenth: ten times a tenth to the fourth."""
    rows = [row(i, source=f"agency {i // 4}") for i in range(40)]
    [finding] = found(make_subtype(range(4), separation=0.1), rows=rows)
    assert finding.measured["chance"] == {"source": 0.001}


def test_a_commoner_value_would_not_have_been_as_surprising(found, make_subtype):
    """Four rows of a source of a tenth, beside two of as much and one of seven tenths."""
    sources = ["a"] * 4 + ["b"] * 4 + ["c"] * 4 + ["web"] * 28
    rows = [row(i, source=source) for i, source in enumerate(sources)]
    [finding] = found(make_subtype(range(4), separation=0.1), rows=rows)
    assert finding.measured["chance"] == {"source": 0.0003}
    [finding] = found(make_subtype(range(12, 16), separation=0.5), rows=rows)
    assert finding.measured["all_from"] == []


def test_copies_are_one_draw_of_their_origin(found, make_subtype):
    """Eight rows, which are two messages of four rows each."""
    rows = [row(i, source="agency" if i < 8 else "staff") for i in range(40)]
    near = make_subtype(range(8), separation=0.1)
    assert found(near, rows=rows)[0].measured["all_from"] == ["one source"]
    assert found(near, rows=rows, families=[i // 4 if i < 8 else i for i in range(40)]) == []


def test_the_rows_of_a_group_are_one_draw_of_their_origin(found, make_subtype):
    """Five customers have eight rows each, and each of them writes by one channel."""
    rows = [{**row(i, source=f"channel {i // 8}"), "group": f"g{i // 8}"} for i in range(40)]
    assert found(make_subtype(range(8), separation=0.1), rows=rows) == []
    apart = [{**r, "group": None} for r in rows]
    [finding] = found(make_subtype(range(8), separation=0.1), rows=apart)
    assert finding.measured["all_from"] == ["one source"]


def test_subtypes_of_chance_are_all_from_one_source_in_one_audit_of_twenty(found, make_subtype):
    """Of ten sources of a tenth each, and of one of seven tenths and three of a tenth."""
    random, alarms = np.random.default_rng(0), 0
    for run in range(200):
        shares = [0.1] * 10 if run % 2 else [0.7, 0.1, 0.1, 0.1]
        rows = [row(i, source=f"s{random.choice(len(shares), p=shares)}") for i in range(60)]
        rows_of = random.permutation(60)
        found_now = found(
            *(make_subtype(rows_of[4 * k : 4 * k + 4], separation=0.0) for k in range(5)),
            rows=rows,
            by_chance=0.5,
        )
        alarms += bool(found_now)
    assert alarms <= 120  # half, and 2.8 standard errors


def test_each_declared_column_makes_chance_likelier(found, make_subtype):
    """One in 256 is too little for one column of sixteen, with which the limit is one in 320."""
    rows = [
        {**row(i, source="agency" if i < 10 else "staff"), "declared": ("lamp",) * 14}
        for i in range(40)
    ]
    near = make_subtype(range(4), separation=0.1)
    assert found(near, rows=rows)[0].measured["all_from"] == ["one source"]
    assert found(near, rows=rows, declared=[f"column {k}" for k in range(14)]) == []


def test_the_typical_row_and_the_nearest_rows_outside_are_named(make_evidence, findings):
    rows = [row(i) for i in range(8)]
    evidence = make_evidence(rows, first_row=100)
    evidence.embeddings.vectors[:] = np.eye(16)[0]
    evidence.embeddings.vectors[[5, 7]] = np.eye(16)[1]
    thin = Subtype(
        id="returns/2",
        category="returns",
        members=np.array([0, 1]),
        typical=1,
        keywords=(),
        effective_examples=2.0,
        separation=0.5,
        templates=(),
    )
    [finding] = findings(CoverageGap(), dataclasses.replace(evidence, subtypes=(thin,)))
    assert finding.measured["typical_row"] == 101
    assert finding.measured["nearest_outside_rows"] == [102, 103, 104, 105, 106]


def test_an_origin_that_the_whole_category_has_says_nothing(found, make_subtype):
    rows = [row(i) for i in range(40)]
    [finding] = found(make_subtype(range(4), separation=0.5), rows=rows)
    assert finding.measured["all_from"] == []


def test_an_origin_that_some_rows_lack_says_nothing(found, make_subtype):
    rows = [row(i, source="agency" if i < 3 else None if i == 3 else "web") for i in range(40)]
    [finding] = found(make_subtype(range(4), separation=0.5), rows=rows)
    assert (finding.severity, finding.measured["all_from"]) == ("note", [])
    assert finding.measured["sources"] == {"agency": 3}


def test_the_more_candidates_the_less_is_taken_for_chance(found, make_subtype):
    """Four of forty rows from a source of ten in forty: 1 in 256, too likely among twenty."""
    rows = [row(i, source="agency" if i < 10 else "staff") for i in range(40)]
    one = make_subtype(range(4), separation=0.5)
    others = [make_subtype([i], separation=0.0, id=f"returns/{i}") for i in range(11, 31)]
    assert found(one, rows=rows)[0].severity == "warning"
    assert found(one, *others, rows=rows)[0].severity == "note"


def test_sure_ones_come_first_then_those_that_stand_out_most(found, make_subtype, make_template):
    match = make_template(range(4), coverage=0.9)
    names = [
        f.subtype
        for f in found(
            make_subtype(range(10, 14), separation=0.4, id="returns/4"),
            make_subtype(range(20, 24), separation=0.8, id="returns/3"),
            make_subtype(range(4), separation=0.2, id="returns/5", templates=(match,)),
        )
    ]
    assert names == ["returns/5", "returns/3", "returns/4"]


def test_every_limit_can_be_changed(found, make_subtype, make_template):
    near = make_subtype(range(4), separation=0.1)
    assert len(found(near, separation=0.05)) == 1
    match = make_template(range(4), coverage=0.6)
    templated = make_subtype(range(4), separation=0.1, templates=(match,))
    assert len(found(templated, one_template=0.5)) == 1
    rows = [row(i, source="agency" if i < 10 else "staff") for i in range(40)]
    assert found(near, rows=rows, by_chance=0.001) == []
    [finding] = found(make_subtype(range(4), separation=0.5), enough=50)
    assert "Collect about 46 more examples" in finding.advice


def test_the_advice_never_asks_for_fewer_than_no_examples(found, make_subtype):
    [finding] = found(make_subtype(range(10), separation=0.5), enough=8)
    assert "-" not in finding.advice
