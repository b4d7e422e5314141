"""Which set retains better, and why, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.comparison import Comparison, Contrast, Figure, Region, Retention, SideName
from auditor.reporting import wording

_MOST_REASONS = 5
_MUCH = 0.05  # points of accuracy, or a share of rows, that are worth a reason
_AMPLIFIED = 0.25  # of the added rows are variations; of base rows 1 in 20 would count as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reader with one minute needs to know; sentences end with a full stop."""

    verdict: str  # does the added data help the model keep what it knows
    detail: str  # which set retains better, at both sizes
    tone: str  # fine, warning or error
    reasons: tuple[str, ...]


def answer(comparison: Comparison) -> Answer:
    full, matched = comparison.full, comparison.matched
    reasons = tuple(_reasons(comparison))[:_MOST_REASONS]
    if full is None or matched is None:
        why = comparison.skipped[0].reason if comparison.skipped else "there is no forecast"
        return Answer(
            verdict="Which set retains better cannot be said.",
            detail=f"{why[:1].upper()}{why[1:]}.",
            tone="warning",
            reasons=reasons,
        )
    verdict, tone = _verdict(comparison, full)
    return Answer(
        verdict=verdict,
        detail=_detail(comparison, full, matched),
        tone=tone,
        reasons=reasons,
    )


def signed(fraction: float) -> str:
    """A difference in points, with its sign."""
    number = round(fraction * 100)
    sign = "+" if number > 0 else "\N{MINUS SIGN}" if number < 0 else ""
    return f"{sign}{abs(number)}"


def span(figure: Figure, *, difference: bool = False) -> str:
    """The interval of a share in percent, or of a difference in points."""
    if difference:
        return f"{signed(figure.low)} to {signed(figure.high)}"
    low, high = (min(max(round(x * 100), 0), 100) for x in (figure.low, figure.high))
    return f"{low} to {high}%"


def update_title(comparison: Comparison) -> str:
    """What the model is fine-tuned on, as a noun phrase."""
    update = comparison.update
    if update is None:
        return "the update"
    if update.kind == "given":
        return f"fine-tuning on {wording.listing(update.categories)}"
    return wording.count(len(update.categories), "simulated update", "simulated updates")


def keywords(region: Region) -> str:
    """What a region is about, in its category."""
    words = ", ".join(region.keywords[:3])
    return f"{region.category} ({words})" if words else region.category


def _verdict(comparison: Comparison, full: Retention) -> tuple[str, str]:
    base, candidate = comparison.base.name, comparison.candidate.name
    after, own = full.after.difference, comparison.own
    if after.low > 0:
        return f"{candidate} retains better than {base}.", "fine"
    if after.high < 0:
        return f"{base} retains better than {candidate}.", "error"
    if own and own.difference.low > 0 and _only_first(own, full):
        rise = wording.points(own.difference.value)
        return (
            f"{candidate} raises its own first accuracy by {rise}; in what they retain after the "
            f"update {base} and {candidate} are not told apart.",
            "warning",
        )
    return f"{base} and {candidate} are not told apart in what they retain.", "warning"


def _only_first(own: Contrast, full: Retention) -> bool:
    """Whether what a set gains on its own rows is not there on rows that it has not seen."""
    return own.difference.value - full.after.difference.value >= 2 * _MUCH


def _detail(comparison: Comparison, full: Retention, matched: Retention) -> str:
    base, candidate = comparison.base.name, comparison.candidate.name
    after = full.after
    said = (
        f"After {update_title(comparison)}, read on rows of {base}: accuracy "
        f"{wording.percent(after.base.value)} with {base}, "
        f"{wording.percent(after.candidate.value)} with {candidate}; {_standing(comparison, after)}"
    )
    if (full.base_rows, full.candidate_rows) == (matched.base_rows, matched.candidate_rows):
        return f"{said}."
    size = f"{min(full.base_rows, full.candidate_rows):,}"
    return f"{said}. At matched size, {size} rows each: {_standing(comparison, matched.after)}."


def _standing(comparison: Comparison, after: Contrast) -> str:
    """Who is ahead, by how much, and whether that is sure."""
    value = after.difference.value
    names = (comparison.base.name, comparison.candidate.name)
    interval = span(after.difference, difference=True)
    if round(value * 100) == 0:
        return f"no difference (80% interval {interval} points)"
    ahead = names[1] if value > 0 else names[0]
    unsure = "" if after.apart else ", not told apart"
    return f"{ahead} is {wording.points(abs(value))} ahead (80% interval {interval}{unsure})"


def _reasons(comparison: Comparison) -> Iterator[str]:
    """Why, what explains most first."""
    yield from _amplified(comparison)
    for side in ("candidate", "base"):
        yield from _lacking(comparison, side)
    yield from _framed(comparison)
    yield from _relabelled(comparison)
    yield from _on_added(comparison)
    yield from _varied(comparison)
    yield from _told(comparison)


def _amplified(comparison: Comparison) -> Iterator[str]:
    found, candidate = comparison.amplification, comparison.candidate
    if found and found.share.value >= _AMPLIFIED:
        yield (
            f"{found.variations:,} of {wording.count(found.added, 'added row', 'added rows')} "
            f"({wording.percent(found.share.value)}) are variations of "
            f"{wording.count(found.parents, 'row', 'rows')} of {comparison.base.name}, "
            f"{found.mean:.1f} of each: {candidate.rows:,} rows amount to "
            f"{candidate.effective_apart_from_variations:,.0f} effective examples, the "
            f"{comparison.base.rows:,} of {comparison.base.name} to "
            f"{comparison.base.effective_apart_from_variations:,.0f}."
        )


def _lacking(comparison: Comparison, side: SideName) -> Iterator[str]:
    names = {"base": comparison.base, "candidate": comparison.candidate}
    lacks, has = names[side], names["base" if side == "candidate" else "candidate"]
    gone = sorted(set(has.categories) - set(lacks.categories))
    if gone:
        yield f"{lacks.name} has no row of {wording.listing(gone)}, which {has.name} has."
    if found := [r for r in comparison.lacking(side) if r.category not in gone]:
        kinds = wording.count(len(found), "kind", "kinds")
        yield (
            f"{lacks.name} has less than {has.name} of {kinds} of text: "
            f"{wording.listing(map(keywords, found))}."
        )


def _framed(comparison: Comparison) -> Iterator[str]:
    base, candidate = comparison.base, comparison.candidate
    if abs(base.in_templates - candidate.in_templates) >= _MUCH:
        yield (
            f"Templates fill {wording.percent(base.in_templates)} of the rows of {base.name}, and "
            f"{wording.percent(candidate.in_templates)} of those of {candidate.name}."
        )


def _relabelled(comparison: Comparison) -> Iterator[str]:
    found = comparison.agreement
    if found and found.same < found.pairs:
        wrong = found.pairs - found.same
        yield (
            f"{wrong:,} of {wording.count(found.pairs, 'added row', 'added rows')} that are "
            "copies or variations of a base row have another label than it."
        )


def _on_added(comparison: Comparison) -> Iterator[str]:
    found = comparison.full.on_added if comparison.full else None
    if found and found.apart and abs(found.difference.value) >= _MUCH:
        names = (comparison.base.name, comparison.candidate.name)
        ahead, behind = names[::-1] if found.difference.value > 0 else names
        yield (
            f"On the rows that {names[1]} adds, {ahead} knows "
            f"{wording.points(abs(found.difference.value))} more than {behind} before the update "
            f"(80% interval {span(found.difference, difference=True)})."
        )


def _varied(comparison: Comparison) -> Iterator[str]:
    triples = [d for d in comparison.diversity if "triples" in d.measure and d.contrast.apart]
    for told in triples:
        yield (
            "In samples of one size and one mix of lengths, "
            f"{wording.percent(told.contrast.base.value)} of the triples of words are different in "
            f"{comparison.base.name}, {wording.percent(told.contrast.candidate.value)} in "
            f"{comparison.candidate.name}."
        )


def _told(comparison: Comparison) -> Iterator[str]:
    found = comparison.two_sample
    if found and found.p <= 0.05:
        grams = [f"“{g.text}”" for g in found.ngrams if g.of == "candidate"]
        by = f", by words such as {wording.listing(grams)}" if grams else ""
        yield (
            "A classifier tells an added row from a base row in "
            f"{wording.percent(found.accuracy.value)} of cases (chance: 50%){by}."
        )
