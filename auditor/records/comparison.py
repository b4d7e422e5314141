"""What users keep of two sets that were compared.

Rows are 0-based data rows of a file: of the base's or of the candidate's, as a field says. Shares,
accuracies and drops are fractions 0-1; intervals hold 80 %, those of `Unseen` and of `own` 95 %.
`reporting` writes and reads it as JSON, and derives the JSON Schema from these types.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from auditor.records.audit import EmbedderSummary, UnreadTexts
from auditor.records.dataset import Reject
from auditor.records.findings import SkippedCheck
from auditor.records.forecast import Update
from auditor.records.kept import Kept, counted, quoted

if TYPE_CHECKING:
    import pandas as pd

COMPARISON_VERSION = 3

SetName = Literal["base", "candidate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number and its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """One measure of both sets, and candidate - base."""

    base: Figure
    candidate: Figure
    difference: Figure

    @property
    def differs(self) -> bool:
        """Whether the sets clearly differ: the interval of the difference does not hold 0."""
        return self.difference.low > 0 or self.difference.high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSet:
    """One of the two sets."""

    name: str
    file: str
    rows: int  # audited ones
    rejected: int
    categories: Mapping[str, int]  # rows of each
    fingerprint: str
    mean_words: float
    distinct_examples: int  # copy families
    effective_examples: float  # exp(entropy of the copy families' sizes)
    # The same where the rewordings of one base row are one family with it.
    effective_without_paraphrases: float
    in_templates: float  # share of rows that an evident template fills
    rows_rejected: tuple[Reject, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRetention:
    """What the update is expected to do to one category, by each set."""

    category: str
    before: Contrast  # accuracy on the base's rows
    drop: Contrast  # average during the update, not at its end
    after: Contrast  # accuracy, average during the update
    rows: int  # of the base that it was evaluated on
    identifiable: bool  # with both sets
    reason: str  # why not; else what drives the candidate's drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Accuracy before, drop and what is left on average during the update, at one size of both.

    Means are over `categories`, each counting alike. Accuracies are measured on the base's rows,
    none of which was trained on, nor what resembles it.
    """

    base_rows: int
    candidate_rows: int
    draws: int  # samples of the larger set that numbers are means over; 1: none was sampled
    probe: str
    before: Contrast
    drop: Contrast
    after: Contrast
    categories: tuple[CategoryRetention, ...]  # the largest difference of `after` first


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Accuracy before the update on base rows that neither set has seen; intervals hold 95 %.

    When a row is evaluated, neither set is taught it, a copy, a rewording or a review pair of it,
    or a row of its group or of its template. Categories count alike.
    """

    rows: int  # of the base that it was evaluated on
    families: int  # of these, copies and all else that belongs together counting once
    left_out: int  # base rows without others of their category in both sets, those aside
    excluded_added_rows: int  # not taught when the base rows that they resemble are evaluated
    full: Contrast
    matched: Contrast  # after sampling both to equal size


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A subject of a category of which one set has less than the other, by the gate's test of
    `coverage-loss`; a row, its copies and its paraphrases are one example."""

    category: str
    missing_in: SetName
    keywords: tuple[str, ...]  # none where it is the whole category
    base: int  # examples
    candidate: int
    expected: float  # examples of the set that lacks it, had it as much for its size
    p: float  # of such a lack by chance, for all regions that a set could lack (Holm)
    base_rows: tuple[int, ...]  # most typical first
    candidate_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A base row that added rows paraphrase."""

    base_row: int
    rows: tuple[int, ...]  # of the candidate, nearest first
    paraphrases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amplification:
    """Added rows that paraphrase base rows; a copy is no paraphrase."""

    min_cosine: float  # cosine from which an added row paraphrases its nearest base row
    added: int  # rows
    paraphrases: int
    share: Figure  # of added rows; of base rows, compared with the others, it is 5 %
    # Estimated share of added rows that are rewordings or copies, those too free to be found one by
    # one included; and the distinct base rows that these lie nearest to.
    reworded: Figure
    reworded_source_rows: int
    source_rows: int  # distinct base rows with paraphrases
    base_rows: int  # base rows in all
    mean: float  # paraphrases a source row
    median: float
    max: int
    histogram: tuple[tuple[int, int, int], ...]  # from, to paraphrases, and base rows with so many
    largest: tuple[SourceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    base_row: int
    candidate_row: int
    base_category: str
    candidate_category: str
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Labels of added rows compared with those of the base rows that they paraphrase or copy."""

    pairs: int
    same: int
    share: Figure
    disagreements: tuple[Disagreement, ...]  # nearest pairs first
    confusions: tuple[tuple[str, str, int], ...]  # base label, candidate label, pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCopies:
    """Rows that only an edit sets apart which no annotator would call new."""

    identical: int  # rows of one text and label in both sets
    across: int  # added rows that are copies of a base row
    in_base: int  # rows beyond the first of their family
    in_candidate: int
    pairs: tuple[tuple[int, int], ...]  # base row, candidate row


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """How much wording and meaning vary in samples of one size and one mix of lengths."""

    measure: str  # distinct words, pairs of words, triples of words, distance to the nearest row
    contrast: Contrast


@dataclass(frozen=True, slots=True, kw_only=True)
class Ngram:
    """One to three words that one set has more often."""

    text: str
    more_in: SetName
    z: float  # of its log odds
    base_per_1000: float  # rows that hold it
    candidate_per_1000: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoSample:
    """Whether a classifier can tell held-out added rows from held-out base rows."""

    accuracy: Figure  # chance is .5
    p: float  # by permutations, of one row a family
    rows: int  # of each set
    permutations: int
    ngrams: tuple[Ngram, ...]  # strongest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Kept):
    """The result: everything the compare report shows."""

    base: ComparedSet
    candidate: ComparedSet
    kept: int  # rows of one text and label in both
    added: int
    removed: int
    update: Update | None
    chosen: str  # why this probe was used
    skill: float | None  # of that probe
    provenance: str
    matched: Retention | None  # None: no forecast was made
    full: Retention | None
    unseen: Unseen | None  # None: too few, as `unseen_reason` says
    unseen_reason: str
    # Accuracy of each at full size on its own rows in random folds, as is mostly reported: a row
    # may have been seen in another wording. Intervals hold 95 %.
    random_split: Contrast | None
    regions: tuple[Region, ...]  # lost ones first
    amplification: Amplification | None  # None: nothing was added
    agreement: Agreement | None
    near_copies: NearCopies
    diversity: tuple[Diversity, ...]
    diversity_rows: int  # in each sample
    two_sample: TwoSample | None
    examples: Mapping[str, str]  # candidate row -> text, of rows that are pointed at
    base_examples: Mapping[str, str]
    skipped: tuple[SkippedCheck, ...]
    settings: Mapping[str, Any]  # of any JSON type; msgspec has no schema for `object`
    embedder: EmbedderSummary
    versions: Mapping[str, str] = field(default_factory=dict)
    unread: UnreadTexts | None = None  # left out; where they are most texts of a set, none is
    schema_version: int = COMPARISON_VERSION

    def lacking(self, name: SetName) -> tuple[Region, ...]:
        """The regions that one set lacks."""
        return tuple(r for r in self.regions if r.missing_in == name)

    def to_frame(self) -> pd.DataFrame:
        """A line for each measure of both sets, and for each category where it has them; no index.

        Columns: measure, size ("equal" or "full"), category (None: all of them), objects; base,
        base_low, base_high, candidate, candidate_low, candidate_high, difference, difference_low,
        difference_high, float64; differs, bool: the interval of the difference does not hold 0.
        """
        from auditor.reporting.frames import comparison_frame  # two layers up: when asked

        return comparison_frame(self)

    def __repr__(self) -> str:
        sets = " with ".join(
            f"{quoted(s.name)} ({counted(s.rows, 'row')})" for s in (self.base, self.candidate)
        )
        changed = f"{self.kept:,} in both, {self.added:,} added, {self.removed:,} removed"
        return f"<Comparison of {sets}: {changed}{self._kept_accuracy()}>"

    def _kept_accuracy(self) -> str:
        if self.full is None or not any(c.identifiable for c in self.full.categories):
            return ""
        after = self.full.after
        sure = "clearly different" if after.differs else "no clear difference"
        both = f"{after.base.value:.1%} and {after.candidate.value:.1%}"
        return f"; average accuracy during the update {both}, {sure}"
