"""Groups of rows that may be from one template, found in two ways.

Rows that are mostly template: by the longest common subsequence over the longer row's length,
average linkage at two heights; the loose cut holds templates with long slots, the tight one small
families whose slots are short. Rows that a template is a small part of: by 3-grams that stand in
the same rows.

A row is a string of one character a token (`tokens.as_strings`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz.distance import LCSseq
from rapidfuzz.process import cpdist
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from auditor.records.arrays import Floats, Ints
from auditor.structure.ngrams import count_ngrams
from auditor.structure.trees import average

CUTS = (0.4, 0.68)  # of .3 to .68, a pair that finds all planted templates (CLINC150, seeds 0-1)
TRIGRAM = 3  # tokens
MIN_SHARED_TRIGRAMS = 2  # pairs that share fewer have no common template worth an alignment
MIN_ROWS = 3  # two alike rows are a pair, not a template
# A template of long texts: 3-grams of which each two stand in mostly the same rows, and the rows
# that hold most of them. The shares are as first chosen; three links would miss short beginnings.
MIN_PHRASED = 4  # rows
MIN_JACCARD = 0.75  # of the rows of two 3-grams
MIN_LINKED = 2  # 3-grams, four tokens in a row
MIN_SHARE_OF_LINKED = 0.6  # of them, in a row
BLOCK = 256  # rows whose pairs with all others are listed at once: 100 MB in a part of 8,000


def group_rows(strings: Sequence[str]) -> tuple[Floats, list[Ints]]:
    """(m, m) similarity of the rows, and the groups as positions among them, each once."""
    grams = count_ngrams([bounded(s) for s in strings], TRIGRAM, TRIGRAM).held
    similarity = _similarities(strings, grams)
    groups = (*_families(similarity), *_phrased(grams))
    return similarity, list({group.tobytes(): group for group in groups}.values())


def bounded(string: str) -> str:
    """The string with a mark where it begins and where it ends, so that 3-grams know."""
    return f"\x00{string}\x01"


def _similarities(strings: Sequence[str], grams: csr_array) -> Floats:
    """(m, m) LCS / longer length of the pairs that share two 3-grams; 0 for the others."""
    m = len(strings)
    similarity = np.zeros((m, m), dtype=np.float32)
    for start in range(0, m, BLOCK):
        both = (grams[start : start + BLOCK] @ grams[start:].T).tocoo()
        keep = (both.row < both.col) & (both.data >= MIN_SHARED_TRIGRAMS)
        left, right = both.row[keep] + start, both.col[keep] + start
        values = cpdist(
            [strings[i] for i in left],
            [strings[j] for j in right],
            scorer=LCSseq.normalized_similarity,
            dtype=np.float32,
        )
        similarity[left, right] = similarity[right, left] = values
    np.fill_diagonal(similarity, 1.0)
    return similarity


def _families(similarity: Floats) -> Iterator[Ints]:
    """Groups of at least three rows at both cuts of the average-linkage tree."""
    tree = average(squareform(1.0 - similarity, checks=False))
    for cut in CUTS:
        labels = tree.cut(1.0 - cut)
        order = np.argsort(labels, kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(labels[order])) + 1):
            if len(group) >= MIN_ROWS:
                yield np.sort(group)


def _phrased(grams: csr_array) -> Iterator[Ints]:
    """Groups of rows that share several 3-grams which keep together: templates of long texts.

    grams (m, g): which 3-grams each row holds. The fixed words of a template stand in the same
    rows, however much else these rows say; so 3-grams are linked where they stand in the same rows
    (Jaccard), and a group is the rows that hold most of the linked ones.
    """
    kept = grams[:, np.flatnonzero(grams.sum(axis=0) >= MIN_PHRASED)]
    rows_with = np.asarray(kept.sum(axis=0)).ravel()
    both = (kept.T @ kept).tocoo()
    same = both.data >= MIN_JACCARD * (rows_with[both.row] + rows_with[both.col] - both.data)
    links = coo_array((both.data[same], (both.row[same], both.col[same])), shape=both.shape)
    count, phrase = connected_components(links, directed=False)
    sizes = np.bincount(phrase, minlength=count)
    cells = (np.ones(len(phrase)), (np.arange(len(phrase)), phrase))
    linked_of = (kept @ csr_array(cells, shape=(len(phrase), count))).tocsc()  # (m, count)
    for k in np.flatnonzero(sizes >= MIN_LINKED):
        here = slice(linked_of.indptr[k], linked_of.indptr[k + 1])
        group = np.sort(
            linked_of.indices[here][linked_of.data[here] / sizes[k] >= MIN_SHARE_OF_LINKED]
        )
        if len(group) >= MIN_PHRASED:
            yield group.astype(np.int64)
