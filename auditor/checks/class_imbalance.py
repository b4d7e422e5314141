"""class-imbalance: a category with far fewer rows than an even share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.checks.limits import limit
from auditor.records.evidence import Evidence
from auditor.records.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassImbalance:
    code: ClassVar[str] = "class-imbalance"
    title: ClassVar[str] = "Small categories"
    needs: ClassVar[tuple[str, ...]] = ()
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ()

    even_share: float = limit(
        0.1,
        "A tenth of an even share: of ten categories one in a hundred rows, which a random split "
        "of a thousand rows tests on two.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        codes = evidence.dataset.codes
        counts = np.bincount(codes)
        even = len(codes) / len(counts)
        for code in np.argsort(counts, kind="stable"):
            if counts[code] >= self.even_share * even:
                break
            category = evidence.dataset.categories[code]
            yield evidence.finding(
                code=self.code,
                severity="warning",
                category=category,
                members=np.flatnonzero(codes == code),
                summary=f"{category} has {counts[code]} of {len(codes)} rows; "
                f"an even share would be {even:.0f}",
                measured={"rows": int(counts[code]), "even_share": even},
                limit={"rows": self.even_share * even},
                advice=f"Collect at least {round(even / 2)} more examples of {category}, "
                "or merge it with a category that it belongs to.",
            )
