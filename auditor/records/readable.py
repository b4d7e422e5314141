"""Evidence of the rows whose script the model knows, and what was found in it, of all rows again.

Vectors of texts in other scripts say nothing: to the model all of them are one text. What rests on
vectors is found in the other rows alone (`readable_part`), and then put among all rows, where
nothing is said for or against the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from auditor.records.arrays import Floats, Ints
from auditor.records.dataset import Dataset
from auditor.records.evidence import NOT_COMPUTED, Evidence, NotComputed
from auditor.records.probes import LabelErrors, NoiseEstimate, OutOfFold, TemplateLeakage
from auditor.records.structure import (
    CopyFamilies,
    Neighbours,
    Subtype,
    Template,
    TemplateMatch,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadablePart:
    """The evidence of some rows of a dataset, and how to say of all rows what it found."""

    evidence: Evidence
    whole: Dataset
    rows: Ints  # (m,) positions in `whole` of its rows

    @property
    def _codes(self) -> Ints:
        """(k,) the whole's code of each of its categories."""
        number = {name: code for code, name in enumerate(self.whole.categories)}
        return np.array([number[c] for c in self.evidence.dataset.categories], dtype=np.int64)

    def subtypes(self, found: Sequence[Subtype]) -> tuple[Subtype, ...]:
        """Of these rows alone: no other is of any."""
        return tuple(
            replace(
                s,
                members=self.rows[s.members],
                typical=int(self.rows[s.typical]),
                templates=tuple(replace(t, members=self.rows[t.members]) for t in s.templates),
            )
            for s in found
        )

    def out_of_fold(self, found: OutOfFold | None) -> OutOfFold | None:
        """Other rows are taken for what they are labelled."""
        if found is None:
            return None
        return OutOfFold(
            probabilities=self._among_all(found.probabilities),
            template_disjoint=self._among_all(found.template_disjoint),
        )

    def leakage(
        self, found: dict[str, TemplateLeakage | str] | None
    ) -> dict[str, TemplateLeakage | str] | None:
        if found is None:
            return None
        return {
            category: of if isinstance(of, str) else replace(of, lost=self.rows[of.lost])
            for category, of in found.items()
        }

    def label_errors(self, found: LabelErrors | None) -> LabelErrors | None:
        """Other rows are not assessed; categories without a row are said to have none."""
        if found is None:
            return None
        size, kinds = len(self.whole.examples), len(self.whole.categories)
        rival, score = (self.whole.codes + 1) % kinds, np.full(size, -np.inf)
        rival[self.rows], score[self.rows] = self._codes[found.rival], found.score
        log = np.full((size, kinds), found.log.min(), dtype=found.log.dtype)
        log[np.ix_(self.rows, self._codes)] = found.log
        log[np.setdiff1d(np.arange(size), self.rows)] = 0.0
        wrong = None if found.wrong is None else np.zeros(size)
        if wrong is not None:
            wrong[self.rows] = found.wrong
        none = dict.fromkeys(set(self.whole.categories) - set(self.evidence.dataset.categories), 0)
        return replace(
            found,
            models=self._among_all(found.models),
            log=log,
            rival=rival,
            score=score,
            few=dict(sorted({**none, **found.few}.items())) if none else found.few,
            wrong=wrong,
        )

    def label_noise(self, found: NoiseEstimate | None) -> NoiseEstimate | None:
        if found is None:
            return None
        return replace(found, rows=self.rows[found.rows], suspects=self.rows[found.suspects])

    def _among_all(self, probabilities: Floats) -> Floats:
        """(s, n, K) of (s, m, k); other rows are surely of their own category."""
        shape = len(probabilities), len(self.whole.examples), len(self.whole.categories)
        out = np.zeros(shape, dtype=probabilities.dtype)
        out[:, np.arange(shape[1]), self.whole.codes] = 1.0
        out[:, self.rows] = 0.0
        out[:, self.rows[:, None], self._codes] = probabilities
        return out


def readable_part(evidence: Evidence) -> ReadablePart | None:
    """The evidence of the rows that the model can read; None where most are not."""
    rows = evidence.readable
    if rows is None:
        return None
    if len(rows) == len(evidence.dataset.examples):
        return ReadablePart(evidence=evidence, whole=evidence.dataset, rows=rows)
    return ReadablePart(evidence=_of(evidence, rows), whole=evidence.dataset, rows=rows)


def _of(evidence: Evidence, rows: Ints) -> Evidence:
    """The evidence of the positions `rows` (m,); what rests on vectors is not computed."""
    held_out, embedded = evidence.dataset.held_out, evidence.held_out
    known = np.arange(0)
    if not isinstance(embedded, NotComputed):
        known = np.flatnonzero(embedded.known)
        held_out, embedded = tuple(held_out[i] for i in known), embedded.take(known)
    across = np.concatenate([rows, len(evidence.dataset.examples) + known])
    dataset = replace(evidence.dataset.take(rows), held_out=held_out)
    place = np.full(len(evidence.dataset.examples), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    near = evidence.neighbours

    return replace(
        evidence,
        dataset=dataset,
        embeddings=evidence.embeddings.take(rows),
        neighbours=Neighbours(
            index=np.where(near.index[rows] >= 0, place[near.index[rows]], -1),
            cosine=near.cosine[rows],
        ),
        copies=evidence.copies.among(rows),
        same_text=evidence.same_text.among(rows),
        fold_units=evidence.fold_units[rows],
        templates=_templates(evidence.templates, place),
        stripped=_taken(evidence.stripped, rows),
        matches=_matches(evidence.matches, place),
        held_out=embedded,
        copies_across=_families(evidence.copies_across, across),
        same_text_across=_families(evidence.same_text_across, across),
        out_of_fold=_probabilities(evidence.out_of_fold, evidence.dataset, dataset, rows),
        subtypes=NOT_COMPUTED,
        template_leakage=NOT_COMPUTED,
        label_noise=NOT_COMPUTED,
        label_errors=NOT_COMPUTED,
    )


def _kept(positions: Ints, place: Ints) -> Ints:
    """The places of those of the positions that have one."""
    return place[positions][place[positions] >= 0]


def _families(
    found: CopyFamilies | NotComputed | None, rows: Ints
) -> CopyFamilies | NotComputed | None:
    return found if found is None or isinstance(found, NotComputed) else found.among(rows)


def _templates(
    found: tuple[Template, ...] | NotComputed, place: Ints
) -> tuple[Template, ...] | NotComputed:
    if isinstance(found, NotComputed):
        return found
    kept = (replace(t, members=_kept(t.members, place)) for t in found)
    return tuple(t for t in kept if len(t.members))


def _matches(
    found: tuple[TemplateMatch, ...] | NotComputed, place: Ints
) -> tuple[TemplateMatch, ...] | NotComputed:
    if isinstance(found, NotComputed):
        return found
    kept = (
        replace(
            m,
            template=replace(m.template, members=_kept(m.template.members, place)),
            holders=_kept(m.holders, place),
        )
        for m in found
    )
    return tuple(m for m in kept if len(m.holders))


def _taken(texts: Sequence[str] | NotComputed, rows: Ints) -> Sequence[str] | NotComputed:
    return texts if isinstance(texts, NotComputed) else [texts[i] for i in rows]


def _probabilities(
    found: OutOfFold | NotComputed | None, whole: Dataset, part: Dataset, rows: Ints
) -> OutOfFold | NotComputed | None:
    if found is None or isinstance(found, NotComputed):
        return found
    columns = [whole.categories.index(c) for c in part.categories]
    return OutOfFold(
        probabilities=found.probabilities[:, rows][:, :, columns],
        template_disjoint=found.template_disjoint[:, rows][:, :, columns],
    )
