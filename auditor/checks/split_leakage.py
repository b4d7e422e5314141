"""split-leakage: rows of another split that training has seen, as copies or by their group.

A copy in the test split asks what training has answered already, so the split's scores are better
than the model; rows of one group (a customer, a contract) share what only their group has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from auditor.checks.limits import limit
from auditor.records.arrays import Ints
from auditor.records.dataset import Dataset
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding
from auditor.statistics import wilson

PAIRS_NAMED = 5  # leaks that a finding names with a training row each


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitLeakage:
    code: ClassVar[str] = "split-leakage"
    title: ClassVar[str] = "Leakage between splits"
    needs: ClassVar[tuple[str, ...]] = ("copies_across",)
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("split", "kind", "pairs")

    share: float = limit(
        0.01,
        "Share of a split's rows from which copies are an error: they can move its accuracy by as "
        "much, and one point is what models are chosen by (at 90 % accuracy it is the 80 % "
        "interval of 1,500 rows). Groups are a warning: whether they reveal the label "
        "depends on the data.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        across = computed(evidence.copies_across)
        if across is None:
            return
        splits = np.array([e.split or "" for e in evidence.dataset.held_out])
        kinds = {"copies": across.family, "group": _groups(evidence.dataset)}
        for kind, key in kinds.items():
            train, other = np.split(key, [len(evidence.dataset.examples)])
            leaks = (other >= 0) & np.isin(other, train)
            for split in np.unique(splits[leaks]).tolist():
                seen = np.flatnonzero(leaks & (splits == split))
                yield self._finding(evidence, kind, split, seen, train, other)

    def _finding(
        self, evidence: Evidence, kind: str, split: str, seen: Ints, train: Ints, other: Ints
    ) -> Finding:
        """Of the held-out rows `seen`, whose `other` (m,) keys are among those of `train` (n,)."""
        dataset = evidence.dataset
        of = sum(e.split == split for e in dataset.held_out)
        low, high = wilson(len(seen), of)
        copied = kind == "copies"
        what = "are copies of training rows" if copied else "share a group with training rows"
        measured: dict[str, Any] = {
            "split": split,
            "kind": kind,
            "leaking_rows": len(seen),
            "split_rows": of,
            "share": len(seen) / of,
            "low": low,
            "high": high,
        }
        if copied:
            measured["with_another_label"] = _contradicted(dataset, seen, train, other)
        # Of n rows and m copies of them in training, the first of each stand for all.
        each = seen[np.sort(np.unique(other[seen], return_index=True)[1])][:PAIRS_NAMED]
        first = [int(np.flatnonzero(train == other[i])[0]) for i in each]
        measured["pairs"] = [
            {"held_out": dataset.held_out[i].row, "training": dataset.examples[j].row}
            for i, j in zip(each.tolist(), first, strict=True)
        ]
        return evidence.finding(
            code=self.code,
            severity="error" if copied and len(seen) >= self.share * of else "warning",
            members=np.flatnonzero(np.isin(train, other[seen])),
            held_out=seen,
            summary=f"{len(seen)} of {of} rows of the split {split} ({len(seen) / of:.1%}) {what}",
            measured=measured,
            limit={"share": self.share} if copied else {"leaking_rows": 0},
            advice=f"Take them out of {split}, not out of training, and score again."
            if copied
            else f"Split again so that each group is in one split, or document why {split} may "
            "share groups.",
            quoted=[kind, split],
        )


def _groups(dataset: Dataset) -> Ints:
    """(n + m,) number of each row's group, training rows first; -1 without one."""
    groups = [e.group for e in (*dataset.examples, *dataset.held_out)]
    number = {g: i for i, g in enumerate(sorted({g for g in groups if g}))}
    return np.array([number.get(g or "", -1) for g in groups], dtype=np.int64)


def _contradicted(dataset: Dataset, seen: Ints, train: Ints, other: Ints) -> int:
    """How many of the rows `seen` have a copy in training under another label."""
    labels: dict[int, set[str]] = {int(k): set() for k in other[seen]}
    for i in np.flatnonzero(np.isin(train, other[seen])):
        labels[int(train[i])].add(dataset.examples[i].category)
    own = ((labels[int(other[i])], dataset.held_out[i].category) for i in seen)
    if dataset.several_annotators:  # who disagree among themselves already
        return sum(category not in known for known, category in own)
    return sum(bool(known - {category}) for known, category in own)
