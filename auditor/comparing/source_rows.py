"""Amplification: added rows that paraphrase base rows, their source rows, and how many of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.comparing.estimates import share_of
from auditor.comparing.rewordings import Rewordings, find_rewordings
from auditor.pool import is_paraphrase, paraphrase_level
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.comparison import Amplification, SourceRow

BINS = (0, 1, 2, 3, 5, 10, 20, 50, 100)  # paraphrases; a bin reaches up to the next one
MAX_SHOWN, MAX_PARAPHRASES = 5, 4  # source rows, and paraphrases of each, that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRows:
    """The nearest base row of each added row, (m,), and what the row is of it."""

    level: float
    added: Ints  # positions
    source: Ints  # positions
    cosine: Floats
    matched: Mask  # a paraphrase of it, or a copy
    rewordings: Rewordings  # what all of them are together
    paraphrase: Mask  # no copy, as for the gate: that is repetition, not rewording

    @property
    def reworded(self) -> Mask:
        """(m,) rows that may be a rewording of their source, nearer than `rewordings.level`."""
        return is_paraphrase(self.cosine, self.rewordings.level)

    def linked_rows(self) -> list[Ints]:
        """Pairs (added row, source row) of those, as sets that belong together."""
        pairs = np.stack([self.added, self.source], axis=1)[self.reworded]
        return list(pairs)


def find_source_rows(
    base_closest: Floats, base: Ints, added: Ints, near: Ints, cosine: Floats, families: Ints
) -> SourceRows:
    """The paraphrases among the rows `added` (m,), whose nearest of `base` (b,) is `base[near]`.

    base_closest (b,): cosine of each base row to another; cosine (m,): of each added row to its
    nearest; families (n,): copy family of each row of the pool. Of fewer than two base rows nothing
    is a paraphrase.
    """
    level = paraphrase_level(base_closest)
    matched = is_paraphrase(cosine, level)
    return SourceRows(
        level=level,
        added=added,
        source=base[near],
        cosine=cosine,
        matched=matched,
        rewordings=find_rewordings(base_closest, cosine, near),
        paraphrase=matched & (families[added] != families[base[near]]),
    )


def amplification(
    found: SourceRows, base: int, base_rows: Ints, candidate_rows: Ints
) -> Amplification | None:
    """How many paraphrases each source row has; None where nothing was added.

    base: base rows in all; base_rows, candidate_rows (n,): file row of each position. The interval
    of the share counts each source row once: paraphrases of one row were not made independently.
    """
    if not len(found.added):
        return None
    hits = found.paraphrase
    sources, each = np.unique(found.source[hits], return_counts=True)
    nearest = len(np.unique(found.source))
    return Amplification(
        min_cosine=found.level,
        added=len(hits),
        paraphrases=int(hits.sum()),
        share=share_of(float(hits.mean()), max(nearest, 1)),
        reworded=found.rewordings.share,
        reworded_source_rows=len(np.unique(found.source[found.reworded])),
        source_rows=len(sources),
        base_rows=base,
        mean=round(float(each.mean()), 2) if len(each) else 0.0,
        median=float(np.median(each)) if len(each) else 0.0,
        max=int(each.max(initial=0)),
        histogram=_histogram(np.concatenate([each, np.zeros(base - len(each), dtype=np.int64)])),
        largest=tuple(_largest(found, sources, each, base_rows, candidate_rows)),
    )


def _histogram(each: Ints) -> tuple[tuple[int, int, int], ...]:
    ends = [*(b - 1 for b in BINS[1:]), max(int(each.max(initial=0)), BINS[-1])]
    bins = [
        (low, high, int(((each >= low) & (each <= high)).sum()))
        for low, high in zip(BINS, ends, strict=True)
    ]
    used = max((i for i, b in enumerate(bins) if b[2]), default=0)
    return tuple(bins[: used + 1])


def _largest(
    found: SourceRows, sources: Ints, each: Ints, base_rows: Ints, candidate_rows: Ints
) -> Sequence[SourceRow]:
    order = np.lexsort((sources, -each))[:MAX_SHOWN]
    out = []
    for source, number in zip(sources[order], each[order], strict=True):
        own = np.flatnonzero(found.paraphrase & (found.source == source))
        own = own[np.lexsort((found.added[own], -found.cosine[own]))][:MAX_PARAPHRASES]
        out.append(
            SourceRow(
                base_row=int(base_rows[source]),
                rows=tuple(int(r) for r in candidate_rows[found.added[own]]),
                paraphrases=int(number),
            )
        )
    return out
