"""Folds: what belongs together stays together, and every category is in every fold."""

from __future__ import annotations

import numpy as np

from auditor.prediction.folds import FOLDS, assign_folds, keep_together
from auditor.records import CopyFamilies

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


def test_rows_of_one_customer_never_straddle_folds(dataset_of, singles):
    customers = {text: f"customer {i % 12}" for i, (text, _) in enumerate(PAIRS)}
    data = dataset_of(PAIRS, customers)
    folds = assign_folds(keep_together(data, singles(len(PAIRS))), data.codes)
    owner = np.array([e.group for e in data.examples])
    together = folds_of([np.flatnonzero(owner == c) for c in set(customers.values())], folds)
    assert [len(found) for found in together] == [1] * 12


def test_rows_without_a_customer_are_free(dataset_of, singles):
    customers = {PAIRS[0][0]: "Pell & Sons", PAIRS[1][0]: "Pell & Sons"}
    data = dataset_of(PAIRS, customers)
    together = keep_together(data, singles(len(PAIRS)))
    assert len(set(together.tolist())) == len(PAIRS) - 1


def test_rows_of_one_template_never_straddle_folds(dataset_of, singles, template):
    data = dataset_of(PAIRS)
    framed = np.flatnonzero(data.codes == 1)[:9]
    together = keep_together(data, singles(len(PAIRS)), [template("delivery", framed)])
    assert len(folds_of([framed], assign_folds(together, data.codes))[0]) == 1


def test_a_phrase_that_is_no_template_binds_nothing(dataset_of, singles, template):
    data = dataset_of(PAIRS)
    polite = template("delivery", np.flatnonzero(data.codes == 1), weak=True)
    together = keep_together(data, singles(len(PAIRS)), [polite])
    assert len(set(together.tolist())) == len(PAIRS)


def test_a_copy_in_anothers_customers_rows_joins_the_two(dataset_of):
    """Customers Ada and Bob share one copied text: rows of both must stay in one fold."""
    customers = {text: ("Ada" if i < 5 else "Bob") for i, (text, _) in enumerate(PAIRS[:10])}
    data = dataset_of(PAIRS, customers)
    where = {e.text: i for i, e in enumerate(data.examples)}
    family = np.arange(len(PAIRS))
    family[where[PAIRS[9][0]]] = family[where[PAIRS[0][0]]]
    dense = np.unique(family, return_inverse=True)[1]
    together = keep_together(data, CopyFamilies(family=dense))
    assert len({int(together[where[text]]) for text in customers}) == 1


def test_every_category_is_spread_over_all_folds(dataset_of, template):
    data, copies = dataset_of(PAIRS), paired(len(PAIRS))
    framed = template("returns", np.flatnonzero(data.codes == 2)[:6])
    folds = assign_folds(keep_together(data, copies, [framed]), data.codes)
    in_folds = folds_of([np.flatnonzero(data.codes == c) for c in range(3)], folds)
    assert in_folds == [set(range(FOLDS))] * 3


def test_single_rows_are_dealt_out_evenly(dataset_of, singles):
    data = dataset_of(PAIRS)
    folds = assign_folds(keep_together(data, singles(len(PAIRS))), data.codes)
    table = np.zeros((3, FOLDS), dtype=int)
    np.add.at(table, (data.codes, folds), 1)
    assert table.tolist() == [[4] * FOLDS] * 3
