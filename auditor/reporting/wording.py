"""The words of a report: what each finding code means, and how numbers are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.results import CategoryForecast, Forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A finding code in a reader's words."""

    title: str
    one: str  # what one finding is, as in "3 wrong labels"
    many: str
    verb: str  # what to do with them, as in "Review 3 labels that look wrong"
    meaning: str
    why: str  # what it has to do with forgetting
    marked: str = ""  # what the marks in the examples are


# In reading order: what will be lost, then the reasons for it, the most damaging first.
CODES: Mapping[str, Code] = {
    "fragile-category": Code(
        title="Fragile categories",
        one="fragile category",
        many="fragile categories",
        verb="Protect",
        meaning="The forecast takes much of their accuracy, even by the lower bound of its "
        "interval, or expects more than half of it to go.",
        why="They go first when the model is fine-tuned on the update; the findings below may "
        "name the reason.",
    ),
    "coverage-gap": Code(
        title="Thin subtypes",
        one="thin subtype",
        many="thin subtypes",
        verb="Collect for",
        meaning="A kind of text inside a category that only a handful of examples stand for. "
        "These are candidates: look at the texts before collecting more.",
        why="A subtype on few examples holds a narrow piece of the category, and a narrow piece "
        "is overwritten first.",
    ),
    "combination-gap": Code(
        title="Thin combinations",
        one="thin combination",
        many="thin combinations",
        verb="Fill",
        meaning="Values of declared columns that hardly meet in one row, though each of them is "
        "common. Some may be impossible: that is for a person to say.",
        why="The model has to guess what it never saw together, and what it hardly saw goes first.",
    ),
    "reference-gap": Code(
        title="Missing from training",
        one="kind of text missing",
        many="kinds of text missing",
        verb="Collect",
        meaning="Text that the reference holds, and the training data hardly or not at all.",
        why="What was never learnt cannot be kept: the model fails on it before the update does "
        "any harm.",
    ),
    "template-dominance": Code(
        title="Templates",
        one="dominant template",
        many="dominant templates",
        verb="Vary",
        meaning="Many rows of a category are filled from one frame, so they count as far fewer "
        "examples than they look.",
        why="The model learns the frame. On text as people write it accuracy is low from the "
        "start, and a test set of the same frame hides it.",
        marked="Marked: the words the template fixes.",
    ),
    "template-shortcut": Code(
        title="Frames that give the label away",
        one="category told by its frames",
        many="categories told by their frames",
        verb="Reword",
        meaning="With all content masked, the frame that a row is filled from still says its "
        "category.",
        why="A model that may read the label off the frame need not learn what the rows say, and "
        "what was not learnt is the first to go.",
        marked="Marked: the words of the frame that gives most of these rows away.",
    ),
    "illusion-gap": Code(
        title="Accuracy that rests on templates",
        one="category that scores better than it is",
        many="categories that score better than they are",
        verb="Split by template for",
        meaning="On a random split rows of one template stand on both sides, and the accuracy "
        "counts what is known by the frame. Shown are rows that go wrong once their template is "
        "kept out of training. What a template alone speaks of is part of the gap.",
        why="The accuracy that the update seems to take was never there on text in other words.",
    ),
    "label-error": Code(
        title="Labels that look wrong",
        one="label that looks wrong",
        many="labels that look wrong",
        verb="Review",
        meaning="Models trained without the row, and without its copies, put it in another "
        "category. Surest first; a person decides.",
        why="A wrong label pulls a category towards another, which is where the update then "
        "pushes it.",
    ),
    "label-conflict": Code(
        title="Same text, different labels",
        one="label conflict",
        many="label conflicts",
        verb="Settle",
        meaning="Copies of one text stand under more than one category. Some are slips, some "
        "show that the guideline leaves the case open.",
        why="The boundary is contradictory there, so an update tips it either way.",
        marked="Marked: what differs between the texts.",
    ),
    "annotator-inconsistency": Code(
        title="Annotators who do not agree",
        one="disagreement of annotators",
        many="disagreements of annotators",
        verb="Settle",
        meaning="Annotators label copies of one text differently, or one of them differs from "
        "models trained without the row far more often than others do in the same categories.",
        why="Where people draw a boundary in different places, the model learns none that an "
        "update could not move.",
    ),
    "near-duplicate": Code(
        title="Near-duplicates",
        one="copy family",
        many="copy families",
        verb="Merge",
        meaning="One example repeated with trivial edits.",
        why="Copies add rows and no variety: the category rests on fewer examples than it "
        "counts, and copies across a split make scores look better than they are.",
        marked="Marked: what differs between the texts.",
    ),
    "split-leakage": Code(
        title="Splits that leak",
        one="leaking split",
        many="leaking splits",
        verb="Clean",
        meaning="Rows of another split are copies of training rows, or share a group with them.",
        why="What a model has seen it answers from memory: scores on such a split look better "
        "than the model is, and hide what an update takes.",
    ),
    "class-imbalance": Code(
        title="Small categories",
        one="small category",
        many="small categories",
        verb="Enlarge",
        meaning="These categories have far fewer rows than an even share.",
        why="Size alone predicts forgetting poorly, but accuracy on few rows is hard to measure "
        "and easy to lose unseen.",
    ),
}


def code(name: str) -> Code:
    """The words for a finding code; plain ones for a code that has none yet."""
    plain = name.replace("-", " ")
    return CODES.get(name) or Code(
        title=plain.capitalize(),
        one=f"{plain} finding",
        many=f"{plain} findings",
        verb="Look at",
        meaning="See each finding.",
        why="",
    )


def reading_order(codes: Iterable[str]) -> list[str]:
    """Finding codes in the order of a report; unknown ones last, by name."""
    order = list(CODES)
    return sorted(set(codes), key=lambda c: (order.index(c) if c in CODES else len(order), c))


def count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def listing(names: Iterable[str], most: int = 3) -> str:
    """`a, b and c`, or `a, b, c and 4 more`."""
    names = list(names)
    shown, rest = names[:most], len(names) - most
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def percent(fraction: float) -> str:
    return f"{_whole(fraction)}%"


def points(fraction: float) -> str:
    return f"{_whole(fraction)} point{'s' * (abs(_whole(fraction)) != 1)}"


def interval(category: CategoryForecast) -> str:
    """The 80 % interval of an expected drop, in points."""
    return f"{_signed(category.low)} to {_signed(category.high)}"


def danger(update: str, categories: Iterable[CategoryForecast]) -> str:
    """What a simulated update endangers, with the drops that are expected under it."""
    hit = (f"{c.category} ({points(c.worst_drop or 0.0)})" for c in categories)
    return f"Adding {update} endangers {listing(hit)}"


def update_title(forecast: Forecast) -> str:
    """What a forecast is conditioned on, as a noun phrase."""
    categories = forecast.update.categories
    if forecast.update.kind == "given":
        return f"fine-tuning on {listing(categories)}"
    return f"the average of {count(len(categories), 'simulated update', 'simulated updates')}"


def label(key: str) -> str:
    """A key of `measured`, `limit` or `settings` as a reader would say it."""
    return key.replace("_", " ").replace("-", " ")


_FRACTIONS = ("share", "coverage", "accuracy", "probability", "confidence", "low", "high", "rate")

_DIFFERENCES = ("drop", "gap", "placebo", "distinctiveness")  # of fractions


def value(key: str, content: Any) -> str:
    """A value of `measured`, `limit` or `settings`; fractions that are named as such in percent."""
    if isinstance(content, Mapping):
        pairs = (f"{label(str(k))} {value(str(k), v)}" for k, v in content.items())
        return ", ".join(pairs) or "none"
    if isinstance(content, list | tuple):
        return ", ".join(value(key, v) for v in content) or "none"
    if content is None or isinstance(content, bool):
        return {None: "none", True: "yes", False: "no"}[content]
    if isinstance(content, float):
        return _number(key.split("_"), content)
    return f"{content:,}" if isinstance(content, int) and abs(content) >= 10_000 else str(content)


def _number(words: list[str], number: float) -> str:
    if abs(number) <= 1 and any(word in words for word in _DIFFERENCES):
        return points(number)
    fraction = abs(number) <= 1 and any(word in words for word in _FRACTIONS)
    return percent(number) if fraction else f"{number:.3g}"


def _whole(fraction: float) -> int:
    return round(fraction * 100)


def _signed(fraction: float) -> str:
    return str(_whole(fraction)).replace("-", "\N{MINUS SIGN}")
