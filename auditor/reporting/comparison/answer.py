"""What the comparison found, what to do, and why, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.records.comparison import Comparison, Contrast, Region, Retention, SetName
from auditor.reporting import wording
from auditor.reporting.comparison.lead import comparison_advice, finding, is_reworded, unresolved
from auditor.reporting.comparison.numbers import decimal_points, span

_MOST_REASONS = 5
_MUCH = 0.05  # a share of rows that is worth a reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a reader with one minute needs to know; sentences end with a full stop."""

    verdict: str  # what was found on rows that neither set has seen
    advice: str  # what to do
    detail: str  # the same at equal size, and the forecast
    tone: str  # fine, warning or error
    reasons: tuple[str, ...]


def answer(comparison: Comparison) -> Answer:
    verdict, tone = finding(comparison)
    return Answer(
        verdict=verdict,
        advice=comparison_advice(comparison),
        detail=" ".join(_details(comparison)),
        tone=tone,
        reasons=tuple(_reasons(comparison))[:_MOST_REASONS],
    )


def compared_update_title(comparison: Comparison) -> str:
    """What the model is fine-tuned on, as a noun phrase."""
    update = comparison.update
    if update is None:
        return "the update"
    if update.kind == "given":
        return f"fine-tuning on {wording.listing(update.categories)}"
    return f"an update of one category (average of {len(update.categories):,} simulated)"


def region_title(region: Region) -> str:
    """What a region is about, in its category."""
    words = ", ".join(region.keywords[:3])
    return f"{region.category} ({words})" if words else region.category


def _details(comparison: Comparison) -> Iterator[str]:
    unseen, full, matched = comparison.unseen, comparison.full, comparison.matched
    if unseen and comparison.base.rows != comparison.candidate.rows:
        size = f"{min(comparison.base.rows, comparison.candidate.rows):,}"
        yield (
            f"After sampling both to equal size, {size} rows each: "
            f"{_difference(comparison, unseen.matched, confidence=95)}."
        )
    if full and (reason := unreliable(full)):
        yield f"Forecast of accuracy during {compared_update_title(comparison)}: {reason}."
    elif full and matched:
        yield (
            f"Forecast of average accuracy during {compared_update_title(comparison)}, "
            f"on rows of {comparison.base.name}: "
            f"{_difference(comparison, full.after, confidence=80)}.{_unsure(full)}"
        )


def unreliable(retention: Retention) -> str:
    """Why the forecast says nothing of any category; empty where it does of one."""
    if any(category.identifiable for category in retention.categories):
        return ""
    return f"no reliable estimate: {retention.categories[0].reason}"


def _unsure(retention: Retention) -> str:
    """Of how many categories it says nothing, as a sentence; empty where of none."""
    unsure = sum(not category.identifiable for category in retention.categories)
    of = f"{unsure} of {len(retention.categories)} categories"
    return f" For {of} there is no reliable estimate." if unsure else ""


def _difference(comparison: Comparison, measured: Contrast, confidence: int) -> str:
    """Who is ahead, by how much; or how much could not be seen."""
    difference = measured.difference
    interval = f"({confidence}% interval {span(difference)})"
    if not measured.differs:
        return f"no clear difference; {unresolved(difference)} {interval}"
    names = (comparison.base.name, comparison.candidate.name)
    ahead = names[1] if difference.value > 0 else names[0]
    return f"{ahead} is {decimal_points(abs(difference.value))} ahead {interval}"


def _reasons(comparison: Comparison) -> Iterator[str]:
    """Why, what explains most first."""
    yield from _amplified(comparison)
    for missing_in in ("candidate", "base"):
        yield from _lacking(comparison, missing_in)
    yield from _templated(comparison)
    yield from _relabelled(comparison)
    yield from _varied(comparison)
    yield from _two_samples(comparison)


def _amplified(comparison: Comparison) -> Iterator[str]:
    found, candidate = comparison.amplification, comparison.candidate
    if found and is_reworded(comparison):
        yield (
            f"About {wording.percent(found.reworded.value)} of the added rows are rewordings or "
            f"copies of base rows: {candidate.rows:,} rows amount to about "
            f"{candidate.effective_without_paraphrases:,.0f} distinct ones, the "
            f"{comparison.base.rows:,} of {comparison.base.name} to "
            f"{comparison.base.effective_without_paraphrases:,.0f}."
        )


def _lacking(comparison: Comparison, missing_in: SetName) -> Iterator[str]:
    names = {"base": comparison.base, "candidate": comparison.candidate}
    lacks, has = names[missing_in], names["base" if missing_in == "candidate" else "candidate"]
    gone = sorted(set(has.categories) - set(lacks.categories))
    if gone:
        yield f"{lacks.name} has no row of {wording.listing(gone)}, which {has.name} has."
    if found := [r for r in comparison.lacking(missing_in) if r.category not in gone]:
        kinds = wording.count(len(found), "kind", "kinds")
        yield (
            f"{lacks.name} has less of {kinds} of text than {has.name}: "
            f"{wording.listing(map(region_title, found))}."
        )


def _templated(comparison: Comparison) -> Iterator[str]:
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
            "copies or close rewordings of a base row have a different label."
        )


def _varied(comparison: Comparison) -> Iterator[str]:
    triples = [d for d in comparison.diversity if "triples" in d.measure and d.contrast.differs]
    for measured in triples:
        yield (
            "In samples of equal size and lengths, "
            f"{wording.percent(measured.contrast.base.value)} of the word triples are distinct in "
            f"{comparison.base.name}, {wording.percent(measured.contrast.candidate.value)} in "
            f"{comparison.candidate.name}."
        )


def _two_samples(comparison: Comparison) -> Iterator[str]:
    found = comparison.two_sample
    if found and found.p <= 0.05:
        grams = [f"“{g.text}”" for g in found.ngrams if g.more_in == "candidate"]
        by = f", by words such as {wording.listing(grams)}" if grams else ""
        yield (
            "A classifier recognises added rows: it is right in "
            f"{wording.percent(found.accuracy.value)} of cases (chance: 50%){by}."
        )
