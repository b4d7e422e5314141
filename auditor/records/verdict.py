"""What users keep of a gate: its verdict on a candidate, against a base or by itself.

Rows are 0-based data rows of a file: of the candidate's, where nothing else is said. Shares,
accuracies and drops are fractions 0-1. `reporting` writes and reads it as JSON, and derives
the JSON Schema from these types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from auditor.records.audit import EmbedderSummary, UnreadTexts
from auditor.records.dataset import Reject
from auditor.records.findings import SkippedCheck
from auditor.records.kept import Kept, counted, quoted

if TYPE_CHECKING:
    import pandas as pd

Outcome = Literal["pass", "fail", "inconclusive"]
Status = Literal["pass", "warn", "fail", "inconclusive", "informational"]

VERDICT_VERSION = 2
_ENDED: Mapping[Status, str] = {  # how tests ended, the worst first
    "fail": "failed",
    "inconclusive": "inconclusive",
    "warn": "warned",
    "pass": "passed",
    "informational": "informational",
}
EXIT_CODES: Mapping[Outcome, int] = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair of rows: one of the candidate, and the one that it repeats or contradicts."""

    row: int
    other: int
    other_in: Literal["base", "candidate"]  # whose file `other` is a row of
    labels: tuple[str, str] | None = None  # of `row` and of `other`, where the two contradict


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A row of the candidate to leave out: what fails rests on it."""

    row: int
    checks: tuple[str, ...]  # that fail for it
    repeats: Pair | None  # the row that it repeats or contradicts, where there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One hypothesis that the gate tested, and the result."""

    check: str  # a finding code, or one of `gating.inputs.BEYOND_CHECKS`
    category: str | None  # None: the set as a whole
    subject: str  # what else it is about, as keywords of a lost subtype; may be empty
    kind: Literal["absolute", "rise", "new"]  # against a limit, the base, a baseline file
    status: Status
    base: float | None  # share of the base's rows, or expected drop; None without a base
    base_of: int | None  # rows that this is a share of, or that were scored
    candidate: float  # against a base the share of the rows that were added
    candidate_of: int
    effect: float  # what is compared with the margin: candidate - base, or candidate
    low: float  # 90 % interval of the effect: each end leaves out 5 %; of a limit alone, wider
    high: float
    margin: float | None  # the policy's `fail`; None: the policy sets none
    smallest_detectable: float | None  # effect detected with 80 % power; None: none
    p: float  # of an effect like this where there is none beyond the margin, for all tests (Holm)
    rows: tuple[int, ...]  # that it rests on
    base_rows: tuple[int, ...]  # rows of the base's file, where something was lost
    pairs: tuple[Pair, ...] = ()  # some of `rows`, each with the row that it repeats or contradicts
    summary: str  # a sentence without a full stop
    advice: str
    fingerprint: str  # of check, category and the rows' content

    def __repr__(self) -> str:
        of = f" of {quoted(self.category)}" if self.category else ""
        return f"<Test {self.check}{of}: {self.status}, {counted(len(self.rows), 'row')}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSummary:
    """One of the two sets."""

    name: str
    rows: int  # audited ones
    rejected: int
    categories: int
    fingerprint: str
    first_rejected: tuple[Reject, ...] = ()  # three at most


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSummary:
    """The candidate's findings compared with a baseline file."""

    known: int  # findings
    new: int
    fixed: int  # entries of the file that are no longer found
    expired: int  # entries that no longer count
    grown: int = 0  # known findings with rows that were added
    untouched: int = 0  # unknown findings of rows that were there when the baseline was made


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedErrors:
    """Errors that an audit of the candidate finds, and that the gate does not fail for."""

    errors: int
    codes: tuple[str, ...]
    reason: str  # why they pass, as "they rest on rows that the base has"; no full stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict(Kept):
    """Whether a candidate may be merged, and why."""

    outcome: Outcome
    candidate: SetSummary
    base: SetSummary | None
    added: int  # rows of the candidate that the base has not, by content
    removed: int
    kept: int
    tested: tuple[Tested, ...]  # failing ones first, the one that explains most before the others
    baseline: BaselineSummary | None
    false_alarms: float  # chance that anything fails where nothing has changed, at most
    file: str  # the candidate from the top of its git repository; outside of one as it was named
    lines: Mapping[str, int]  # row -> 1-based line of the file, of rows that are pointed at
    examples: Mapping[str, str]  # row -> text, of some of them; empty with --no-text
    base_examples: Mapping[str, str]  # the same of the base's rows
    skipped: tuple[SkippedCheck, ...]
    policy: Mapping[str, Any]
    settings: Mapping[str, Any]
    embedder: EmbedderSummary
    versions: Mapping[str, str] = field(default_factory=dict)
    accepted_errors: AcceptedErrors | None = (
        None  # None: there are none, or the gate fails for them
    )
    renamed: Mapping[str, str] = field(default_factory=dict)  # category of the base -> candidate's
    base_remark: str = (
        ""  # where the base is not the file of that name at the revision; no full stop
    )
    policy_changes: tuple[str, ...] = ()  # what the candidate's branch changes of the base's policy
    drop: tuple[Dropped, ...] = ()  # rows to leave out, in the order of the file
    outcome_without_dropped: Outcome | None = (
        None  # the outcome without `drop`; None: nothing to drop
    )
    unread: UnreadTexts | None = None  # None: the embedder knows the script of every text
    schema_version: int = VERDICT_VERSION

    def of(self, status: Status) -> tuple[Tested, ...]:
        """The results of one status, in order."""
        return tuple(t for t in self.tested if t.status == status)

    def to_frame(self) -> pd.DataFrame:
        """A line for each test, in the order of `tested`; no index.

        Columns: check, category, subject, kind, status, summary, advice, finding (its fingerprint),
        objects, None where a test has none; base, candidate, effect, low, high, margin,
        smallest_detectable, p, float64; rows, int64, how many it rests on.
        """
        from auditor.reporting.frames import verdict_frame  # two layers up, so imported when asked

        return verdict_frame(self)

    def exit_code(self, inconclusive: Outcome = "inconclusive") -> int:
        """0 pass, 1 fail, 3 inconclusive; `inconclusive` says what that one is to count as.

        (2 wrong usage, 4 bad data and 5 environment are those of `auditor.errors`.)
        """
        return EXIT_CODES[inconclusive if self.outcome == "inconclusive" else self.outcome]

    def __repr__(self) -> str:
        against = f" against {quoted(self.base.name)}" if self.base else ""
        number = Counter(t.status for t in self.tested)
        counts = ", ".join(f"{number[s]} {word}" for s, word in _ENDED.items() if number[s])
        on = f"{quoted(self.candidate.name)}{against}: {self.outcome}"
        return f"<Verdict on {on}; {counts or 'nothing tested'}; {self._changed()}>"

    def _changed(self) -> str:
        rows = counted(self.candidate.rows, "row")
        return (
            rows if self.base is None else f"{rows}, {self.added:,} added, {self.removed:,} removed"
        )
