"""label-spelling: one category whose label is written in several ways.

`label_spelling.py` says which labels are spellings of one. They stay what they are until the
user maps them: a capital may be meant, and nothing of a dataset is changed silently.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from auditor.label_spelling import as_toml, displayed_form, spelling_key, visible
from auditor.records.evidence import Evidence
from auditor.records.findings import Finding

NAMED = 4  # spellings in a summary


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSpelling:
    code: ClassVar[str] = "label-spelling"
    title: ClassVar[str] = "One label, several spellings"
    needs: ClassVar[tuple[str, ...]] = ()
    quotes: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("spellings",)

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        data = evidence.dataset
        counts = Counter(e.category for e in (*data.examples, *data.held_out))
        spelled: dict[str, list[str]] = defaultdict(list)
        for label in counts:
            spelled[spelling_key(label)].append(label)
        several = [_by_use(labels, counts) for labels in spelled.values() if len(labels) > 1]
        for labels in sorted(several, key=lambda one: (not _displayed_alike(one), one)):
            yield self._finding(evidence, labels, counts)

    def _finding(
        self, evidence: Evidence, labels: Sequence[str], counts: Mapping[str, int]
    ) -> Finding:
        """labels: the spellings, the one to keep first."""
        data, kept = evidence.dataset, displayed_form(labels[0])
        others = [label for label in labels if label != kept]
        written = [f"{visible(label)} ({counts[label]})" for label in labels]
        more = f" and {len(labels) - NAMED} more ways" * (len(labels) > NAMED)
        mapping = ", ".join(f"{as_toml(label)} = {as_toml(kept)}" for label in others)
        return evidence.finding(
            code=self.code,
            severity="error" if _displayed_alike(labels) else "warning",
            category=kept if kept in data.categories else None,
            members=[i for i, e in enumerate(data.examples) if e.category in others],
            held_out=[i for i, e in enumerate(data.held_out) if e.category in others],
            summary=f"one label is written {', '.join(written[:NAMED])}{more}",
            measured={
                "spellings": [
                    {"written": visible(label), "label": label, "rows": counts[label]}
                    for label in labels
                ],
                "alike_to_the_eye": _displayed_alike(labels),
            },
            limit={"spellings": 1},
            advice=f"If they are one category, map them with label_map = {{ {mapping} }} in "
            "auditor.toml, or with --map-label OLD=NEW; or fix the labels in the file.",
            quoted=labels,
        )


def _by_use(labels: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """The spelling to keep first: one without hidden marks, and the commonest of those."""
    return sorted(labels, key=lambda label: (label != displayed_form(label), -counts[label], label))


def _displayed_alike(labels: Sequence[str]) -> bool:
    """Whether two of them are the same to the eye: nobody meant them to be two categories."""
    return len({displayed_form(label) for label in labels}) < len(labels)
