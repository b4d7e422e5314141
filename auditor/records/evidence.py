"""Evidence: all that is known of a dataset, and that checks may use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auditor.records.arrays import Floats, Ints
from auditor.records.dataset import Dataset
from auditor.records.findings import Finding, Severity, fingerprint
from auditor.records.forecast import Forecast
from auditor.records.probes import (
    LabelErrors,
    NoiseEstimate,
    OutOfFold,
    PatternAlone,
    TemplateLeakage,
)
from auditor.records.structure import (
    CopyFamilies,
    Embeddings,
    Neighbours,
    Repetition,
    Subtype,
    Template,
    TemplateMatch,
)

Kind = TypeVar("Kind")

MIN_OF_CATEGORY = 5  # different examples: of fewer its labels are as good as noise
MIN_PLANTED_IN = 50  # different examples: fewer do not show what wrong labels look like


class NotComputed:
    """Stands for what was not computed: an empty tuple and None say what was found."""

    __slots__ = ()


NOT_COMPUTED = NotComputed()


def computed(value: Kind | NotComputed) -> Kind:
    """The value; raises LookupError for what was not computed, which is not none."""
    if isinstance(value, NotComputed):
        raise LookupError(  # noqa: TRY004 - no wrong type: a part that nobody asked for
            "this part of the evidence was not computed; name it in `parts`"
        )
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that checks may use. What was not asked for is NotComputed."""

    dataset: Dataset
    embeddings: Embeddings
    neighbours: Neighbours
    copies: CopyFamilies
    same_text: CopyFamilies  # `copies` of all kinds together: folds must not divide them
    fold_units: Ints  # (n,) sets of rows that folds must not divide: those, near copies, groups
    seed: int  # of what checks draw at random
    templates: tuple[Template, ...] | NotComputed = NOT_COMPUTED
    # (n,) each text without the fixed words of its templates
    stripped: Sequence[str] | NotComputed = NOT_COMPUTED
    subtypes: tuple[Subtype, ...] | NotComputed = NOT_COMPUTED
    out_of_fold: OutOfFold | NotComputed | None = NOT_COMPUTED  # None: a single category
    forecast: Forecast | NotComputed | None = NOT_COMPUTED
    reference: Reference | None = None
    held_out: Embeddings | NotComputed = NOT_COMPUTED  # of `Dataset.held_out`
    # Of examples, then held_out; None: no other split.
    copies_across: CopyFamilies | NotComputed | None = NOT_COMPUTED
    # `copies_across` of all kinds together
    same_text_across: CopyFamilies | NotComputed | None = NOT_COMPUTED
    # Of categories with enough examples.
    repetition: tuple[Repetition, ...] | NotComputed = NOT_COMPUTED
    # Of the templates with excess, most rows first.
    matches: tuple[TemplateMatch, ...] | NotComputed = NOT_COMPUTED
    pattern_alone: PatternAlone | NotComputed | None = NOT_COMPUTED  # None: no templates
    # Or why a category has none; None: no templates.
    template_leakage: Mapping[str, TemplateLeakage | str] | NotComputed | None = NOT_COMPUTED
    label_noise: NoiseEstimate | NotComputed | None = NOT_COMPUTED  # None: a single category
    label_errors: LabelErrors | NotComputed | None = NOT_COMPUTED  # None: a single category
    unforecast: str = ""  # why there is no forecast, where it is not for want of categories

    @property
    def readable(self) -> Ints | None:
        """Positions of the rows whose vectors say something: those in scripts that the model
        knows. None where most rows are in others, and what rests on vectors says nothing."""
        return self.embeddings.readable

    @property
    def several_categories(self) -> tuple[str, ...] | None:
        """The categories; None of a single one."""
        names = self.dataset.categories
        return names if len(names) > 1 else None

    @property
    def annotators(self) -> list[str | None] | None:
        """(n,) who labelled each row; None where the data never says it."""
        named = [e.annotator for e in self.dataset.examples]
        return named if any(named) else None

    @property
    def who_labelled(self) -> Sequence[str | None] | None:
        """`annotators`, or the columns that may say it; None without either."""
        return self.annotators or self.dataset.annotator_columns or None

    @property
    def items(self) -> CopyFamilies:
        """The texts that people were asked to label: `copies`, whoever labelled them."""
        if not self.dataset.several_annotators:
            return self.copies
        return self.same_text.split_by(kind[:2] for kind in self.dataset.kinds)

    @property
    def declared(self) -> dict[str, list[str | None]] | None:
        """Column -> (n,) values, of the columns that the user declared; None without any."""
        columns = enumerate(self.dataset.declared)
        values = {c: [e.declared[i] for e in self.dataset.examples] for i, c in columns}
        return values or None

    @property
    def units(self) -> Ints:
        """(n,) a number for each set of rows that are not independent draws: copies of one text,
        and the rows of one group (a customer, a file), joined where they meet."""
        examples, family = self.dataset.examples, self.items.family
        groups = {g: i for i, g in enumerate(sorted({e.group for e in examples if e.group}))}
        n, texts = len(examples), int(family.max(initial=-1)) + 1
        grouped = [(i, groups[e.group]) for i, e in enumerate(examples) if e.group]
        rows = np.concatenate([np.arange(n), np.array([i for i, _ in grouped], dtype=np.int64)])
        owner = np.array([g for _, g in grouped], dtype=np.int64)
        nodes = n + np.concatenate([family, texts + owner])  # a node for each family and group
        size = n + texts + len(groups)
        graph = coo_array((np.ones(len(rows)), (rows, nodes)), shape=(size, size))
        return np.asarray(connected_components(graph, directed=False)[1][:n], dtype=np.int64)

    @property
    def labels_of_other_kinds(self) -> dict[int, set[int]]:
        """Position -> codes that its text has in rows of other kinds (`Dataset.kinds`): labels
        that do not contradict its own. Only positions that have any."""
        codes, copy = self.dataset.codes.tolist(), self.copies.family.tolist()
        of_copy, of_text = defaultdict(set), defaultdict(set)
        text = self.same_text.family.tolist()
        for i, code in enumerate(codes):
            of_copy[copy[i]].add(code)
            of_text[text[i]].add(code)
        found = ((i, of_text[text[i]] - of_copy[copy[i]]) for i in range(len(codes)))
        return {i: others for i, others in found if others}

    def finding(
        self,
        *,
        code: str,
        severity: Severity,
        members: Sequence[int] | Ints,
        summary: str,
        measured: Mapping[str, Any],
        limit: Mapping[str, Any],
        advice: str,
        category: str | None = None,
        subtype: str | None = None,
        held_out: Sequence[int] | Ints = (),
        reference_rows: tuple[int, ...] = (),
        quoted: Sequence[str] = (),
    ) -> Finding:
        """A finding about the examples at the positions `members`, those of other splits at the
        positions `held_out` of `Dataset.held_out`, and texts `quoted` besides."""
        examples = [self.dataset.examples[int(i)] for i in members]
        examples += [self.dataset.held_out[int(i)] for i in held_out]
        return Finding(
            code=code,
            severity=severity,
            category=category,
            subtype=subtype,
            summary=summary,
            measured={
                k: round(float(v), 4) if isinstance(v, float) else v for k, v in measured.items()
            },
            limit=limit,
            rows=tuple(sorted(e.row for e in examples)),
            advice=advice,
            fingerprint=fingerprint(code, category, [*(e.content for e in examples), *quoted]),
            reference_rows=reference_rows,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Unlabelled text from where the model will be used."""

    texts: Sequence[str]
    rows: Sequence[int]  # 0-based rows of the reference file
    vectors: Floats  # (m, dim)
    unread: str = ""  # why it says nothing, where the model cannot read most of it
