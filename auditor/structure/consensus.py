"""Texts that several annotators labelled: which row stands for each."""

from __future__ import annotations

import numpy as np

from auditor.records.arrays import Ints, Mask
from auditor.records.dataset import Dataset
from auditor.records.structure import CopyFamilies


def annotator_numbers(dataset: Dataset) -> Ints:
    """(n,) who labelled each row, numbered by name; -1 where nobody is known."""
    named = [e.annotator for e in dataset.examples]
    number = {name: i for i, name in enumerate(sorted({name for name in named if name}))}
    return np.array([number.get(name or "", -1) for name in named], dtype=np.int64)


def shared_texts(items: Ints, who: Ints) -> Ints:
    """The numbers of the texts that two annotators labelled, or more; items, who (n,)."""
    people = np.unique(np.c_[items, who][who >= 0], axis=0)[:, 0]
    return np.asarray(np.flatnonzero(np.bincount(people) > 1), dtype=np.int64)


def representatives(dataset: Dataset, items: CopyFamilies) -> Mask:
    """(n,) all rows; of a text that several annotators labelled by design only the first with the
    label that most of them gave, of labels as common the first by name.

    items: the copies of each text, whoever labelled them. A label that an annotator gave a text
    twice counts once.
    """
    codes, item = dataset.codes, items.family
    if not dataset.several_annotators:
        return np.ones(len(codes), dtype=bool)
    who = annotator_numbers(dataset)
    shared = np.isin(item, shared_texts(item, who))
    votes = np.unique(np.c_[item, codes, who][shared & (who >= 0)], axis=0)[:, :2]
    given, count = np.unique(votes, axis=0, return_counts=True)
    order = np.lexsort((given[:, 1], -count, given[:, 0]))
    first = order[np.unique(given[order, 0], return_index=True)[1]]
    most = np.full(item.max(initial=-1) + 1, -1, dtype=np.int64)
    most[given[first, 0]] = given[first, 1]
    agrees = np.flatnonzero(shared & (who >= 0) & (codes == most[item]))
    chosen = agrees[np.unique(item[agrees], return_index=True)[1]]
    out = ~shared
    out[chosen] = True
    return np.asarray(out)
