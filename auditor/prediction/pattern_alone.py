"""What templates alone reveal of the labels: a probe that sees a row's template, and no content.

With the content masked all rows of one template are the same, so a naive Bayes has one feature, the
template. Taken as such it is exact; token by token it would count one fact forty times, and a small
template would look foreign to a category that has a large one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from auditor.prediction.folds import keep_near_together
from auditor.records.arrays import Floats, Ints
from auditor.records.dataset import Dataset
from auditor.records.probes import PatternAlone
from auditor.records.structure import CopyFamilies, TemplateMatch

PRIOR_ROWS = 1.0  # what is believed of a template before it is seen: one row, of any category


def evaluate_patterns_alone(
    dataset: Dataset, copies: CopyFamilies, matches: Sequence[TemplateMatch]
) -> PatternAlone | None:
    """The label that each row's template predicts, left-one-family-out; None without templates.

    A template reveals a category where it takes at least half of the doubt that the category's
    share of the data leaves: boilerplate, which every category has alike, takes none.
    """
    if not matches:
        return None
    codes, match = dataset.codes, _matches_of(len(dataset.examples), matches)
    classified = np.full(len(codes), -1, dtype=np.int64)
    templated = np.flatnonzero(match >= 0)
    if len(templated):
        prior = (np.bincount(codes) / len(codes)).astype(np.float32)
        fold_units = keep_near_together(dataset, copies)
        chance = _chances(match[templated], codes[templated], fold_units[templated], prior)
        sure = chance >= (1.0 + prior) / 2
        classified[templated] = np.where(sure.any(axis=1), sure.argmax(axis=1), -1)
    return PatternAlone(match=match, classified=classified)


def _matches_of(n: int, matches: Sequence[TemplateMatch]) -> Ints:
    """(n,) the number of the commonest template that each row matches, boilerplate aside; -1 =
    none.

    Of nested templates that is the outermost, which keeps least of the content.
    """
    found = np.full(n, -1, dtype=np.int64)
    for number in sorted(range(len(matches)), key=lambda i: len(matches[i].holders)):
        if not matches[number].shared:
            found[matches[number].holders] = number
    return found


def _chances(match: Ints, codes: Ints, fold_units: Ints, prior: Floats) -> Floats:
    """(m, K) probability of each category by the template (m,), its own family's rows left out.

    prior (K,): the categories' shares of the data, to which templates of few rows are shrunk.
    """
    counts = _table(match, codes, len(prior))
    _, own = np.unique(np.stack([match, fold_units]), axis=1, return_inverse=True)
    others = counts[match] - _table(own.ravel(), codes, len(prior))[own.ravel()]
    total = others.sum(axis=1, keepdims=True)
    return np.asarray((others + PRIOR_ROWS * prior) / (total + PRIOR_ROWS))


def _table(rows: Ints, columns: Ints, width: int) -> Floats:
    """(rows, width) how often each pair occurs."""
    shape = (int(rows.max()) + 1, width)
    return np.asarray(csr_array((np.ones(len(rows)), (rows, columns)), shape=shape).toarray())
