"""illusion-gap: accuracy that a category has on a random split alone."""

import numpy as np
import pytest

from auditor.checks import run_checks
from auditor.checks.illusion_gap import IllusionGap

ROWS = [(f"{c} message {i}", c) for c in ("billing", "delivery", "returns") for i in range(10)]


@pytest.fixture
def audit(make_evidence, make_out_of_fold, make_template_leakage):
    """The findings and what is skipped, of gaps by category."""

    def audit(gaps, untestable=None, **limits):
        evidence = make_evidence(
            ROWS,
            out_of_fold=make_out_of_fold([i // 10 for i in range(30)], 3),
            template_leakage=make_template_leakage(gaps, untestable),
        )
        return run_checks(evidence, [IllusionGap(**limits)])

    return audit


def test_a_sure_gap_is_a_warning_about_the_rows_that_are_lost(audit):
    [finding], _ = audit({"returns": {"lost": np.array([21, 24])}})
    assert (finding.code, finding.severity) == ("illusion-gap", "warning")
    assert (finding.category, finding.rows) == ("returns", (21, 24))
    assert finding.summary == (
        "returns has 90% accuracy on a random split, but 70% if no template is in both training "
        "and test: 20 percentage points (10 to 30) come from templates"
    )
    assert (finding.measured["rows"], finding.measured["templates"]) == (10, 5)


@pytest.mark.parametrize(
    ("gap", "found"),
    [
        ({"gap_low": 0.051}, True),
        ({"gap_low": 0.05}, False),
        ({"gap": -0.2, "gap_low": -0.3, "gap_high": -0.1}, False),
        ({"placebo_low": 0.06, "placebo_high": 0.1}, False),
        ({"placebo_low": -0.1, "placebo_high": -0.06}, False),
        ({"placebo_low": -0.02, "placebo_high": 0.09}, True),
    ],
    ids=[
        "surely above",
        "perhaps below",
        "better without templates",
        "random splits that surely differ",
        "or surely the other way",
        "random splits that may agree",
    ],
)
def test_a_gap_counts_where_it_is_sure_and_random_splits_may_agree(audit, gap, found):
    assert len(audit({"returns": gap})[0]) == found


def test_the_surest_gap_comes_first(audit):
    gaps = {"billing": {"gap_low": 0.08}, "delivery": {"gap_low": 0.2}, "returns": {}}
    assert [f.category for f in audit(gaps)[0]] == ["delivery", "returns", "billing"]


def test_the_least_effect_can_be_changed(audit):
    assert audit({"returns": {}}, effect=0.15)[0] == ()
    assert len(audit({"returns": {}}, effect=0.09)[0]) == 1


def test_untestable_categories_are_named_a_line_a_reason(audit):
    few, one = "fewer than 3 templates", "nearly all rows are from one template"
    findings, skipped = audit({}, {"returns": few, "billing": few, "delivery": one})
    assert findings == ()
    assert [(s.code, s.reason) for s in skipped] == [
        ("illusion-gap", "cannot be tested, fewer than 3 templates: billing, returns"),
        ("illusion-gap", "cannot be tested, nearly all rows are from one template: delivery"),
    ]


def test_without_templates_it_is_skipped_with_the_reason(make_evidence, make_out_of_fold):
    evidence = make_evidence(ROWS, out_of_fold=make_out_of_fold([i // 10 for i in range(30)], 3))
    _, [skipped] = run_checks(evidence, [IllusionGap()])
    assert skipped.reason == "there is no template"


def test_with_one_category_it_is_skipped_with_the_reason(make_evidence):
    _, [skipped] = run_checks(make_evidence(ROWS[:10]), [IllusionGap()])
    assert (
        skipped.reason
        == "there is only one category, so its labels cannot be checked against others"
    )
