"""class-imbalance: fewer rows than a tenth of an even share."""

from auditor.checks.class_imbalance import ClassImbalance


def rows(**counts):
    return [
        (f"{category} message {i}", category) for category, n in counts.items() for i in range(n)
    ]


def test_a_category_with_hardly_any_rows_is_found(make_evidence, findings):
    [found] = findings(ClassImbalance(), make_evidence(rows(billing=60, returns=58, warranty=2)))
    assert (found.code, found.category, found.severity) == (
        *("class-imbalance", "warranty"),
        "warning",
    )
    assert found.rows == (118, 119)
    assert found.measured == {"rows": 2, "even_share": 40.0}
    assert found.limit == {"rows": 4.0}
    assert "warranty has 2 of 120 rows" in found.summary


def test_a_category_at_the_limit_is_not_found(make_evidence, findings):
    assert findings(ClassImbalance(), make_evidence(rows(billing=58, returns=58, w=4))) == []


def test_even_categories_are_not_found(make_evidence, findings):
    assert findings(ClassImbalance(), make_evidence(rows(billing=5, returns=5, w=5))) == []


def test_one_category_has_nothing_to_be_thin_beside(make_evidence, findings):
    assert findings(ClassImbalance(), make_evidence(rows(billing=3))) == []


def test_the_fewest_rows_come_first(make_evidence, findings):
    found = findings(ClassImbalance(), make_evidence(rows(a=3, b=100, c=1, d=100, e=2)))
    assert [f.category for f in found] == ["c", "e", "a"]


def test_the_limit_can_be_changed(make_evidence, findings):
    evidence = make_evidence(rows(billing=60, returns=40, warranty=20))
    assert findings(ClassImbalance(), evidence) == []
    [found] = findings(ClassImbalance(even_share=0.6), evidence)
    assert (found.category, found.limit) == ("warranty", {"rows": 24.0})
