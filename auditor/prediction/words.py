"""The words of texts, and a naive Bayes that predicts labels from them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray
from scipy.sparse import csr_array

from auditor.records.arrays import Floats, Ints, Table
from auditor.structure.ngrams import count_ngrams
from auditor.structure.tokens import WORD

# A question shares its mark with other questions.
WORD_OR_MARK = regex.compile(rf"{WORD.pattern}|[?!.？！。؟।]", regex.VERSION1)
SMOOTHING = 0.3  # of the counts: less than one, since most words and pairs are rare
CLASSES_A_BLOCK = 32  # 9 MB of the 33,000 words and pairs of 16,000 short messages


def words_of(texts: Sequence[str]) -> csr_array:
    """(n, words) unit rows: which words and sentence marks each text holds."""
    present = _presence(texts, WORD_OR_MARK, 1)
    counts = np.maximum(present.sum(axis=1), 1.0)
    return csr_array(present.multiply(1.0 / np.sqrt(counts)[:, None]))


def _presence(texts: Sequence[str], word: regex.Pattern[str], largest: int) -> csr_array:
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
    fold_units: Ints  # (n,) rows of one number do not vouch for one another
    taught: Ints  # (m,) positions of the rows that are counted
    length: Table  # (n,) square root of the words of each text

    @classmethod
    def of(cls, texts: Sequence[str], fold_units: Ints, taught: Ints | None = None) -> WordProbe:
        """taught (m,): positions of the rows that are counted, by default all."""
        taught = np.arange(len(texts)) if taught is None else taught
        present = _presence(texts, WORD, 2)
        present = present[:, np.flatnonzero(present[taught].sum(axis=0))]
        length = np.sqrt(np.maximum(present.sum(axis=1), 1.0))
        return cls(present, fold_units, taught, length)

    def probabilities(self, codes: Ints) -> Floats:
        """(n, K) class probabilities, left-one-family-out; `codes` (n,) of untaught rows are
        idle."""
        taught, kinds = self.taught, int(codes[self.taught].max()) + 1
        if not self.present.shape[1]:
            return np.full((len(codes), kinds), 1.0 / kinds, dtype=np.float32)
        counts = _Counts.of(self.present[taught], codes[taught])
        likelihood = counts.likelihood(self.present)
        rows, pairs, of_pair = _families(codes, self.fold_units, taught)
        inside = _Counts.of(self.present[taught], of_pair)
        likelihood[rows, pairs[:, 0]] = counts.without(inside, self.present[rows], *pairs.T)
        likelihood /= self.length[:, None]
        return softmax(likelihood)


def add_up(labels: Ints) -> csr_array:
    """(labels, n) matrix that sums rows by label (n,)."""
    n = len(labels)
    return csr_array((np.ones(n), (labels, np.arange(n))), shape=(int(labels.max()) + 1, n))


def softmax(scores: Table, sharpness: float = 1.0) -> Floats:
    """(n, K) probabilities of `scores` (n, K), which are overwritten."""
    scores -= scores.max(axis=1, keepdims=True)
    scores *= sharpness
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return np.asarray(scores, dtype=np.float32)


def _families(codes: Ints, fold_units: Ints, taught: Ints) -> tuple[Ints, Ints, Ints]:
    """Each row with each class that its family is taught in.

    Mostly its own class alone; a family under two labels is in two, and vouches for neither.
    Returns (p,) rows, (p, 2) the class of each and the number of its family in it, and (m,) that
    number of each row that is taught.
    """
    own = np.stack([fold_units[taught], codes[taught]], axis=1)
    known, of_pair = np.unique(own, axis=0, return_inverse=True)
    first, last = (np.searchsorted(known[:, 0], fold_units, side) for side in ("left", "right"))
    rows = np.repeat(np.arange(len(codes)), last - first)
    start = np.repeat(first - np.r_[0, np.cumsum(last - first)[:-1]], last - first)
    which = np.arange(len(rows)) + start
    return rows, np.stack([known[which, 1], which], axis=1), of_pair.ravel()


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often each word stands in the rows of each class, or of each family in a class."""

    words: csr_array  # (K, words), sorted, so that a word is found by halving
    total: Table  # (K,)

    @classmethod
    def of(cls, present: csr_array, labels: Ints) -> _Counts:
        """Of rows `present` (m, words) by their labels (m,)."""
        words = csr_array(add_up(labels) @ present)
        words.sort_indices()
        return cls(words, np.asarray(words.sum(axis=1)))

    def likelihood(self, present: csr_array) -> Table:
        """(n, K) log likelihood of the rows `present` (n, words).

        The table of all words is dense, for a few classes at a time: most words are in few classes,
        but what is not there has its part in the likelihood too.
        """
        out = np.empty((present.shape[0], len(self.total)))
        for start in range(0, len(self.total), CLASSES_A_BLOCK):
            block = slice(start, start + CLASSES_A_BLOCK)
            out[:, block] = present @ self._table(block)
        return out

    def _table(self, block: slice) -> Table:
        """(words, b) the log probability of each word in the classes of a block."""
        cells, size = self.words[block].tocoo(), self.words.shape[1]
        denominator = self.total[block] + SMOOTHING * size
        table = np.tile(np.log(SMOOTHING / denominator), (size, 1))
        table[cells.col, cells.row] = np.log((cells.data + SMOOTHING) / denominator[cells.row])
        return table

    def without(self, inside: _Counts, present: csr_array, classes: Ints, families: Ints) -> Table:
        """(p,) log likelihood of rows `present` (p, words) in `classes` (p,), less what `families`
        (p,) of `inside` count there.
        """
        cells, size = present.tocoo(), present.shape[1]
        every = self._at(classes[cells.row], cells.col)
        left = np.maximum(every - inside._at(families[cells.row], cells.col), 0.0)
        total = np.maximum(self.total[classes] - inside.total[families], 0.0)
        log = np.log((left + SMOOTHING) / (total[cells.row] + SMOOTHING * size))
        return np.asarray(np.bincount(cells.row, weights=log, minlength=present.shape[0]))

    def _at(self, rows: Ints, words: NDArray[np.integer[Any]]) -> Table:
        """(c,) counts of single words."""
        return np.asarray(self.words[rows, words]).ravel()
