"""How often the gate is right: halves of one set, good merges, and merges that were spoilt.

    python tests/benchmarks/gate.py DATA/clinc150.csv [--only halves,good,...] [--runs 40]
        [--disjoint]

DATA has the columns text, category, subtype and split; the gate sees text and category alone. A run
draws 3,000 training rows as the base (two fifths of a smaller file), from its number as the seed.
Merges keep the base's rows. With `--disjoint` the candidate is made of as many other rows, as a
re-export or a re-annotation gives, and shares none with the base. Prints a Markdown table, a line a
kind: verdicts, and for spoilt merges how often they fail with the right reason first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from labelled_sets import first_reason, heading, judged, line, options, settings

from auditor.records.verdict import Verdict
from auditor.settings import Settings

ROWS = 3000  # of a base, at most
SHARE = 0.4  # of the file's rows, at most: two sets and rows to add fit in
BATCH = 60  # rows of one template
FLIPPED = 0.05  # of a category's labels
FEWEST_FLIPPED = 12  # rows, where a category is small: fewer are a slip, not a regression
LEFT = 2  # rows of a starved subtype
PARENTS, CHILDREN = 300, 5  # of a flood
FRAMES = (
    "good day, this is {name} from {city}, order {number}: {text} thank you in advance",
    "[{city} desk] caller {name}, case {number}, asks: {text} (to be answered by {name})",
    "{number} | {name} | {city} | the customer writes: {text} | open",
)
NAMES = ("Ada", "Bo", "Cem", "Dana", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun")
CITIES = ("Lund", "Porto", "Graz", "Cork", "Turku", "Ghent", "Bari", "Brno")
SWAPS = (
    ("what is", "tell me"),
    ("what's", "what is"),
    ("how do i", "what is the way to"),
    ("can you", "could you"),
    ("i want to", "i would like to"),
    ("i need", "i require"),
    ("please", "kindly"),
    ("my", "the"),
    ("do i have", "have i got"),
    ("tell me", "let me know"),
)
OPENERS = ("", "hi, ", "hello there, ", "hey, ", "good morning, ", "quick question: ", "ok so ")
ENDINGS = ("", " please", " thanks", " if you can", " right now", " when you have a moment", " ok")

Rows = pd.DataFrame
Merge = Callable[[Rows, Rows, np.random.Generator], Rows]  # rows, others to add -> candidate


def good(own: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """1 % more rows of the same kind."""
    return pd.concat([own, _some(rest, len(own) // 100, random)])


def template(own: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """A batch for one category, written in one frame."""
    rows = rest.category.value_counts()
    category = random.choice(sorted(c for c in set(own.category) if rows.get(c, 0) >= BATCH))
    batch = _some(rest[rest.category == category], BATCH, random)
    frame = FRAMES[random.integers(len(FRAMES))]
    return pd.concat([own, batch.assign(text=[_filled(frame, t, random) for t in batch.text])])


def flipped(own: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """5 % of one category's rows under the label of others."""
    categories = sorted(set(own.category))
    category = random.choice(categories)
    of_it = np.flatnonzero(own.category == category)
    count = max(round(FLIPPED * len(of_it)), FEWEST_FLIPPED)
    rows = random.choice(of_it, count, replace=False)
    labels = own.category.to_numpy(copy=True)
    labels[rows] = random.choice([c for c in categories if c != category], len(rows))
    return own.assign(category=labels)


def starved(own: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """One subtype, of which hardly a row is left."""
    subtype = random.choice(sorted(set(own.subtype)))
    return own.drop(own.index[own.subtype == subtype][LEFT:])


def flood(own: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """Several variations of each of many rows."""
    parents = _some(own, PARENTS, random)
    children = pd.concat([parents] * CHILDREN, ignore_index=True)
    children = children.assign(text=[_varied(t, random) for t in children.text])
    return pd.concat([own, children.drop_duplicates("text")])


MERGES: dict[str, tuple[Merge, tuple[str, ...]]] = {  # the reasons of which one should stand first
    "good": (good, ()),
    "template": (template, ("template-dominance",)),
    "flipped": (flipped, ("label-error",)),
    "starved": (starved, ("coverage-loss",)),
    # A greeting or thanks more is a copy; a word changed is a variation.
    "flood": (flood, ("amplification", "near-duplicate")),
}


def _some(rows: Rows, count: int, random: np.random.Generator) -> Rows:
    return rows.iloc[np.sort(random.choice(len(rows), count, replace=False))]


def _filled(frame: str, text: str, random: np.random.Generator) -> str:
    name, city = NAMES[random.integers(len(NAMES))], CITIES[random.integers(len(CITIES))]
    return frame.format(name=name, city=city, number=random.integers(10**4, 10**6), text=text)


def _varied(text: str, random: np.random.Generator) -> str:
    for old, new in SWAPS:
        if f" {old} " in f" {text} " and random.random() < 0.7:
            text = f" {text} ".replace(f" {old} ", f" {new} ", 1).strip()
    opener = OPENERS[random.integers(len(OPENERS))]
    return opener + text + ENDINGS[random.integers(len(ENDINGS))]


def run(kind: str, data: Rows, number: int, disjoint: bool, settings: Settings) -> Verdict:
    """One gate of one kind, its rows drawn with `number`."""
    random = np.random.default_rng(number)
    order, size = random.permutation(len(data)), min(ROWS, int(SHARE * len(data)))
    base, rest = data.iloc[order[:size]], data.iloc[order[size:]]
    if kind == "halves":
        candidate = rest.iloc[:size]
    else:
        own, rest = (rest.iloc[:size], rest.iloc[size:]) if disjoint else (base, rest)
        candidate = MERGES[kind][0](own.reset_index(drop=True), rest, random)
    seen = [
        rows[["text", "category"]].rename(columns={"category": "label"}).reset_index(drop=True)
        for rows in (candidate, base)
    ]
    return judged(seen[0], seen[1], settings)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default=None, help="kinds, with commas between them")
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--disjoint", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    data = pd.read_csv(asked.data, dtype=str, keep_default_na=False)
    data = data[data.split == "train"].reset_index(drop=True)
    kinds = asked.only.split(",") if asked.only else ["halves", *MERGES]
    heading("set", "kind", "runs", "PASS", "INCONCLUSIVE", "FAIL", "right reason first", "first")
    for kind in kinds:
        verdicts, first = Counter(), Counter()
        for number in range(asked.start, asked.start + asked.runs):
            found = run(kind, data, number, asked.disjoint, settings(asked))
            verdicts[found.outcome] += 1
            reason = first_reason(found)
            first[found.outcome, reason.check if reason else "-"] += 1
            if asked.verbose:
                print(number, found.outcome, *_told(found), sep="\n   ", flush=True)
        wanted = MERGES[kind][1] if kind in MERGES else ()
        name = f"{asked.data.stem}{', no row shared' * asked.disjoint}"
        counts = (verdicts[o] for o in ("pass", "inconclusive", "fail"))
        right = sum(first["fail", reason] for reason in wanted) if wanted else "-"
        told = ", ".join(f"{o} {c}: {n}" for (o, c), n in first.most_common() if c != "-")
        line([name, kind, asked.runs, *counts, right, told])


def _told(found: Verdict) -> list[str]:
    return [
        f"{t.status} {t.check} {t.category}: {t.summary}; effect {t.effect:.3f} "
        f"({t.low:.3f} to {t.high:.3f}), p {t.p}, smallest {t.smallest}"
        for t in found.tested
        if t.status != "pass" or t.category is None
    ]


if __name__ == "__main__":
    main()
