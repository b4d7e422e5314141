"""Base and candidate pooled: each row once, and in which of the two sets it is.

Structure (copies, templates, probes) is found in both sets together, so that what is found cannot
depend on which set a row is in: where nothing has changed, base and candidate are then
exchangeable, and a count that differs between them has a known distribution. The gate looks at the
base alone besides (`gating/evidence.py`), so that its shares are the same whatever the candidate.

How near a paraphrase is, is calibrated on the base: only one base row in twenty has another base
row, copies aside, as near. So of rows that are written like the base's, one in twenty counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.dataset import Dataset, Example
from auditor.records.structure import Neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The rows of a base and a candidate; one of the same text and label is the same row.

    In `dataset` a row's number is its position, so that the rows of a finding are positions.
    """

    dataset: Dataset
    base: Dataset | None
    candidate: Dataset
    in_base: Mask  # (n,)
    in_candidate: Mask  # (n,)
    base_rows: Ints  # (n,) row of the base's file; -1 where it is not there
    candidate_rows: Ints  # (n,) of the candidate's

    @property
    def kept(self) -> Mask:
        return self.in_base & self.in_candidate

    @property
    def added(self) -> Mask:
        return self.in_candidate & ~self.in_base

    @property
    def removed(self) -> Mask:
        return self.in_base & ~self.in_candidate

    @property
    def swapped(self) -> Pool:
        """The same rows with the candidate as the base. Raises ValueError where there is none."""
        if self.base is None:
            raise ValueError("a pool of one set has no sides to swap")
        return replace(
            self,
            base=self.candidate,
            candidate=self.base,
            in_base=self.in_candidate,
            in_candidate=self.in_base,
            base_rows=self.candidate_rows,
            candidate_rows=self.base_rows,
        )


def make_pool(base: Dataset | None, candidate: Dataset) -> Pool:
    """The pool of both, in canonical order; of the candidate alone without a base.

    What one set has several times is matched as often as the other has it.
    """
    several = candidate.several_annotators or (base is not None and base.several_annotators)
    order = _content_and_annotator if several else _content
    matched = _matched(base.examples if base else (), candidate.examples, several)
    pairs = sorted(matched, key=order)
    examples = tuple(_numbered(b, c, i) for i, (b, c) in enumerate(pairs))
    held_out = _matched(base.held_out if base else (), candidate.held_out, several)
    held_out_examples = tuple(
        _numbered(b, c, i) for i, (b, c) in enumerate(sorted(held_out, key=order), len(pairs))
    )
    base_rows, candidate_rows = (
        np.array([-1 if e is None else e.row for e in column], dtype=np.int64)
        for column in zip(*pairs, strict=True)
    )
    return Pool(
        dataset=replace(
            candidate,
            examples=examples,
            held_out=held_out_examples,
            rejected=(),
            several_annotators=several,
            rows_read=len(examples) + len(held_out_examples),
        ),
        base=base,
        candidate=candidate,
        in_base=base_rows >= 0,
        in_candidate=candidate_rows >= 0,
        base_rows=base_rows,
        candidate_rows=candidate_rows,
    )


Pair = tuple[Example | None, Example | None]  # of one content, in base and candidate


def _matched(
    base: Iterable[Example], candidate: Iterable[Example], by_annotator: bool
) -> list[Pair]:
    """The rows of both, each paired with its equal in the other, in the order of their rows; equal
    by content, and where several annotators labelled a text by who did."""
    by_content: dict[tuple[str, str], tuple[list[Example], list[Example]]] = defaultdict(
        lambda: ([], [])
    )
    for which, examples in enumerate((base, candidate)):
        for example in examples:
            who = (example.annotator or "") if by_annotator else ""
            by_content[example.content, who][which].append(example)
    return [pair for lists in by_content.values() for pair in zip_longest(*lists)]


def _content(pair: Pair) -> str:
    return _known(pair).content


def _content_and_annotator(pair: Pair) -> str:
    return f"{_known(pair).content}{_known(pair).annotator or ''}"


def _known(pair: Pair) -> Example:
    known = pair[1] or pair[0]
    assert known is not None  # noqa: S101 - one of the two is there
    return known


def _numbered(base: Example | None, candidate: Example | None, position: int) -> Example:
    known = candidate or base
    assert known is not None  # noqa: S101 - one of the two is there
    return replace(known, row=position)


# --- paraphrases: rows nearer to another, no copy of theirs, than rows of the base are ----------

PARAPHRASE_ALPHA = 0.05  # share of base rows whose nearest other one is called a paraphrase
LEVEL_DIGITS = 4


def closest_other(near: Neighbours, families: Ints) -> Floats:
    """(n,) cosine of each row to its nearest neighbour of another copy family.

    near (n, k) among the n rows; families (n,): copy families. The farthest where all are copies;
    0 without neighbours.
    """
    index, cosine = near.index, near.cosine
    other = (families[index] != families[:, None]) & (index >= 0)
    last = np.maximum((index >= 0).sum(axis=1) - 1, 0)
    first = np.where(other.any(axis=1), other.argmax(axis=1), last)
    return np.asarray(np.maximum(cosine[np.arange(len(index)), first], 0.0))


def paraphrase_level(closest: Floats) -> float:
    """The cosine from which on a row is a paraphrase; closest (b,): of base rows to another.

    Of fewer than two base rows nothing is a paraphrase.
    """
    if len(closest) < 2:
        return 1.0
    # The next value above, so that no more than the share lies at or above it.
    level = np.quantile(closest, 1 - PARAPHRASE_ALPHA, method="higher")
    return round(float(level), LEVEL_DIGITS)


def is_paraphrase(cosine: Floats, level: float) -> np.ndarray:
    """Which of `cosine`, of any shape, are as near as a paraphrase."""
    return np.asarray(cosine.round(LEVEL_DIGITS) >= level)
