"""The three answers of the first screen: may I train on this, what goes first, what do I do."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from auditor.records.audit import Audit, UnreadTexts
from auditor.records.findings import Finding, Severity
from auditor.records.forecast import CategoryForecast, Forecast
from auditor.reporting import forgetting, label_errors, wording
from auditor.reporting.codes import reading_order, words_of_code
from auditor.reporting.forgetting import ranked
from auditor.reporting.mitigations import protection
from auditor.reporting.unread import notice

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_MAX_ACTIONS = 5
_MAX_DANGERS = 3
_MAX_FIRST = 3
_MAX_THEN = 6
_TEN_POINTS = 0.10  # of accuracy: what users notice
_MIN_EXAMPLES = 5  # a category: with fewer, labels and subtypes are not assessed at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do: the findings of one code, with the advice of the surest of them."""

    code: str
    severity: Severity
    title: str
    advice: str
    categories: tuple[str, ...]  # those it touches, most endangered first
    touched: float | None  # share of the expected loss that falls on its rows; None: unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """A simulated update, and the categories that no other one takes more from."""

    update: str
    categories: tuple[CategoryForecast, ...]  # the largest drop first


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What a reader with one minute needs to know."""

    training: str  # may I train on this, as a sentence with counts
    unread: str  # what was not judged for want of a model that reads it; empty where none was
    forgetting: str  # what the update takes and which category falls first, as sentences
    set_loss: str  # what it takes of the whole set, beside a solid one; empty without an estimate
    severities: tuple[tuple[Severity, int], ...]
    first: tuple[CategoryForecast, ...]  # up to three, identifiable ones only
    then: str  # what clearly falls after these, in order; empty for nothing
    dangers: tuple[Danger, ...]  # up to three simulated updates, the most harmful first
    protect: tuple[str, str]  # how to protect this update: short, and in full
    actions: tuple[Action, ...]  # how to fix the data; none: there is nothing to fix


def headline(audit: Audit) -> Headline:
    counts = Counter(f.severity for f in audit.findings)
    return Headline(
        training=_training(counts["error"], counts["warning"], audit),
        unread=notice(audit.unread, audit.embedder.name),
        forgetting=(
            forgetting.forgetting(audit.forecast)
            if audit.forecast
            else "Nothing can be said about forgetting: no forecast was made."
        ),
        set_loss=" ".join(forgetting.set_loss(audit.forecast)) if audit.forecast else "",
        severities=tuple((s, counts[s]) for s in _SEVERITIES),
        first=tuple(c for c in ranked(audit.forecast) if c.identifiable)[:_MAX_FIRST],
        then=wording.listing((c.category for c in _then(audit.forecast)), _MAX_THEN),
        dangers=_dangers(audit.forecast),
        protect=protection(audit.forecast),
        actions=_actions(audit),
    )


def _then(forecast: Forecast | None) -> list[CategoryForecast]:
    """What clearly falls after the categories that are shown as first."""
    shown = [c for c in ranked(forecast) if c.identifiable][:_MAX_FIRST]
    return [c for c in forgetting.falling(forecast) if c not in shown]


def data_problems(audit: Audit) -> dict[str, str]:
    """What is wrong with the data of each category, above a note, in words; none: not a key."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for f in audit.findings:
        if f.category is not None and f.severity != "note" and f.code != "fragile-category":
            counts[f.category][f.code] += 1
    return {
        category: wording.listing(_counted(code, found[code]) for code in reading_order(found))
        for category, found in counts.items()
    }


def _counted(code: str, number: int) -> str:
    words = words_of_code(code)
    return wording.count(number, words.one, words.many)


def _dangers(forecast: Forecast | None) -> tuple[Danger, ...]:
    """The updates that take most from the categories they are worst for, ten points or more each.

    None where the update is given, or no drop is identifiable.
    """
    hit: dict[str, list[CategoryForecast]] = defaultdict(list)
    for c in ranked(forecast):
        if c.identifiable and c.worst_update is not None and _worst(c) >= _TEN_POINTS:
            hit[c.worst_update].append(c)
    found = [
        Danger(update=u, categories=tuple(sorted(of, key=_worst, reverse=True)))
        for u, of in hit.items()
    ]
    found.sort(key=lambda d: (-sum(map(_worst, d.categories)), d.update))
    return tuple(found[:_MAX_DANGERS])


def _worst(category: CategoryForecast) -> float:
    return category.worst_drop or 0.0


def _training(errors: int, warnings: int, audit: Audit) -> str:
    """The answer, and how many rows it is not about."""
    unread = audit.of("rejected-rows")
    if not unread:
        return f"{_of_what_was_read(errors, warnings, audit)}."
    if unread[0].severity == "note":
        return f"{_of_what_was_read(errors, warnings, audit)}; {unread[0].summary}."
    kinds = ((errors - 1, "error", "errors"), (warnings, "warning", "warnings"))
    rest = " and ".join(wording.count(*kind) for kind in kinds if kind[0])
    read = wording.count(sum(audit.dataset.categories.values()), "row", "rows")
    others = f"; {rest} in the {read} that were read" if rest else ""
    return f"Not yet: {unread[0].summary}{others}."


def _of_what_was_read(errors: int, warnings: int, audit: Audit) -> str:
    rows = wording.count(sum(audit.dataset.categories.values()), "row", "rows")
    warned = wording.count(warnings, "warning", "warnings")
    if errors:
        also = f" and {warned}" if warnings else ""
        stand = f"{wording.count(errors, 'error', 'errors')}{also} in {rows}"
        return f"Not yet: {stand}"
    if audit.unread and audit.unread.most:
        also = f"; {warned} besides" if warnings else ""
        return f"Not enough data to decide: {_unread(audit.unread, audit.embedder.name)}{also}"
    if warnings:
        return f"With care: no errors, but {warned} in {rows}"
    if lacking := _lacking(audit):
        return f"Not enough data to decide: {lacking}"
    undone = ""
    if audit.skipped:
        undone = f", {wording.count(len(audit.skipped), 'check', 'checks')} not done"
    return f"Yes: no errors or warnings found in {rows}{undone}"


def _lacking(audit: Audit) -> str:
    """Why finding nothing says nothing; empty where it says something."""
    data = audit.dataset
    each = data.effective_examples / max(len(data.categories), 1)
    if each < _MIN_EXAMPLES:
        return f"{each:.1f} different examples per category, {_MIN_EXAMPLES} are needed"
    return ""


def _unread(unread: UnreadTexts, embedder: str) -> str:
    """Of most texts, that the embedder cannot read them."""
    return f"{unread.texts:,} of {unread.of:,} texts are in a script that {embedder} does not know"


def _actions(audit: Audit) -> tuple[Action, ...]:
    """Up to five ways to fix the data: first what touches most of the expected loss, or what is
    worst where that is unknown. Notes ask for nothing, and what protects is another answer."""
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for f in audit.findings:
        if f.severity != "note" and f.code != "fragile-category":
            by_code[f.code].append(f)
    rank = {c.category: c.rank for c in ranked(audit.forecast)}
    loss = _loss_by_row(audit)
    order = reading_order(by_code)

    def urgency(action: Action) -> tuple[float, int, int]:
        touched = round(action.touched or 0.0, 2)
        return -touched, _SEVERITIES.index(action.severity), order.index(action.code)

    actions = [_action(by_code[code], rank, loss) for code in order]
    return tuple(sorted(actions, key=urgency)[:_MAX_ACTIONS])


def _loss_by_row(audit: Audit) -> dict[int, float]:
    """The share of the expected loss that falls on each row, by its category; none: unknown."""
    drops = {
        c.category: max(c.expected_drop, 0.0) for c in ranked(audit.forecast) if c.identifiable
    }
    whole = sum(drops.values())
    if not whole:
        return {}
    rows = {row: s.category for s in audit.subtypes for row in s.rows}
    sizes = Counter(rows.values())
    return {row: drops.get(c, 0.0) / whole / sizes[c] for row, c in rows.items()}


def _action(findings: list[Finding], rank: dict[str, int], loss: dict[int, float]) -> Action:
    words = words_of_code(findings[0].code)
    worst = min(findings, key=lambda f: _SEVERITIES.index(f.severity))
    single = label_errors.single(findings)
    categories = {f.category for f in findings if f.category is not None}
    rows = {row for f in findings for row in f.rows}
    return Action(
        code=worst.code,
        severity=worst.severity,
        title=f"{words.verb} {wording.count(len(single), words.one, words.many)}",
        # What is said of one row is no advice on all of them.
        advice=" ".join(words.fix.split()) if worst.code == "label-error" else worst.advice,
        categories=tuple(sorted(categories, key=lambda c: (rank.get(c, len(rank) + 1), c))),
        touched=sum(loss.get(row, 0.0) for row in rows) if loss else None,
    )
