"""combination-gap: values of declared columns that hardly meet, though each is common."""

import numpy as np
import pytest

from auditor.checks.combination_gap import CombinationGap
from auditor.records.findings import Finding

PRODUCTS, REGIONS, TOPICS = ("lamp", "sofa", "desk"), ("north", "south"), ("billing", "returns")


def drawn(n=600, seed=0, without=lambda row: False):
    """Rows of independent category, product, region and channel; some combinations left out."""
    random = np.random.default_rng(seed)
    rows = []
    while len(rows) < n:
        category, product, region, channel = (
            str(random.choice(v)) for v in (TOPICS, PRODUCTS, REGIONS, ("mail", "chat"))
        )
        row = {
            "text": f"message {len(rows)}",
            "category": category,
            "source": channel,
            "declared": (product, region),
        }
        if not without({**row, "product": product, "region": region}):
            rows.append(row)
    return rows


@pytest.fixture
def results(make_evidence):
    def results(rows, columns=("product", "region"), **limits):
        return list(CombinationGap(**limits).find(make_evidence(rows, declared=columns)))

    return results


@pytest.fixture
def patterns(results):
    """The combinations that are found, in order."""

    def patterns(rows, columns=("product", "region"), **limits):
        found = [r for r in results(rows, columns, **limits) if isinstance(r, Finding)]
        return [f.measured["combination"] for f in found]

    return patterns


def lamp_in_the_south(row):
    return (row["product"], row["region"]) == ("lamp", "south")


def returned_lamp(row):
    return (row["product"], row["category"]) == ("lamp", "returns")


def test_a_combination_without_any_row_is_found(results):
    [finding] = results(drawn(without=lamp_in_the_south))
    assert (finding.code, finding.severity) == ("combination-gap", "warning")
    assert (finding.category, finding.rows) == (None, ())
    assert finding.measured["combination"] == {"product": "lamp", "region": "south"}
    assert finding.measured["rows"] == 0
    assert finding.measured["expected"] > 30
    assert finding.measured["chance"] < 1e-10
    assert "rows of this combination or more" in finding.advice


def test_what_is_left_of_a_thin_combination_are_its_rows(results):
    rows = drawn(without=lamp_in_the_south)
    rows[7] |= {"declared": ("lamp", "south")}
    [finding] = results(rows)
    assert finding.rows == (7,)
    assert finding.measured["rows"] == 1


def test_the_label_is_a_column_like_the_others(results):
    [finding] = results(drawn(without=returned_lamp))
    assert finding.category == "returns"
    assert finding.measured["columns"] == ["label", "product"]


def test_the_source_is_one_too(patterns):
    rows = drawn(without=lambda row: (row["source"], row["region"]) == ("chat", "north"))
    assert patterns(rows) == [{"region": "north", "source": "chat"}]


def test_only_the_most_general_combination_is_reported(patterns):
    """Lamps of the south are missing; so is each topic, and each channel, of them."""
    assert patterns(drawn(2000, without=lamp_in_the_south)) == [
        {"product": "lamp", "region": "south"}
    ]


def test_three_columns_whose_pairs_are_all_there_are_found(patterns):
    rows = drawn(1500, without=lambda row: lamp_in_the_south(row) and returned_lamp(row))
    assert patterns(rows) == [{"label": "returns", "product": "lamp", "region": "south"}]


def test_neither_summary_nor_advice_quotes_a_value(results):
    [finding] = results(drawn(without=lamp_in_the_south))
    told = f"{finding.summary} {finding.advice}"
    assert "combination of product and region has 0 rows" in told
    assert "lamp" not in told
    assert "south" not in told


def test_two_empty_combinations_have_two_fingerprints(results):
    def other(row):
        return lamp_in_the_south(row) or (row["product"], row["region"]) == ("sofa", "north")

    one, two = results(drawn(900, without=other))
    assert one.rows == two.rows == ()
    assert one.fingerprint != two.fingerprint


def test_few_rows_where_few_are_expected_are_no_finding(patterns):
    """What is left of lamps and of the south promises 22 rows of 300, and 6 of 90."""
    assert patterns(drawn(300, without=lamp_in_the_south)) != []
    assert patterns(drawn(90, without=lamp_in_the_south)) == []


def test_a_fifth_of_what_is_expected_is_thin_and_more_is_not(patterns):
    rows = drawn(1200, without=lamp_in_the_south)  # about 140 would be expected
    for i in range(20):
        rows[i] |= {"declared": ("lamp", "south")}
    assert patterns(rows) == [{"product": "lamp", "region": "south"}]
    for i in range(20, 45):
        rows[i] |= {"declared": ("lamp", "south")}
    assert patterns(rows) == []


def test_independent_columns_have_a_finding_in_at_most_one_set_in_twenty(results):
    """Even where every combination counts as thin, so that chance alone decides: 60 sets."""
    limits = {"expected": 4.0, "fewest": 1000, "tied": 1.0}
    alarms = sum(bool(results(drawn(300, seed), **limits)) for seed in range(60))
    assert alarms <= 3
    assert results(drawn(300), **limits, by_chance=1.0) != []


@pytest.mark.parametrize("joined", ["group", "families"])
def test_rows_that_come_together_are_one_draw_of_a_combination(make_evidence, joined):
    """Sixty customers of ten rows each have a product and a region each: 30 sets of chance."""
    alarms, blind = 0, 0
    for seed in range(30):
        rows, customer = drawn(600, seed), np.arange(600) // 10
        for i, row in enumerate(rows):
            row["declared"] = rows[customer[i] * 10]["declared"]
        for together in (True, False):
            told = [
                {**r, "group": f"c{c}" if together and joined == "group" else None}
                for r, c in zip(rows, customer, strict=True)
            ]
            families = customer if together and joined == "families" else None
            evidence = make_evidence(told, families=families, declared=("product", "region"))
            check = CombinationGap(expected=4.0, fewest=1000, tied=1.0)
            hit = any(isinstance(r, Finding) for r in check.find(evidence))
            alarms, blind = alarms + (together and hit), blind + (not together and hit)
    assert alarms <= 4  # one in twenty, and two standard errors
    assert blind > 4  # row by row there would be more


def test_what_many_customers_lack_is_still_found(patterns):
    rows = [{**r, "group": f"c{i // 2}"} for i, r in enumerate(drawn(without=lamp_in_the_south))]
    assert patterns(rows) == [{"product": "lamp", "region": "south"}]


def test_a_column_that_follows_from_another_is_said_and_not_counted(results):
    city = {"north": ("Aa", "Bb", "Cc"), "south": ("Dd", "Ee", "Ff")}
    cities = sum(city.values(), ())
    rows = drawn(900)
    for i, row in enumerate(rows):
        place = cities[i % 6]
        row["declared"] = (place, f"post code of {place}")
    [skipped] = results(rows, ("city", "code"))
    assert skipped.reason == "city and code depend on one another: 30 of 36 combinations are rare"


def test_a_column_of_ids_is_said_and_left_out(results):
    rows = drawn(without=lamp_in_the_south)
    for i, row in enumerate(rows):
        row["declared"] = (*row["declared"], f"order {i}")
    skipped, finding = results(rows, ("product", "region", "order"))
    assert skipped.reason == (
        "column order has 600 different values, more than 200: ids or measurements make no "
        "combinations"
    )
    assert finding.measured["combination"] == {"product": "lamp", "region": "south"}


def test_a_blank_is_no_value(patterns):
    rows = drawn(without=lamp_in_the_south)
    for row in rows[:300]:
        row["declared"] = (None, row["declared"][1])
    assert patterns(rows) == [{"product": "lamp", "region": "south"}]


def test_without_declared_columns_nothing_is_found(make_evidence):
    assert list(CombinationGap().find(make_evidence(drawn(60)))) == []
