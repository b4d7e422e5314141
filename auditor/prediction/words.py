"""A naive Bayes of the words, each row judged without its own copy family."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from auditor.records import Floats, Ints

WORD = r"\w+"
SMOOTHING = 0.3  # of the counts; from .1 to 1 it made no difference beyond .01 in average precision


def word_probabilities(texts: Sequence[str], codes: Ints, together: Ints) -> Floats:
    """(n, K) class probabilities by the words and word pairs of each text, left-one-family-out.

    Multinomial naive Bayes on presence. A row's family is taken out of its own class's counts in
    closed form, so nothing is trained twice. Log likelihoods are divided by the square root of a
    text's length: words depend on one another, and undivided they would all be certainties.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(token_pattern=WORD, ngram_range=(1, 2), binary=True)
    present = csr_array(vectorizer.fit_transform(texts), dtype=np.float64)
    n, size = present.shape
    counts = (_sums(codes, n) @ present).toarray()  # (K, words)
    totals = counts.sum(axis=1)
    seen = np.log((counts + SMOOTHING) / (totals[:, None] + SMOOTHING * size))
    likelihood = present @ seen.T
    families = csr_array(_sums(together, n) @ present)
    likelihood[np.arange(n), codes] = _without_family(present, families, counts, codes, together)
    likelihood /= np.sqrt(np.maximum(present.sum(axis=1), 1.0))[:, None]
    odds = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


def _sums(labels: Ints, n: int) -> csr_array:
    """(labels, n) matrix that sums rows by label."""
    return csr_array((np.ones(n), (labels, np.arange(n))), shape=(int(labels.max()) + 1, n))


def _without_family(
    present: csr_array, families: csr_array, counts: Floats, codes: Ints, together: Ints
) -> Floats:
    """(n,) log likelihood of each row in its own class, its family's words not counted."""
    size = present.shape[1]
    cells = present.tocoo()
    rows, words = cells.row, cells.col
    family = families[together]  # (n, words) of each row's family
    inside = np.asarray(family[rows, words]).ravel()
    left = np.maximum(counts[codes[rows], words] - inside, 0.0)
    total = np.maximum(counts.sum(axis=1)[codes] - family.sum(axis=1), 0.0)
    log = np.log((left + SMOOTHING) / (total[rows] + SMOOTHING * size))
    sums = np.bincount(rows, weights=log, minlength=len(codes))
    return np.asarray(sums, dtype=np.float32)
