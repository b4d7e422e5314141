"""Findings as a reader goes through them: by code, by category, linked, each with its evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.records.audit import Audit
from auditor.records.findings import Finding
from auditor.reporting import label_errors, marking, wording
from auditor.reporting.codes import (
    Code,
    ExplanationSection,
    explain,
    fact_name,
    reading_order,
    words_of_code,
)
from auditor.reporting.forgetting import ranked
from auditor.reporting.marking import Piece
from auditor.reporting.wording import named_rows

_OPEN_CARDS = 30  # a code; the rest of it goes into a table
_LISTED = 300  # a code in all; the page says how many there are, audit.json has them
_EXAMPLES = 6  # a card
_OVERLAPS = 30  # pairs of categories, those with most rows first
_MAX_LINKS = 4
_UNSHOWN = ("pattern", "read_as", "disputed", "relabel")  # lists of rows; the tables have them


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One number of a finding beside its limit, either of which may be missing."""

    label: str
    value: str
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another finding about the same rows."""

    anchor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleText:
    row: int
    category: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCard:
    """One finding with all that is shown of it."""

    anchor: str
    finding: Finding
    rows: str
    likely: str = ""  # how likely a label is wrong
    facts: tuple[Fact, ...] = ()
    agree: str = ""  # of the models that doubt a label, with what each says as `facts`
    links: tuple[Link, ...] = ()
    pattern: tuple[Piece, ...] = ()
    examples: tuple[ExampleText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The cards of one category; advice that all of them give is said once."""

    category: str | None
    cards: tuple[FindingCard, ...]

    @property
    def advice(self) -> str:
        given = {card.finding.advice for card in self.cards}
        return given.pop() if len(given) == 1 and len(self.cards) > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """All findings of one code, by category: faults, then notes, the rest as a table; categories
    that overlap are listed apart from all of these."""

    code: str
    words: Code
    explained: tuple[ExplanationSection, ...]  # what `auditor explain` says
    precision: tuple[str, ...]  # how many of what is listed is so, a sentence each
    total: int  # but for overlaps
    severities: tuple[tuple[str, int], ...]
    groups: tuple[Group, ...]
    notes: tuple[Group, ...]
    rest: tuple[FindingCard, ...]
    overlaps: tuple[FindingCard, ...]
    overlapping: str  # how many there are in all

    @property
    def open_cards(self) -> int:
        return sum(len(g.cards) for g in (*self.groups, *self.notes))


def sections(audit: Audit) -> list[Section]:
    """The findings of an audit in reading order."""
    return _FindingsLayout(audit).sections()


class _FindingsLayout:
    """An audit with the look-ups that laying out its findings needs."""

    def __init__(self, audit: Audit) -> None:
        self.audit = audit
        shown = [f for c in {f.code for f in audit.findings} for f in self._shown(c)]
        places = {id(f): n for n, f in enumerate(audit.findings)}
        self.anchors = {id(f): f"finding-{places[id(f)]}" for f in shown}
        self.category = category_of_rows(audit)
        self.rank = {c.category: c.rank for c in ranked(audit.forecast)}
        self.by_row: Mapping[int, list[Finding]] = defaultdict(list)
        for finding in audit.findings:
            # With what speaks of a whole category every other finding in it would overlap.
            wide = not words_of_code(finding.code).examples or label_errors.overlap(finding)
            if not wide and id(finding) in self.anchors:
                for row in finding.rows:
                    self.by_row[row].append(finding)

    def sections(self) -> list[Section]:
        return [self._section(c) for c in reading_order(f.code for f in self.audit.findings)]

    def _shown(self, code: str) -> list[Finding]:
        """The findings of a code that the page has, surest first; then overlaps."""
        findings = self.audit.of(code)
        overlaps = [f for f in findings if label_errors.overlap(f)]
        return [*label_errors.single(findings)[:_LISTED], *overlaps[:_OVERLAPS]]

    def _section(self, code: str) -> Section:
        findings, shown = self.audit.of(code), self._shown(code)
        listed = label_errors.single(shown)
        first = listed[:_OPEN_CARDS]  # surest first, so these are the surest
        severities = Counter(f.severity for f in findings)
        of_labels = code == "label-error"
        return Section(
            code=code,
            words=words_of_code(code),
            explained=tuple(explain(code, self.audit.limits.get(code, ()))),
            precision=label_errors.precision(self.audit) if of_labels else (),
            total=len(label_errors.single(findings)),
            severities=tuple(
                (s, severities[s]) for s in ("error", "warning", "note") if severities[s]
            ),
            groups=self._groups([f for f in first if f.severity != "note"]),
            notes=self._groups([f for f in first if f.severity == "note"]),
            rest=tuple(map(self._closed, listed[_OPEN_CARDS:])),
            overlaps=tuple(self._open(f) for f in shown if label_errors.overlap(f)),
            overlapping=label_errors.overlaps(self.audit) if of_labels else "",
        )

    def _groups(self, findings: Sequence[Finding]) -> tuple[Group, ...]:
        """The findings by category, the category that goes first before the others."""
        groups: dict[str | None, list[FindingCard]] = defaultdict(list)
        for finding in findings:
            groups[finding.category].append(self._open(finding))
        order = sorted(groups, key=lambda c: (self.rank.get(c or "", len(self.rank) + 1), c or ""))
        return tuple(Group(category=c, cards=tuple(groups[c])) for c in order)

    def _closed(self, finding: Finding) -> FindingCard:
        return FindingCard(
            anchor=self.anchors[id(finding)],
            finding=finding,
            rows=named_rows(finding.rows),
            likely=label_errors.likely(finding),
        )

    def _open(self, finding: Finding) -> FindingCard:
        agree, said = label_errors.models(finding)
        facts = tuple(Fact(label=name, value=p, limit="") for name, p in said)
        templated = words_of_code(finding.code).marking == "template"
        pattern = self._pattern(finding) if templated else ""
        return FindingCard(
            anchor=self.anchors[id(finding)],
            finding=finding,
            rows=named_rows(finding.rows),
            likely=label_errors.likely(finding),
            agree=agree,
            facts=facts or _facts(finding),
            links=self._links(finding),
            pattern=marking.slots(pattern),
            examples=self._examples(finding, pattern),
        )

    def _pattern(self, finding: Finding) -> str:
        """The pattern of the template that most of the finding's rows are filled from."""
        if shown := finding.measured.get("pattern"):
            return str(shown)
        rows = set(finding.rows)
        shared = [
            (len(rows.intersection(t.rows)), t.pattern)
            for s in self.audit.subtypes
            for t in s.templates
            if s.category == finding.category and t.pattern
        ]
        largest, pattern = max(shared, key=lambda pair: pair[0], default=(-1, ""))
        return pattern if 2 * largest >= len(rows) else ""

    def _examples(self, finding: Finding, pattern: str) -> tuple[ExampleText, ...]:
        words = words_of_code(finding.code)
        if not words.examples:
            return ()
        rows = [r for r in finding.shown_rows if str(r) in self.audit.examples][:_EXAMPLES]
        texts = [self.audit.examples[str(r)] for r in rows]
        if words.marking == "differences" and len(rows) > 1:
            pieces = marking.differences(texts)
        elif pattern:
            pieces = [marking.fixed_words(t, pattern) for t in texts]
        else:
            pieces = [marking.unmarked(t) for t in texts]
        return tuple(
            ExampleText(row=r, category=self.category.get(r), pieces=p)
            for r, p in zip(rows, pieces, strict=True)
        )

    def _links(self, finding: Finding) -> tuple[Link, ...]:
        """Findings of other codes that lie mostly in this one's rows, or it in theirs."""
        if not words_of_code(finding.code).examples:
            return ()
        others = {
            id(o): o for row in finding.rows for o in self.by_row[row] if o.code != finding.code
        }
        shared = Counter(id(o) for row in finding.rows for o in self.by_row[row])
        near = [
            o
            for key, o in others.items()
            if 2 * shared[key] >= min(len(o.rows), len(finding.rows))
            or (o.subtype is not None and o.subtype == finding.subtype)
        ]
        codes = reading_order(o.code for o in near)
        near.sort(key=lambda o: (codes.index(o.code), -shared[id(o)]))
        return tuple(
            Link(anchor=self.anchors[id(o)], text=_link_text(finding, o)) for o in near[:_MAX_LINKS]
        )


def category_of_rows(audit: Audit) -> dict[int, str]:
    """The category of each file row, as far as subtypes tell."""
    return {row: s.category for s in audit.subtypes for row in s.rows}


def _link_text(finding: Finding, other: Finding) -> str:
    pair = {finding.code, other.code}
    if pair == {"coverage-gap", "template-dominance"}:
        there = "template" if finding.code == "coverage-gap" else "rare kind of text"
        return f"rare and from one template: see the {there}"
    return f"same rows: {words_of_code(other.code).one}"


def _facts(finding: Finding) -> tuple[Fact, ...]:
    """What was measured, each beside the limit of the same name; limits of other names after."""
    limit = finding.limit
    # The pattern has a line of its own on the card, rows are in relabel.csv, and an empty list
    # tells nothing.
    measured = {
        k: v for k, v in finding.measured.items() if k not in _UNSHOWN and v not in ([], (), {}, "")
    }
    keys = [*measured, *(k for k in limit if k not in measured)]
    return tuple(
        Fact(
            label=fact_name(finding.code, key),
            value=wording.value(key, measured[key]) if key in measured else "",
            limit=wording.value(key, limit[key]) if key in limit else "",
        )
        for key in keys
    )
