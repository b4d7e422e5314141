"""fragile-category: a category that the update is expected to take."""

import pytest

from auditor.checks.fragile_category import FragileCategory

ROWS = [("Cancel my order", "returns"), ("I was charged twice", "billing")]
ROWS += [("The lamp does not fit", "returns"), ("Where is my parcel?", "shipping")]
LOST = {"expected_drop": 0.3, "low": 0.2, "high": 0.4}
KEPT = {"expected_drop": 0.05, "low": 0.01, "high": 0.09}


@pytest.fixture
def found(make_evidence, make_forecast, findings):
    """What the check finds in a forecast of these drops."""

    def found(drops, *, kind="given", **limits):
        evidence = make_evidence(ROWS, forecast=make_forecast(drops, kind=kind))
        return findings(FragileCategory(**limits), evidence)

    return found


def test_a_category_that_will_lose_ten_points_is_found_with_its_rows(found):
    [finding] = found({"returns": LOST, "billing": KEPT})
    assert (finding.code, finding.severity) == ("fragile-category", "warning")
    assert (finding.category, finding.rows) == ("returns", (0, 2))
    assert finding.summary == (
        "returns falls from 90% to 45% (30 to 60) by the end of the update, when warranty is added"
    )
    measured = finding.measured
    assert (measured["rank"], measured["expected_drop"], measured["low"]) == (1, 0.3, 0.2)
    assert (measured["accuracy_before"], measured["accuracy_at_end"]) == (0.9, 0.45)
    assert (measured["end_low"], measured["end_high"]) == (0.3, 0.6)


def test_it_rests_on_the_end_and_not_on_the_average(found):
    """What is kept for most of the update may be gone by its end, and the model is that of the
    end."""
    late = {"expected_drop": 0.05, "low": 0.0, "high": 0.1, "end_high": 0.5, "accuracy_at_end": 0.2}
    early = {"expected_drop": 0.4, "low": 0.3, "high": 0.5, "end_high": 0.9, "accuracy_at_end": 0.8}
    assert [f.category for f in found({"returns": late, "billing": early})] == ["returns"]


def test_a_category_that_may_well_keep_its_accuracy_is_not_found(found):
    doubtful = {**LOST, "accuracy_at_end": 0.6, "end_high": 0.8}
    assert found({"returns": doubtful, "billing": KEPT}) == []


def test_a_category_that_loses_half_of_what_it_had_is_found_however_little(found):
    weak = {"expected_drop": 0.06, "low": -0.02, "high": 0.1, "accuracy_before": 0.15}
    [finding] = found({"returns": weak})
    assert finding.category == "returns"


def test_a_category_that_had_nothing_has_nothing_to_lose(found):
    none = {"expected_drop": 0.0, "low": -0.01, "high": 0.01, "accuracy_before": 0.0}
    assert found({"returns": none}) == []


def test_a_category_that_improves_is_not_found(found):
    assert found({"returns": {"expected_drop": -0.2, "low": -0.3, "high": -0.1}}) == []


def test_a_simulated_update_gives_notes(found):
    [finding] = found({"returns": LOST}, kind="simulated")
    assert finding.severity == "note"
    assert "when another category is added" in finding.summary


def test_a_drop_that_cannot_be_identified_is_a_note(found):
    [finding] = found({"returns": {**LOST, "identifiable": False}})
    assert finding.severity == "note"
    assert finding.measured["identifiable"] is False


def test_the_most_fragile_comes_first(found):
    found_in_order = found({"shipping": {**LOST, "low": 0.25}, "returns": LOST, "billing": LOST})
    assert [f.category for f in found_in_order] == ["shipping", "returns", "billing"]


def test_every_limit_can_be_changed(found):
    mild = {**LOST, "accuracy_at_end": 0.6}
    assert len(found({"returns": mild})) == 1
    assert found({"returns": mild}, lower_bound=0.35) == []
    [finding] = found({"billing": KEPT}, lower_bound=0.005)
    assert finding.limit["lower_bound"] == 0.005
    assert len(found({"billing": KEPT}, half=0.05)) == 1


def test_without_a_forecast_nothing_is_found(make_evidence, findings):
    assert findings(FragileCategory(), make_evidence(ROWS)) == []
