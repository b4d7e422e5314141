"""The two sentences that the comparison begins with: what was found, and what to do."""

from __future__ import annotations

from auditor.records.comparison import Comparison, Figure, Unseen
from auditor.reporting import wording
from auditor.reporting.comparison.numbers import decimal_points, signed, span
from auditor.reporting.unread import advice, notice

_MOST = 0.5  # of the added rows are rewordings: more often than not
_AMPLIFIED = 0.25  # of them are found one by one; of base rows 1 in 20 would be
_ALL = 0.9
_SEEN = "accuracy on rows that neither set has seen"
# An effect of which 80 % of comparisons would have 95 % intervals clear of 0, over half such an
# interval: the normal's 97.5 % and 80 % points together, over the former.
_POWER = (1.9600 + 0.8416) / 1.9600


def finding(comparison: Comparison) -> tuple[str, str]:
    """What was found, and its tone: fine, warning or error."""
    if comparison.unseen is None:
        why = comparison.unseen_reason
        return f"Which set is better cannot be determined: {why}.", "warning"
    if not comparison.added and not comparison.removed:
        read = (
            " that this embedder can read" if comparison.unread and comparison.unread.texts else ""
        )
        return f"No difference: both sets hold the same rows{read}.", "warning"
    difference = comparison.unseen.full.difference
    way = direction(difference)
    interval = f"95% interval {span(difference)}"
    if way:
        change = f"{'rises' if way > 0 else 'falls'} by {decimal_points(difference.value)}"
        said = f"{_SEEN} {change} ({interval})"
        tone = "fine" if way > 0 else "error"
    else:
        said = f"{signed(difference.value)} points ({interval}); {unresolved(difference)}"
        tone = "warning"
    return f"{_opening(comparison, way)} {said}.", tone


def comparison_advice(comparison: Comparison) -> str:
    """What to do about it."""
    base, candidate = comparison.base.name, comparison.candidate.name
    if comparison.unseen is None and comparison.unread and comparison.unread.most:
        return advice(comparison.unread, comparison.embedder.name)
    if comparison.unseen is None:
        return f"Compare again with more individually written rows in {base}."
    if not comparison.added and not comparison.removed:
        return "Nothing to choose between them."
    way = direction(comparison.unseen.full.difference)
    if is_reworded(comparison):
        return {
            1: "Train with them; for more, collect new rows rather than more rewordings.",
            0: "Not expected to help: collect new rows.",
            -1: "Leave them out, and collect new rows.",
        }[way]
    if add_rows(comparison):
        return {
            1: f"Train on {candidate}.",
            0: "Accuracy gives no reason to add these rows; to see a smaller difference, compare "
            f"with more rows in {base}.",
            -1: f"Train on {base}, and check the labels of the added rows.",
        }[way]
    return {
        1: f"Train on {candidate}.",
        0: "Choose by the topics that each covers: accuracy gives no reason to prefer either.",
        -1: f"Train on {base}, and check the labels and topics of {candidate}.",
    }[way]


def unread_notice(comparison: Comparison) -> str:
    """What was not compared for want of a model that reads it, as sentences; empty for nothing."""
    left_out = comparison.unseen is not None or not comparison.unread or not comparison.unread.most
    return notice(comparison.unread, comparison.embedder.name, left_out=left_out)


def direction(difference: Figure) -> int:
    """1 where the candidate is clearly better, -1 where worse, 0 where that is not clear."""
    return int(difference.low > 0) - int(difference.high < 0)


def unresolved(difference: Figure) -> str:
    """What an interval that holds 0 leaves open."""
    largest = decimal_points(max(abs(difference.low), abs(difference.high)))
    return f"differences up to {largest} could not be seen"


def detectable(difference: Figure) -> float:
    """The smallest change that is detected with 80 % power, by a 95 % interval."""
    return (difference.high - difference.low) / 2 * _POWER


def evaluated_on(comparison: Comparison, unseen: Unseen) -> str:
    """What the accuracies were read on, and how small a change they can show."""
    named = f"rows of {comparison.base.name}"
    left = (
        f"; {unseen.left_out:,} were left out, as no other row of their category is in both sets"
        if unseen.left_out
        else ", none was left out"
    )
    return (
        f"Unseen: tested on {unseen.rows:,} {named} ({unseen.families:,} independent ones){left}; "
        f"{unseen.excluded_added_rows:,} added rows that resemble base rows were kept out of "
        "training where those are tested. Smallest detectable change (80% power): "
        f"{decimal_points(detectable(unseen.full.difference))}."
    )


def add_rows(comparison: Comparison) -> bool:
    """Whether the candidate is the base with more rows."""
    return comparison.added > 0 and not comparison.removed


def is_reworded(comparison: Comparison) -> bool:
    """Whether most added rows are rewordings of base rows, by both ways to tell."""
    found = comparison.amplification
    return bool(found and found.reworded.value >= _MOST and found.share.value >= _AMPLIFIED)


def _opening(comparison: Comparison, way: int) -> str:
    base, candidate = comparison.base.name, comparison.candidate.name
    if is_reworded(comparison):
        unclear = "" if way else f" no clear difference in {_SEEN},"
        return f"{_rewordings(comparison)}:{unclear}"
    if not way:
        return f"No clear difference in {_SEEN}:"
    if add_rows(comparison):
        return f"{candidate} {'helps' if way > 0 else 'hurts'}:"
    return f"{candidate} is {'better' if way > 0 else 'worse'} than {base}:"


def _rewordings(comparison: Comparison) -> str:
    found = comparison.amplification
    assert found is not None  # noqa: S101 - some are reworded
    number = round(found.reworded.value * found.added)
    of = found.reworded_source_rows
    each = max(round(number / of), 1)
    subject = (
        f"The {found.added:,} added rows are"
        if found.reworded.value >= _ALL
        else f"About {number:,} of the {found.added:,} added rows are"
    )
    whole = of >= _ALL * found.base_rows
    object_ = f"each of your {found.base_rows:,} rows" if whole else f"each of {of:,} of your rows"
    return f"{subject} about {wording.count(each, 'rewording', 'rewordings')} of {object_}"
