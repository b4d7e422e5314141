"""Folds: what belongs together stays together, and every category is in every fold."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from auditor.prediction import folds
from auditor.prediction.folds import (
    FOLDS,
    assign_folds,
    hold_out,
    independent_rows,
    keep_matches_together,
    keep_near_together,
    keep_together,
    seen_by,
    shuffle_folds,
)
from auditor.records.structure import CopyFamilies, TemplateMatch

CATEGORIES = ("billing", "delivery", "returns")
PAIRS = [(f"{c}: question number {i}", c) for c in CATEGORIES for i in range(20)]


def folds_of(sets, folds):
    """The folds in which the rows of each set lie."""
    return [set(folds[list(rows)].tolist()) for rows in sets]


def paired(n):
    """Copy families of two: rows 0 and 1, rows 2 and 3, ..."""
    return CopyFamilies(family=np.arange(n) // 2)


def test_copies_never_straddle_folds(dataset_of):
    data, copies = dataset_of(PAIRS), paired(len(PAIRS))
    folds = assign_folds(keep_together(data, copies), data.codes)
    assert all(len(found) == 1 for found in folds_of(copies.members(), folds))


def test_pairs_that_may_be_copies_never_straddle_folds(dataset_of):
    data = dataset_of(PAIRS)
    pairs = np.arange(len(PAIRS)).reshape(-1, 2)
    copies = CopyFamilies(family=np.arange(len(PAIRS)), review=pairs)
    folds = assign_folds(keep_near_together(data, copies), data.codes)
    assert all(len(found) == 1 for found in folds_of(pairs, folds))
    assert len(set(keep_together(data, copies).tolist())) == len(PAIRS)


def test_rows_of_one_customer_never_straddle_folds(dataset_of, singles):
    customers = {text: f"customer {i % 12}" for i, (text, _) in enumerate(PAIRS)}
    data = dataset_of(PAIRS, customers)
    folds = assign_folds(keep_together(data, singles(len(PAIRS))), data.codes)
    owner = np.array([e.group for e in data.examples])
    fold_units = folds_of([np.flatnonzero(owner == c) for c in set(customers.values())], folds)
    assert [len(found) for found in fold_units] == [1] * 12


def test_rows_without_a_customer_are_free(dataset_of, singles):
    customers = {PAIRS[0][0]: "Pell & Sons", PAIRS[1][0]: "Pell & Sons"}
    data = dataset_of(PAIRS, customers)
    fold_units = keep_together(data, singles(len(PAIRS)))
    assert len(set(fold_units.tolist())) == len(PAIRS) - 1


def test_rows_of_one_template_never_straddle_folds(dataset_of, singles, template):
    data = dataset_of(PAIRS)
    templated = np.flatnonzero(data.codes == 1)[:9]
    fold_units = keep_together(data, singles(len(PAIRS)), [template("delivery", templated)])
    assert len(folds_of([templated], assign_folds(fold_units, data.codes))[0]) == 1


def test_a_phrase_that_is_no_template_binds_nothing(dataset_of, singles, template):
    data = dataset_of(PAIRS)
    polite = template("delivery", np.flatnonzero(data.codes == 1), weak=True)
    fold_units = keep_together(data, singles(len(PAIRS)), [polite])
    assert len(set(fold_units.tolist())) == len(PAIRS)


def test_a_copy_in_anothers_customers_rows_joins_the_two(dataset_of):
    """Customers Ada and Bob share one copied text: rows of both must stay in one fold."""
    customers = {text: ("Ada" if i < 5 else "Bob") for i, (text, _) in enumerate(PAIRS[:10])}
    data = dataset_of(PAIRS, customers)
    where = {e.text: i for i, e in enumerate(data.examples)}
    family = np.arange(len(PAIRS))
    family[where[PAIRS[9][0]]] = family[where[PAIRS[0][0]]]
    dense = np.unique(family, return_inverse=True)[1]
    fold_units = keep_together(data, CopyFamilies(family=dense))
    assert len({int(fold_units[where[text]]) for text in customers}) == 1


def test_every_category_is_spread_over_all_folds(dataset_of, template):
    data, copies = dataset_of(PAIRS), paired(len(PAIRS))
    templated = template("returns", np.flatnonzero(data.codes == 2)[:6])
    folds = assign_folds(keep_together(data, copies, [templated]), data.codes)
    in_folds = folds_of([np.flatnonzero(data.codes == c) for c in range(3)], folds)
    assert in_folds == [set(range(FOLDS))] * 3


def test_single_rows_are_dealt_out_evenly(dataset_of, singles):
    data = dataset_of(PAIRS)
    folds = assign_folds(keep_together(data, singles(len(PAIRS))), data.codes)
    table = np.zeros((3, FOLDS), dtype=int)
    np.add.at(table, (data.codes, folds), 1)
    assert table.tolist() == [[4] * FOLDS] * 3


# --- templates, and splits to compare with theirs ---------------------------------------------


def rows_in(folds, codes):
    """(categories, folds) how many rows of each category lie in each fold."""
    table = np.zeros((codes.max() + 1, FOLDS), dtype=int)
    np.add.at(table, (codes, folds), 1)
    return table.tolist()


def test_a_template_is_held_out_wherever_it_stands(dataset_of, singles, template):
    """Its rows in other categories too: left in training, they would speak against the held."""
    data = dataset_of(PAIRS)
    templated = np.flatnonzero(data.codes == 1)[:9]
    holders = np.union1d(templated, np.flatnonzero(data.codes == 2)[:3])
    found = template("delivery", templated)
    match = TemplateMatch(template=found, holders=holders, inside=0.45, elsewhere=0.08)
    fold_units = keep_matches_together(data, singles(len(PAIRS)), [match])
    assert len(set(fold_units[holders].tolist())) == 1
    assert len(set(fold_units.tolist())) == len(PAIRS) - 11


def test_boilerplate_binds_nothing(dataset_of, singles, template):
    data = dataset_of(PAIRS)
    found = template("delivery", np.flatnonzero(data.codes == 1))
    match = TemplateMatch(template=found, holders=np.arange(len(PAIRS)), inside=1.0, elsewhere=1.0)
    fold_units = keep_matches_together(data, singles(len(PAIRS)), [match])
    assert len(set(fold_units.tolist())) == len(PAIRS)


# Twenty rows of each of three categories, and of each a template of seven and one of four rows.
CODES = np.repeat(np.arange(3), 20)
FAMILIES = np.array(
    [100 * c + (0 if i < 7 else 1 if i < 11 else i) for c in range(3) for i in range(20)]
)


def shuffled(units, seed=0):
    """A template-disjoint split and a random one that keeps `units` together."""
    folds = assign_folds(FAMILIES, CODES)
    return folds, shuffle_folds(folds, units, CODES, np.random.default_rng(seed))


def units_of(*sets):
    """A number for each row, one for each of the sets."""
    units = np.arange(len(CODES))
    for rows in sets:
        units[list(rows)] = min(rows)
    return units


PAIRED = [(i, i + 1) for i in range(0, 60, 4)]


@pytest.mark.parametrize(
    "sets",
    [(), PAIRED, [(0, 20, 40), (1, 21, 41), (2, 3, 4)], [(0, 1, 2, 3, 4, 5, 6)]],
    ids=["single rows", "pairs", "sets over categories", "a customer of seven"],
)
def test_a_random_split_has_as_many_rows_of_each_category_in_each_fold(sets):
    disjoint, random = shuffled(units_of(*sets))
    assert rows_in(random, CODES) == rows_in(disjoint, CODES)
    assert {len(found) for found in folds_of(sets, random)} <= {1}


def test_in_a_random_split_templates_lie_on_both_sides():
    disjoint, random = shuffled(units_of())
    matches = [np.flatnonzero(np.equal(FAMILIES, 100 * c)) for c in range(3)]
    assert [len(found) for found in folds_of(matches, disjoint)] == [1, 1, 1]
    assert min(len(found) for found in folds_of(matches, random)) >= 3


def test_what_fits_in_no_fold_stays_together_all_the_same():
    customer = range(15)
    _, random = shuffled(units_of(customer))
    assert len(folds_of([customer], random)[0]) == 1
    assert set(random.tolist()) == set(range(FOLDS))


def test_the_same_seed_shuffles_alike_and_another_does_not():
    first, again, other = (shuffled(units_of(*PAIRED), seed)[1] for seed in (0, 0, 1))
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


# --- what training has seen of other rows ------------------------------------------------------


def test_copies_near_copies_and_rows_of_a_group_have_been_seen(dataset_of):
    """Of rows 4 to 8: a copy, one of its near copies, a stranger, a colleague, another stranger."""
    rows = list(dataset_of(PAIRS[:9]).examples)
    for i, group in ((2, "Pell & Sons"), (7, "Pell & Sons"), (3, ""), (6, ""), (8, "Obi")):
        rows[i] = dataclasses.replace(rows[i], group=group)
    family = np.array([0, 1, 2, 3, 1, 4, 5, 6, 7])
    copies = CopyFamilies(family=family, review=np.array([[0, 5], [6, 8]]))
    seen = seen_by(rows[:4], rows[4:], copies)
    assert seen.tolist() == [True, True, False, True, False]


def test_a_near_copy_of_a_copy_has_been_seen(dataset_of):
    """Row 2 is nearly row 1, which is a copy of row 0."""
    rows = dataset_of(PAIRS[:3]).examples
    copies = CopyFamilies(family=np.array([0, 0, 1]), review=np.array([[1, 2]]))
    assert seen_by(rows[:1], rows[1:], copies).tolist() == [True, True]


def test_rows_alone_are_each_worth_one_and_copies_together_are():
    fold_units, codes = np.array([0, 1, 2, 3, 3, 3]), np.array([0, 0, 0, 1, 1, 1])
    assert independent_rows(fold_units, codes, 3).tolist() == [3.0, 1.0, 0.0]


def test_sets_of_one_size_are_worth_their_number():
    assert independent_rows(np.repeat(np.arange(7), 4), np.zeros(28, dtype=int), 1) == [7.0]


def test_one_large_set_leaves_the_others_little_to_say():
    fold_units = np.concatenate([np.arange(10), np.full(90, 10)])
    assert independent_rows(fold_units, np.zeros(100, dtype=int), 1)[0] == pytest.approx(
        1.23, abs=0.01
    )


def test_barred_rows_and_what_belongs_to_them_are_not_held_out():
    """Of two categories of twelve rows, in pairs, one is all barred but for a pair."""
    codes, fold_units = np.repeat([0, 1], 12), np.arange(24) // 2
    barred = np.zeros(24, dtype=bool)
    barred[[0, 2, 4, 6, 8]] = True
    held = hold_out(fold_units, codes, 2, barred)
    assert held[:, :10].sum() == 0
    assert held[:, 10:12].all()
    assert (held[:, 12:].sum(axis=1) == 4).all()


# --- what it costs --------------------------------------------------------------------------------


def test_of_many_customers_each_row_is_looked_at_a_few_times(dataset_of, singles, elements):
    """Not once for each customer."""

    def looked_at(customers):
        pairs = [(f"{i} of {c}", "billing") for c in range(customers) for i in range(2)]
        data = dataset_of(pairs, {text: text.split(" of ")[1] for text, _ in pairs})
        return elements([folds], lambda: keep_near_together(data, singles(len(pairs))))

    assert looked_at(400) <= 2.1 * looked_at(200)


def test_of_many_categories_rows_are_held_out_without_looking_at_all_for_each(elements):
    def looked_at(kinds):
        codes = np.repeat(np.arange(kinds), 6)
        return elements([folds], lambda: hold_out(np.arange(6 * kinds), codes, 3))

    assert looked_at(200) <= 2.1 * looked_at(100)
