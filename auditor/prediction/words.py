"""What the words alone say: those of a text, and a naive Bayes of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from auditor.records.arrays import Floats, Ints
from auditor.structure.ngrams import count_ngrams

WORD = re.compile(r"\w+")
WORD_OR_MARK = re.compile(r"\w+|[?!.]")  # a question shares its mark with other questions
SMOOTHING = 0.3  # of the counts: less than one, since most words and pairs are rare


def words_of(texts: Sequence[str]) -> csr_array:
    """(n, words) unit rows: which words and sentence marks each text holds."""
    present = _held(texts, WORD_OR_MARK, 1)
    counts = np.maximum(present.sum(axis=1), 1.0)
    return csr_array(present.multiply(1.0 / np.sqrt(counts)[:, None]))


def _held(texts: Sequence[str], word: re.Pattern[str], largest: int) -> csr_array:
    """(n, g) 1 where a text holds an n-gram of up to so many words, whatever their case."""
    rows = [tuple(word.findall(text.lower())) for text in texts]
    return csr_array(count_ngrams(rows, 1, largest).by_name().held.astype(np.float64))


@dataclass(frozen=True, slots=True)
class WordProbe:
    """A naive Bayes of the words and word pairs of each text, whatever the labels.

    Multinomial on presence. A row's family is taken out of its own class's counts in closed form,
    so nothing is trained twice. Log likelihoods are divided by the square root of a text's length:
    words depend on one another, and undivided they would all be certainties.
    """

    present: csr_array  # (n, words)
    together: Ints  # (n,) rows of one number do not vouch for one another
    taught: Ints  # (m,) positions of the rows that are counted
    length: NDArray[np.float64]  # (n,) square root of the words of each text

    @classmethod
    def of(cls, texts: Sequence[str], together: Ints, taught: Ints | None = None) -> WordProbe:
        """taught (m,): positions of the rows that are counted, by default all."""
        taught = np.arange(len(texts)) if taught is None else taught
        present = _held(texts, WORD, 2)
        present = present[:, np.flatnonzero(present[taught].sum(axis=0))]
        length = np.sqrt(np.maximum(present.sum(axis=1), 1.0))
        return cls(present, together, taught, length)

    def probabilities(self, codes: Ints) -> Floats:
        """(n, K) class probabilities, left-one-family-out; `codes` (n,) of untaught rows are
        idle."""
        taught, kinds = self.taught, int(codes[self.taught].max()) + 1
        size = self.present.shape[1]
        if not size:
            return np.full((len(codes), kinds), 1.0 / kinds, dtype=np.float32)
        counts = (add_up(codes[taught]) @ self.present[taught]).toarray()  # (K, words)
        totals = counts.sum(axis=1)
        seen = np.log((counts + SMOOTHING) / (totals[:, None] + SMOOTHING * size))
        likelihood = self.present @ seen.T
        rows, classes, within = _family_shares(self.present, codes, self.together, taught)
        likelihood[rows, classes] = _without(self.present[rows], classes, counts, within)
        likelihood /= self.length[:, None]
        odds = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def add_up(labels: Ints) -> csr_array:
    """(labels, n) matrix that sums rows by label (n,)."""
    n = len(labels)
    return csr_array((np.ones(n), (labels, np.arange(n))), shape=(int(labels.max()) + 1, n))


def _family_shares(
    present: csr_array, codes: Ints, together: Ints, taught: Ints
) -> tuple[Ints, Ints, csr_array]:
    """Each row with each class that its family is taught in, and the family's words there.

    Mostly its own class alone; a family under two labels is in two, and vouches for neither.
    """
    own = np.stack([together[taught], codes[taught]], axis=1)
    pairs, member = np.unique(own, axis=0, return_inverse=True)
    words = csr_array(add_up(member.ravel()) @ present[taught])  # (pairs, words)
    first, last = (np.searchsorted(pairs[:, 0], together, side) for side in ("left", "right"))
    rows = np.repeat(np.arange(len(codes)), last - first)
    start = np.repeat(first - np.r_[0, np.cumsum(last - first)[:-1]], last - first)
    which = np.arange(len(rows)) + start
    return rows, pairs[which, 1], words[which]


def _without(rows: csr_array, classes: Ints, counts: Floats, family: csr_array) -> Floats:
    """(p,) log likelihood of rows (p, words) in `classes` (p,), less their family's words there.

    counts (K, words): of each class; family (p, words): of each row's family in its class.
    """
    size = rows.shape[1]
    cells = rows.tocoo()
    inside = np.asarray(family[cells.row, cells.col]).ravel()
    left = np.maximum(counts[classes[cells.row], cells.col] - inside, 0.0)
    total = np.maximum(counts.sum(axis=1)[classes] - family.sum(axis=1), 0.0)
    log = np.log((left + SMOOTHING) / (total[cells.row] + SMOOTHING * size))
    return np.asarray(np.bincount(cells.row, weights=log, minlength=rows.shape[0]))
