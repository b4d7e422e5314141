"""What users keep: the forecast, the findings and the audit that holds them.

Here a row is the 0-based data row of the user's file. Accuracies, shares and drops are fractions
0-1. `reporting` writes and reads an Audit as JSON, and derives its JSON Schema from these types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditor.records.dataset import Decision, MappedLabel, Reject
from auditor.records.findings import SEVERITIES, Finding, Limit, SkippedCheck
from auditor.records.forecast import Forecast
from auditor.records.kept import Kept, counted, quoted, tally

if TYPE_CHECKING:
    import pandas as pd


SCHEMA_VERSION = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetSummary:
    name: str
    rows_read: int
    rows_rejected: tuple[Reject, ...]
    categories: Mapping[str, int]
    fingerprint: str
    roles: Mapping[str, str]
    effective_examples: float
    long_texts: int  # texts longer than the model's window, embedded in windows
    unknown_script: int  # texts mostly in a script the model does not know
    mapped_labels: tuple[MappedLabel, ...] = ()
    decisions: tuple[Decision, ...] = ()  # what was decided while it was read


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadTexts:
    """Texts in scripts that the embedder does not know, of whose meaning nothing is said; and those
    in languages that it hardly knows, which are judged all the same."""

    texts: int  # in scripts that it does not know
    of: int  # texts in all
    scripts: Mapping[str, int]  # as Unicode calls them (CJK, THAI) -> texts mostly in it
    languages: Mapping[str, int] = field(default_factory=dict)  # hardly known ones -> about so many

    @property
    def most(self) -> bool:
        """Whether they are most texts, and what rests on meaning was left out altogether."""
        return 2 * self.texts > self.of


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderSummary:
    name: str
    revision: str
    dim: int
    precision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSummary:
    pattern: str | None  # None with --no-text
    rows: tuple[int, ...]
    share: float  # of the subtype's rows


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtypeSummary:
    id: str
    category: str
    rows: tuple[int, ...]
    typical_row: int
    keywords: tuple[str, ...]
    effective_examples: float
    templates: tuple[TemplateSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelErrorSummary:
    """How many labels are wrong, and how many of those that are listed one by one."""

    rows: int  # that could be assessed
    listed: int  # rows
    listed_wrong: float  # of those, expected: the sum of their probabilities
    wrong: float  # of all that could be assessed, listed or not, estimated
    wrong_low: float  # ends of its 95 % interval
    wrong_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit(Kept):
    """The result: everything a report shows."""

    dataset: DatasetSummary
    embedder: EmbedderSummary
    settings: Mapping[str, Any]
    subtypes: tuple[SubtypeSummary, ...]
    findings: tuple[Finding, ...]
    forecast: Forecast | None
    examples: Mapping[str, str]  # file row -> text, for the rows that a report shows
    map: tuple[tuple[int, float, float], ...]  # file row, x, y
    skipped: tuple[SkippedCheck, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict)  # code -> those in force
    ids: Mapping[str, str] = field(default_factory=dict)  # file row -> id, of rows to label again
    label_errors: LabelErrorSummary | None = None  # None: too little to estimate it
    unread: UnreadTexts | None = None  # None: the embedder knows the script of every text
    schema_version: int = SCHEMA_VERSION

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings of one code, surest first."""
        return tuple(f for f in self.findings if f.code == code)

    def to_frame(self) -> pd.DataFrame:
        """A line for each row of each finding, in the findings' order; no index.

        Columns: row (int64, 0-based data row of the file), id, text, label, code, severity, score
        (float64), suggested_label, subtype, finding (its fingerprint); all others are objects, and
        None is what the audit does not keep: texts and ids of some rows, or all with `no_text`.
        What `score` is, `auditor.reporting.frames.SCORES` says for each code. Findings that no
        row of the file has caused, such as rows that could not be read, are in `findings` alone.

        >>> found = auditor.audit("sample_datasets/support_tickets.csv")
        >>> table = found.to_frame()
        >>> wrong = table[(table["code"] == "label-error") & (table["score"] >= 0.8)]
        >>> wrong[["row", "label", "suggested_label"]].head(1).to_string(index=False, header=False)
        '48 shipping warranty'
        """
        from auditor.reporting.frames import audit_frame  # two layers up, so imported when asked

        return audit_frame(self)

    def rows(self, finding: Finding | str) -> pd.DataFrame:
        """All rows of one finding, as lines of `to_frame()`.

        finding: one of `findings`, its fingerprint, or as much of the beginning of that as no other
        has. Raises `auditor.errors.UsageError` for one that this audit has not.

        >>> found = auditor.audit("sample_datasets/support_tickets.csv")
        >>> found.rows(found.of("near-duplicate")[0])["row"].tolist()
        [451, 592]
        """
        from auditor.reporting.frames import rows_frame

        return rows_frame(self, finding)

    def __repr__(self) -> str:
        number = Counter(f.severity for f in self.findings)
        found = tally(((number[s], s) for s in SEVERITIES), "no findings")
        of = f"{quoted(self.dataset.name)}: {counted(self.dataset.rows_read, 'row')}"
        categories = self.forecast.categories if self.forecast else ()
        sure = [c for c in categories if c.identifiable]
        first = quoted(min(sure, key=lambda c: c.rank).category) if sure else ""
        return f"<Audit of {of}; {found}{first and f'; {first} is forgotten first'}>"
