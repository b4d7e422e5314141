"""multi-label: texts that stand under several labels, a row for each, as if they had them all.

Where few texts do, someone erred, which is `label-conflict`. Where a tenth of the rows does, and no
text twice under the same label, it is how sets with several labels a text are written: to be
declared, not settled text by text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from auditor.records.dataset import Dataset, Example
from auditor.records.evidence import Evidence
from auditor.records.findings import Finding

SHARE = 0.1  # of the rows, beyond which it is no slip
MIN_TEXTS = 5  # texts


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiLabel:
    code: ClassVar[str] = "multi-label"
    title: ClassVar[str] = "Several labels per text"
    needs: ClassVar[tuple[str, ...]] = ()
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ()

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        members = in_long_form(evidence.dataset)
        if not members:
            return
        rows = len(evidence.dataset.examples)
        texts = len({_text(evidence.dataset.examples[i]) for i in members})
        yield evidence.finding(
            code=self.code,
            severity="warning",
            members=members,
            summary=f"{texts} texts have several labels, in {len(members)} of {rows} rows: "
            "a multi-label set, one row per label",
            measured={"texts": texts, "rows": len(members), "share": len(members) / rows},
            limit={"share": SHARE, "texts": MIN_TEXTS},
            advice="If a text may have several labels, declare it with --multi-label, or with "
            "multi_label = true in auditor.toml. If not, these are label conflicts: decide which "
            "label each text has.",
        )


def in_long_form(dataset: Dataset) -> list[int]:
    """Positions of texts under several labels, where the set is written so; none where the user
    declared it, or where it looks like slips."""
    if dataset.multi_label:
        return []
    rows: dict[tuple[str, str, str | None], list[int]] = defaultdict(list)
    for i, example in enumerate(dataset.examples):
        # Of texts that several annotators labelled, each annotator's labels are by themselves.
        who = example.annotator if dataset.several_annotators else None
        rows[*_text(example), who].append(i)
    repeated = [at for at in rows.values() if len(at) > 1]
    several = [at for at in repeated if _are_a_set([dataset.examples[i] for i in at])]
    members = sorted(i for at in several for i in at)
    # Repeated texts with noisy labels mostly stand under one label twice.
    common = len(several) >= MIN_TEXTS and len(several) > len(repeated) - len(several)
    return members if common and len(members) > SHARE * len(dataset.examples) else []


def _text(example: Example) -> tuple[str, str]:
    return " ".join(example.text.casefold().split()), example.context_key


def _are_a_set(examples: Sequence[Example]) -> bool:
    """Whether the rows of one text name each label once, and not each by another annotator."""
    people = {e.annotator for e in examples}
    disagree = None not in people and len(people) == len(examples)
    return not disagree and len({e.category for e in examples}) == len(examples)
