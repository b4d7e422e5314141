"""template-dominance: rows of a category that are filled from one template."""

import numpy as np
import pytest

from auditor.checks.template_dominance import TemplateDominance
from auditor.records.structure import Repetition

ROWS = [(f"Customer {i} from Oslo wrote on 2024-03-02: it broke", "returns") for i in range(20)]
ROWS += [(f"my invoice number {i} is wrong", "billing") for i in range(20)]


@pytest.fixture
def found(make_evidence, findings):
    """What the check finds in the given templates."""

    def found(*templates, **limits):
        return findings(TemplateDominance(**limits), make_evidence(ROWS, templates=templates))

    return found


def test_an_evident_template_is_found_with_all_its_rows(found, make_template):
    [finding] = found(make_template(range(2, 8), share=0.3))
    assert finding.code == "template-dominance"
    assert (finding.category, finding.rows) == ("returns", (2, 3, 4, 5, 6, 7))
    assert "6 rows of returns (30%)" in finding.summary
    assert finding.measured["pattern"] == "customer <number> from <*> wrote on <date>: <*>"


def test_without_templates_nothing_is_found(found):
    assert found() == []


@pytest.mark.parametrize(
    "weak",
    [
        {"members": range(3)},
        {"members": range(6), "excess": -5.0},
        {"members": range(6), "coverage": 0.04},
    ],
    ids=["three rows", "few fixed words", "little of its rows"],
)
def test_a_template_that_is_not_evident_is_not_found(found, make_template, weak):
    assert found(make_template(**weak)) == []


@pytest.mark.parametrize(("share", "severity"), [(0.5, "error"), (0.49, "warning")])
def test_half_of_a_category_from_one_template_is_an_error(found, make_template, share, severity):
    [finding] = found(make_template(range(10), share=share))
    assert finding.severity == severity


def test_of_nested_templates_the_outermost_is_listed(found, make_template):
    [finding] = found(make_template(range(12)), make_template(range(6)))
    assert len(finding.rows) == 12


def test_a_template_with_half_its_rows_in_a_larger_one_is_part_of_it(found, make_template):
    assert len(found(make_template(range(12)), make_template(range(9, 15)))) == 1
    assert len(found(make_template(range(12)), make_template(range(10, 16)))) == 2


def test_a_template_inside_one_that_is_not_evident_is_listed(found, make_template):
    faint = make_template(range(12), coverage=0.03)
    [finding] = found(faint, make_template(range(6)))
    assert len(finding.rows) == 6


def test_templates_of_two_categories_are_both_listed(found, make_template):
    templates = (make_template(range(8)), make_template(range(20, 25), category="billing"))
    assert [f.category for f in found(*templates)] == ["returns", "billing"]


def test_the_largest_template_comes_first(found, make_template):
    templates = (make_template(range(8)), make_template(range(10, 15)))
    assert [len(f.rows) for f in found(*templates)] == [8, 5]


def test_every_limit_can_be_changed(found, make_template):
    few = make_template(range(3))
    plain = make_template(range(6), excess=-5.0)
    little = make_template(range(6), coverage=0.03)
    assert len(found(few, rows=3)) == 1
    assert len(found(plain, excess=-20.0)) == 1
    assert len(found(little, coverage=0.02)) == 1
    [finding] = found(make_template(range(6), share=0.3), most=0.3)
    assert finding.severity == "error"


def test_the_limits_that_were_passed_are_named(found, make_template):
    [finding] = found(make_template(range(6)), rows=5, coverage=0.2, excess=1.0)
    assert finding.limit == {"rows": 5, "excess": 1.0, "coverage": 0.2}


# --- how varied the category is, and whose template it is ----------------------------------------


@pytest.fixture
def measured(make_evidence, findings):
    """What is measured of the first finding; `families` as in `make_evidence`."""

    def measured(*templates, **fields):
        evidence = make_evidence(ROWS, templates=templates, **fields)
        return findings(TemplateDominance(), evidence)[0].measured

    return measured


def test_a_category_from_one_template_has_one_in_effect(measured, make_template):
    assert measured(make_template(range(20)))["effective_templates"] == 1.0


def test_two_templates_of_one_size_are_two(measured, make_template):
    halves = make_template(range(10)), make_template(range(10, 20))
    assert measured(*halves)["effective_templates"] == 2.0


def test_an_untemplated_row_is_a_template_of_its_own(measured, make_template):
    """Ten rows of one template and ten others: the entropy is (ln 2)/2 + (ln 20)/2."""
    found = measured(make_template(range(10)))["effective_templates"]
    assert found == pytest.approx(40**0.5, abs=1e-4)


def test_untemplated_copies_are_one(measured, make_template):
    families = [*range(10), *([10] * 10), *range(20, 40)]
    found = measured(make_template(range(10)), families=families)["effective_templates"]
    assert found == 2.0


def test_of_nested_templates_the_outermost_counts(measured, make_template):
    nested = make_template(range(20)), make_template(range(6))
    assert measured(*nested)["effective_templates"] == 1.0


def test_a_phrase_that_is_no_template_does_not_count(measured, make_template):
    phrase = make_template(range(10, 20), excess=-5.0)
    found = measured(make_template(range(10)), phrase)["effective_templates"]
    assert found == pytest.approx(40**0.5, abs=1e-4)


@pytest.mark.parametrize(
    ("inside", "elsewhere", "distinctiveness", "severity"),
    [
        (0.6, 0.0, 0.6, "error"),
        (0.6, 0.29, 0.31, "error"),
        (0.6, 0.3, 0.3, "note"),
        (1.0, 1.0, 0.0, "note"),
    ],
    ids=["its own", "less than half as common elsewhere", "half as common", "boilerplate"],
)
def test_a_template_that_others_share_is_a_note(
    make_evidence,
    findings,
    make_template,
    make_match,
    inside,
    elsewhere,
    distinctiveness,
    severity,
):
    template = make_template(range(12), share=0.6)
    matches = (make_match(template, inside=inside, elsewhere=elsewhere),)
    evidence = make_evidence(ROWS, templates=(template,), matches=matches)
    [finding] = findings(TemplateDominance(), evidence)
    assert finding.severity == severity
    assert finding.measured["distinctiveness"] == distinctiveness
    assert ("other categories share it" in finding.summary) == (severity == "note")


def test_each_template_is_judged_by_its_own_match(
    make_evidence, findings, make_template, make_match
):
    form, footer = make_template(range(8)), make_template(range(10, 15))
    matches = make_match(form), make_match(footer, elsewhere=0.2)
    evidence = make_evidence(ROWS, templates=(form, footer), matches=matches)
    assert [f.severity for f in findings(TemplateDominance(), evidence)] == ["warning", "note"]


# --- wording that recurs ---------------------------------------------------------------------


@pytest.fixture
def repeated(make_evidence, make_template, findings):
    """What is found where this share of the wording of returns recurs."""

    def repeated(coverage, **limits):
        repetition = Repetition(
            category="returns",
            examples=240,
            coverage=coverage,
            low=coverage - 0.05,
            high=coverage + 0.05,
            matches=(make_template(range(9), excess=-4.0, pattern="how can i <*> my invoice"),),
            members=np.arange(5, 15),
        )
        evidence = make_evidence(ROWS, repetition=(repetition,))
        return findings(TemplateDominance(**limits), evidence)

    return repeated


def test_a_category_of_which_much_recurs_is_made_of_small_templates(repeated):
    [found] = repeated(0.61)
    assert (found.category, found.severity) == ("returns", "warning")
    assert found.rows == tuple(range(5, 15))
    assert found.summary.startswith("61% of the wording of returns recurs from row to row")
    assert found.measured["patterns"] == ["how can i <*> my invoice (9 rows)"]
    assert (found.measured["low"], found.measured["high"]) == (0.56, 0.66)


def test_what_people_repeat_by_themselves_is_no_template(repeated):
    assert repeated(0.39) == []
    assert len(repeated(0.39, repeated=0.3)) == 1
