"""Which rows each measure of the gate counts against a side. One function a measure.

A mark of a base row is what it would be in the base alone, that of a candidate's row what it is in
the candidate: a row that was corrected has not become a copy of what it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from auditor.records import Floats, Ints
from auditor.results import Finding
from auditor.sides.pool import Flags, Pool

CLOSE = 0.9  # of the base's rows are further from their nearest than what counts as a variation


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The rows that one measure counts, (n,) over the pool."""

    base: Flags  # as rows of the base; False on rows that are not in it
    candidate: Flags
    beside: Ints | None = None  # (n,) code of another category that a marked row concerns; -1: none

    def scope(self, codes: Ints, code: int | None) -> Flags:
        """(n,) the rows that a question about category `code` is about; all of them for None."""
        if code is None:
            return np.ones(len(codes), dtype=bool)
        own = codes == code
        return np.asarray(own if self.beside is None else own | (self.beside == code))


def in_findings(pool: Pool, findings: Iterable[Finding]) -> Marks:
    """Rows of `findings` that were found in the pool; what they say holds on whichever side."""
    rows = np.array(sorted({r for f in findings for r in f.rows}), dtype=np.int64)
    marked = np.isin(np.arange(len(pool.in_base)), rows)
    return Marks(base=marked & pool.in_base, candidate=marked & pool.in_candidate)


def suspected(pool: Pool, findings: Iterable[Finding]) -> Marks:
    """Rows whose label looks wrong; each concerns the category that it is suspected of, too."""
    found = list(findings)
    names = {c: i for i, c in enumerate(pool.dataset.categories)}
    beside = np.full(len(pool.in_base), -1, dtype=np.int64)
    for f in found:
        beside[list(f.rows)] = names[f.measured["suggested"]]
    return replace(in_findings(pool, found), beside=beside)


def copies(pool: Pool, family: Ints) -> Marks:
    """Rows beyond the first of their copy family on a side; those on both sides come first.

    family (n,): of each row.
    """
    return Marks(
        base=_beyond_first(family, pool.in_base, pool.kept),
        candidate=_beyond_first(family, pool.in_candidate, pool.kept),
    )


def conflicts(pool: Pool, family: Ints) -> Marks:
    """Rows of copy families that have more than one label on a side."""
    codes = pool.dataset.codes
    return Marks(
        base=_in_conflict(family, codes, pool.in_base),
        candidate=_in_conflict(family, codes, pool.in_candidate),
    )


def variations(pool: Pool, base_closest: Floats, candidate_closest: Floats) -> Marks:
    """Rows closer to another of their side than nine in ten base rows are to one of theirs.

    base_closest, candidate_closest (n,): cosine of each base row, and of each added one, to its
    nearest other one on that side, sides taken at one size.
    """
    limit = np.quantile(base_closest[pool.in_base], CLOSE)
    base = pool.in_base & (base_closest > limit)
    added = pool.added & (candidate_closest > limit)
    return Marks(base=base, candidate=(base & pool.kept) | added)


def _beyond_first(family: Ints, side: Flags, kept: Flags) -> Flags:
    inside = np.flatnonzero(side)
    order = inside[np.lexsort((inside, ~kept[inside], family[inside]))]
    marked = np.zeros(len(family), dtype=bool)
    marked[order[1:]] = family[order[1:]] == family[order[:-1]]
    return marked


def _in_conflict(family: Ints, codes: Ints, side: Flags) -> Flags:
    pairs = np.unique(np.stack([family[side], codes[side]]), axis=1)
    labels = np.bincount(pairs[0], minlength=int(family.max()) + 1)
    return side & (labels[family] > 1)
