"""Which rows must stay in one fold, and folds that keep them so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.records.arrays import Ints, Mask, Table
from auditor.records.dataset import Dataset, Example
from auditor.records.structure import CopyFamilies, Template, TemplateMatch

FOLDS = 5
MIN_HELD_OUT = 3  # rows of a category: fewer say nothing


def keep_together(
    dataset: Dataset,
    copies: CopyFamilies,
    templates: Sequence[Template] = (),
    other_sets: Iterable[Ints] = (),
) -> Ints:
    """(n,) a number for each set of rows that folds must not divide.

    Copy families and the rows of one `group` (a contract, a customer) always; with `templates`,
    the rows of each of them too, and the sets of positions `other_sets`.
    """
    templated = [t.members for t in templates if t.excess > 0]
    sets = [*_inseparable(dataset, copies), *templated, *other_sets]
    return _components(len(dataset.examples), sets)


def keep_near_together(
    dataset: Dataset, copies: CopyFamilies, templates: Sequence[Template] = ()
) -> Ints:
    """(n,) as `keep_together`, with pairs that may be copies in one set too.

    A model trained on one of them has nearly seen the other.
    """
    return keep_together(dataset, copies, templates, other_sets=copies.review)


def keep_matches_together(
    dataset: Dataset, copies: CopyFamilies, matches: Sequence[TemplateMatch]
) -> Ints:
    """(n,) as `keep_near_together`, with all rows that match a template in one set, of any
    category.

    Boilerplate does not count: held out in one category and met in another, it would mislead, and
    held out everywhere there would be nothing to learn from.
    """
    templated = [np.union1d(f.template.members, f.holders) for f in matches if not f.shared]
    sets = [*_inseparable(dataset, copies), *copies.review, *templated]
    return _components(len(dataset.examples), sets)


def _inseparable(dataset: Dataset, copies: CopyFamilies) -> list[Ints]:
    """The copy families, and the rows of each `group`."""
    groups: dict[str, list[int]] = defaultdict(list)
    for position, example in enumerate(dataset.examples):
        if example.group:
            groups[example.group].append(position)
    families = (m for m in copies.members() if len(m) > 1)
    return [*families, *(np.array(rows) for rows in groups.values())]


def _components(n: int, sets: Iterable[Ints]) -> Ints:
    links = [np.stack([s[:-1], s[1:]]) for s in sets if len(s) > 1]
    left, right = np.concatenate(links, axis=1) if links else np.empty((2, 0), dtype=np.int64)
    graph = coo_array((np.ones(len(left)), (left, right)), shape=(n, n))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def seen_by(training: Sequence[Example], others: Sequence[Example], copies: CopyFamilies) -> Mask:
    """(m,) whether a model trained on `training` has seen each of `others`, under any label.

    It is a copy of one of them, or may be, or is of one `group` with one. copies: of `training` and
    `others` together, in that order, whatever their context: a probe has the text alone.
    """
    known = np.unique(copies.family[: len(training)])
    pairs = copies.family[copies.review]
    alike = pairs[:, ::-1][np.isin(pairs, known)]
    groups = {e.group for e in training if e.group}
    grouped = np.array([e.group in groups for e in others], dtype=bool)
    return grouped | np.isin(copies.family[len(training) :], np.concatenate([known, alike]))


def independent_rows(fold_units: Ints, codes: Ints, kinds: int) -> Table:
    """(kinds,) how many independent rows those of each category amount to.

    fold_units (n,): the set that a row is of; rows of one set count as one text repeated. Kish's
    effective sample size (Survey Sampling, 1965), of which each set's weight is its rows.
    """
    cells, sizes = np.unique(np.stack([codes, fold_units]), axis=1, return_counts=True)
    rows = np.bincount(codes, minlength=kinds).astype(np.float64)
    squares = np.bincount(cells[0], weights=sizes.astype(np.float64) ** 2, minlength=kinds)
    return np.asarray(rows**2 / np.maximum(squares, 1.0))


def assign_folds(fold_units: Ints, codes: Ints) -> Ints:
    """(n,) fold of each row: sets are dealt out in turn within their category, largest first.

    Rows are in canonical order, by a hash of their content, so the turn is as good as random.
    """
    _, first, inverse, sizes = np.unique(
        fold_units, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, -sizes, codes[first]))
    fold = np.empty(len(first), dtype=np.int64)
    fold[order] = np.arange(len(order)) % FOLDS
    return fold[inverse]


def hold_out(fold_units: Ints, codes: Ints, splits: int, barred: Mask | None = None) -> Mask:
    """(splits, n) rows to hold out: whole sets, about a fifth of each category, in turn.

    At least FEWEST_HELD_OUT rows of a category where that leaves it half of them. What would leave
    a category less (it is all one template, say) stays in training, and has no rows to evaluate it
    on; so do the sets of the rows `barred` (n,).
    """
    _, first, inverse = np.unique(fold_units, return_index=True, return_inverse=True)
    sizes = np.bincount(inverse)
    out = np.zeros((splits, len(first)), dtype=bool)
    free = np.ones(len(first), dtype=bool)
    free[inverse[barred] if barred is not None else []] = False
    order = np.lexsort((first, codes[first]))  # rows are in canonical order: as good as random
    for units in np.split(order, np.flatnonzero(np.diff(codes[first][order])) + 1):
        total, own = int(sizes[units].sum()), units[free[units]]
        wanted, max_rows = max(round(total / FOLDS), MIN_HELD_OUT), total // 2
        start = 0
        for split in range(splits):
            turn = np.roll(own, -start)
            count, taken = 0, []
            for i, unit in enumerate(turn):
                if count >= wanted:
                    break
                if count + sizes[unit] <= max_rows:
                    count += sizes[unit]
                    taken.append(unit)
                    last = i
            start += last + 1 if taken else 0
            out[split, taken] = True
    return out[:, inverse]


def shuffle_folds(folds: Ints, units: Ints, codes: Ints, random: np.random.Generator) -> Ints:
    """(n,) folds with random rows, as many of each category in each fold as `folds` (n,) has.

    units (n,): rows of one number stay in one fold. Those of several rows are placed first, where
    there is room; the single rows then fill what is left. Only where units are too big to fit do
    the numbers differ.
    """
    width = int(codes.max()) + 1
    room = np.zeros((FOLDS, width), dtype=np.int64)
    np.add.at(room, (folds, codes), 1)
    out = np.empty_like(folds)
    order = random.permutation(len(units))
    order = order[np.argsort(units[order], kind="stable")]
    _, starts, sizes = np.unique(units[order], return_index=True, return_counts=True)
    for start, size in random.permutation(np.stack([starts, sizes], axis=1)[sizes > 1]):
        rows = order[start : start + size]
        wanted = np.bincount(codes[rows], minlength=width)
        spare = (room - wanted)[:, wanted > 0].min(axis=1)
        odds = np.maximum(spare + 1, 0) if spare.max() >= 0 else spare == spare.max()
        chosen = random.choice(FOLDS, p=odds / odds.sum())
        out[rows] = chosen
        room[chosen] -= wanted
    single = order[starts[sizes == 1]]
    for code in np.unique(codes[single]):
        rows = random.permutation(single[codes[single] == code])
        places = np.repeat(np.arange(FOLDS), np.maximum(room[:, code], 0))
        out[rows] = random.permutation(places)[: len(rows)]
    return out
