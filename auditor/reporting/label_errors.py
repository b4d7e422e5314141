"""Labels that look wrong, in words: how sure one is, how many are wrong, what overlaps.

Sentences that stand alone, for the page's first screen as for a terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from auditor.records.audit import Audit, LabelErrorSummary
from auditor.records.findings import Finding
from auditor.reporting.wording import count, percent

WIDE = 10  # times the lower end: of an interval that reaches so far not even the size is known
FEW = 0.01  # of all labels: one in a hundred, less than a third of what public sets have (3.3 %)
# What models go by that never saw the row, as `measured` and as a reader names it.
_MODELS = {"probe": "by meaning", "neighbours": "by the closest texts", "words": "by words"}


def overlap(finding: Finding) -> bool:
    """Whether it is about two categories that overlap, and not about the label of one row."""
    return finding.code == "label-error" and finding.category is None


def single(findings: Sequence[Finding]) -> list[Finding]:
    """The findings but for overlaps."""
    return [f for f in findings if not overlap(f)]


def likely(finding: Finding) -> str:
    """`95% likely wrong`; empty where no probability stands."""
    probability = finding.measured.get("probability") if finding.code == "label-error" else None
    return "" if probability is None else f"{percent(probability)} likely wrong"


def models(finding: Finding) -> tuple[str, tuple[tuple[str, str], ...]]:
    """How many of the three models agree, and what each says; nothing where none is told of."""
    other = finding.measured.get("suggested")
    said = {name: finding.measured[key] for key, name in _MODELS.items() if key in finding.measured}
    if finding.code != "label-error" or not said:
        return "", ()
    agree = sum(
        probabilities.get(other, 0.0) >= max(probabilities.values())
        for probabilities in said.values()
    )
    number = "three" if agree == len(_MODELS) else f"{agree} of {len(said)}"
    # To agree on what is likely right is no agreement that it is wrong.
    agreed = "agree" if finding.severity == "warning" else "lean that way"
    lines = (
        (name, ", ".join(f"{label} {percent(p)}" for label, p in probabilities.items()))
        for name, probabilities in said.items()
    )
    return f"{number} models {agreed}", tuple(lines)


def precision(audit: Audit) -> tuple[str, ...]:
    """How many of the labels listed are wrong, and how many of all; none where nobody knows.

    A finding of label-noise about the set tells of the set from another estimate. Then its figure
    is given, so that one page has one.
    """
    found = audit.label_errors
    if found is None:
        return ()
    about_set = [f for f in audit.of("label-noise") if f.category is None]
    of_all = f"{about_set[0].summary} (label-noise)." if about_set else _of_all(found, audit)
    return tuple(filter(None, (_of_listed(found), of_all)))


def overlaps(audit: Audit) -> str:
    """How many pairs of categories overlap and in how many rows; empty where none does."""
    found = [f for f in audit.findings if overlap(f)]
    pairs = count(len(found), "pair of categories overlaps", "pairs of categories overlap")
    rows = count(sum(len(f.rows) for f in found), "more row", "more rows")
    return f"{pairs}: {rows} could be either; the texts do not show which." if found else ""


def sentences(audit: Audit) -> tuple[str, ...]:
    """All that is said of the labels as a whole."""
    return tuple(filter(None, (*precision(audit), overlaps(audit))))


def _of_listed(found: LabelErrorSummary) -> str:
    if not found.listed:
        return ""
    if found.listed == 1:
        return f"The label listed is wrong with a probability of {percent(found.listed_wrong)}."
    wrong = round(found.listed_wrong)
    about = f"About {wrong:,}" if wrong else "Fewer than 1"
    return (
        f"{about} of the {found.listed:,} labels listed {'are' if wrong > 1 else 'is'} wrong "
        "(expected from their probabilities)."
    )


def _of_all(found: LabelErrorSummary, audit: Audit) -> str:
    """Empty where more of the list alone is wrong than the interval has: copies, which count once
    in the estimate and each in the list."""
    low, high = floor(found.wrong_low), max(ceil(found.wrong_high), 1)
    wrong, listed = round(found.wrong), round(found.listed_wrong)
    if listed > high:
        return ""
    labels = count(found.rows, "label", "labels")
    whole = found.rows == sum(audit.dataset.categories.values())
    labels = f"all {labels}" if whole else f"the {labels} assessed"
    if high < WIDE * low:
        # Less than is listed may be expected, where copies are; then the interval says enough.
        about = f"about {wrong:,} {'is' if wrong == 1 else 'are'} wrong"
        shown = f"{low:,} to {high:,}"
        if wrong < listed:
            return f"Of {labels} {shown} are wrong (95% interval)."
        return f"Of {labels} {about} (95% interval {shown})."
    if high <= FEW * found.rows:
        return f"At most {high:,} of {labels} {'looks' if high == 1 else 'look'} wrong."
    unsure = f", so the {listed:,} are uncertain" if listed > 1 else ""
    return f"Of {labels} between {low:,} and {high:,} may be wrong: too wide to say more{unsure}."
