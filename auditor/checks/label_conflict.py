"""label-conflict: copies of one example, or what reads almost the same, under different labels.

Copies are certain: one of the labels is wrong, or the guideline leaves the case open. Texts that
only lie close to each other, or differ in one place, are for review, since one word, letter or
mark may be a real difference; it is shown. Conflicts between the same two labels are listed
together: many of them are a gap in the guideline, a single one is a slip. Of copies it is said
which label the evidence favours, if it favours one (`auditor/checks/favoured.py`).
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from auditor.checks.favoured import label_evidence
from auditor.checks.limits import limit
from auditor.checks.multi_label import in_long_form
from auditor.records.arrays import Ints
from auditor.records.dataset import Example
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding
from auditor.structure.consensus import representatives
from auditor.structure.differences import changed

Kind = Literal["one text", "copies", "review"]
SEVERITY: dict[Kind, Literal["error", "warning", "note"]] = {
    "one text": "error",
    "copies": "warning",
    "review": "note",
}


@dataclass(frozen=True, slots=True)
class _Conflict:
    kind: Kind
    members: Ints
    examples: list[Example]

    @property
    def labels(self) -> dict[str, int]:
        """Rows of each label, the commonest first."""
        counts = Counter(e.category for e in self.examples)
        return dict(sorted(counts.items(), key=lambda x: (-x[1], x[0])))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelConflict:
    code: ClassVar[str] = "label-conflict"
    title: ClassVar[str] = "Same text, different labels"
    needs: ClassVar[tuple[str, ...]] = ()
    quotes: ClassVar[tuple[str, ...]] = ("difference", "annotators")
    names: ClassVar[tuple[str, ...]] = ("labels", "certainty", "favours", "probabilities")

    review: float = limit(
        0.95,
        "Cosine similarity of two texts that are not copies but worth a look: unchanged CLINC150 "
        "(seed 0) has one such pair in 6,000 rows, HWU64 none in 2,553.",
    )
    pattern: int = limit(
        3,
        "Conflicts between the same labels from which they are a pattern, not slips.",
    )
    favoured: float = limit(
        0.8,
        "Probability from which a label is recommended, as a suspicious label is a warning from .8 "
        "on; below, it is open which is right.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding]:
        one_text = {*in_long_form(evidence.dataset)}  # one finding of multi-label says it
        copies = (c for c in _copies(evidence) if not one_text.issuperset(c.members.tolist()))
        conflicts = [*copies, *self._close(evidence)]
        between = Counter(tuple(sorted(c.labels)) for c in conflicts)

        def order(c: _Conflict) -> tuple[object, ...]:
            labels = tuple(sorted(c.labels))
            return [*SEVERITY].index(c.kind), -between[labels], labels, int(c.members[0])

        sure = _probabilities(evidence, conflicts)
        for conflict in sorted(conflicts, key=order):
            labels, first = tuple(sorted(conflict.labels)), int(conflict.members[0])
            probabilities = sure[first] if conflict.kind != "review" else {}
            yield self._finding(evidence, conflict, between[labels], probabilities)

    def _finding(
        self, evidence: Evidence, conflict: _Conflict, between: int, sure: dict[str, float]
    ) -> Finding:
        both, close = " and ".join(conflict.labels), conflict.kind == "review"
        favours = next((c for c, p in sure.items() if p >= self.favoured), None)
        alike = "texts that are nearly alike" if close else "copies of one example"
        return evidence.finding(
            code=self.code,
            severity=SEVERITY[conflict.kind],
            members=conflict.members,
            category=None,
            summary=f"{len(conflict.members)} {alike} are labelled {both}",
            measured={
                "labels": conflict.labels,
                **({"favours": favours, "probabilities": sure} if sure else {}),
                "certainty": conflict.kind,
                "difference": _difference([e.text for e in conflict.examples]),
                "between_these_labels": between,
                "annotators": _annotators(conflict.examples),
            },
            limit={
                "labels": 1,
                "review_from": self.review,
                "pattern_from": self.pattern,
                "favoured_from": self.favoured,
            },
            advice=self._advice(
                both, close, between, f"{favours} ({sure[favours]:.0%})" if favours else ""
            ),
        )

    def _advice(self, both: str, close: bool, between: int, likely: str) -> str:
        """What to do; `likely` is the favoured label, if there is one."""
        if between >= self.pattern:
            first = f"Likely {likely}. " if likely else ""
            rule = "write a rule that separates them, then relabel these rows."
            return f"{first}{between} conflicts between {both}: {rule}"
        if likely:
            return f"Likely {likely}: check, give all copies that label, and keep one of them."
        if close:
            return f"Compare them: does what differs make the difference between {both}?"
        return (
            f"Decide between {both} and keep one copy; if both are right, write a rule that "
            "separates them."
        )

    def _close(self, evidence: Evidence) -> Iterator[_Conflict]:
        """Pairs under two labels that are no copies, but near or different in one place.

        Rows of a template are left out: there the template is what is alike.
        """
        examples, codes = evidence.dataset.examples, evidence.dataset.codes
        index, family = evidence.neighbours.index, evidence.same_text.family
        kinds, other_labels = evidence.dataset.kinds, evidence.labels_of_other_kinds
        # Of a text that several annotators labelled, what most of them say is compared.
        aside = ~representatives(evidence.dataset, evidence.items)
        for template in computed(evidence.templates):
            aside[template.members] |= template.excess > 0
        if (out_of_fold := computed(evidence.out_of_fold)) is not None:
            # Where probes read one of the two like the other's label, it is a label error.
            aside |= out_of_fold.probabilities.mean(axis=0).argmax(axis=1) != codes
        own, place = np.nonzero((index >= 0) & (evidence.neighbours.cosine >= self.review))
        near = np.stack([own, index[own, place]], axis=1)
        pairs = np.concatenate([np.sort(near, axis=1), evidence.copies.review])
        one, other = pairs.T
        pairs = pairs[(codes[one] != codes[other]) & (family[one] != family[other])]
        told: set[frozenset[int]] = set()
        for pair in np.unique(pairs[~aside[pairs].any(axis=1)], axis=0):
            (one, two), contexts = pair.tolist(), {kinds[i][0] for i in pair.tolist()}
            either = other_labels.get(one, set()) | other_labels.get(two, set())
            if len(contexts) > 1 or either & {int(codes[one]), int(codes[two])}:
                continue  # their system prompts differ, or a text has both labels
            if (texts := frozenset(family[pair].tolist())) in told:
                continue  # of n copies of one and m of the other, the first of each stand for all
            told.add(texts)
            yield _Conflict("review", pair, [examples[i] for i in pair])


def _probabilities(
    evidence: Evidence, conflicts: Sequence[_Conflict]
) -> dict[int, dict[str, float]]:
    """First member of copies in conflict -> probability of each label, the likeliest first."""
    of_copies = [c for c in conflicts if c.kind != "review"]
    if not of_copies:
        return {}
    names, codes = evidence.dataset.categories, evidence.dataset.codes
    evidence_of_labels, out = label_evidence(evidence), {}
    for conflict in of_copies:
        probability = evidence_of_labels.probabilities(conflict.members, codes)
        order = sorted(probability, key=lambda c: (-round(probability[c], 4), names[c]))
        out[int(conflict.members[0])] = {names[c]: round(probability[c], 4) for c in order}
    return out


def _copies(evidence: Evidence) -> Iterator[_Conflict]:
    """Copy families under several labels."""
    for members in evidence.copies.members():
        examples = [evidence.dataset.examples[i] for i in members]
        if len({e.category for e in examples}) > 1:
            same = len({_plain(e.text) for e in examples}) == 1
            yield _Conflict("one text" if same else "copies", members, examples)


def _plain(text: str) -> str:
    """The text without case, spaces and marks at its end: copies that share it are one text."""
    end = len(text)
    while end and (text[end - 1].isspace() or unicodedata.category(text[end - 1]) == "Po"):
        end -= 1
    return " ".join(text[:end].casefold().split())


def _difference(texts: Sequence[str]) -> str:
    """What sets the second text off from the first, word by word: `voucher -> invoice`."""
    first, second = (text.split() for text in texts[:2])
    places = changed([w.casefold() for w in first], [w.casefold() for w in second])
    return "; ".join(
        f"{' '.join(first[a.start : a.stop]) or '(nothing)'} -> "
        f"{' '.join(second[b.start : b.stop]) or '(nothing)'}"
        for a, b in places
    )


def _annotators(examples: Sequence[Example]) -> dict[str, list[str]]:
    """Who gave which labels, where the data says it."""
    names = sorted({e.annotator for e in examples if e.annotator})
    return {a: sorted({e.category for e in examples if e.annotator == a}) for a in names}
