"""How often the gate is right: halves of one set, good merges, and merges that were spoilt.

    python tests/benchmarks/gate.py DATA/clinc150.csv [--only halves,good,...] [--runs 40]

DATA has the columns text, category, subtype and split; the gate sees text and category alone. A run
draws 3,000 training rows as the base, from its number as the seed. Prints a line a kind: verdicts,
and for spoilt merges how often the reason that stands first is the right one.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from auditor.gate import gate
from auditor.outcomes import Verdict
from auditor.settings import Settings

ROWS = 3000  # of a base
BATCH = 60  # rows of one template
FLIPPED = 0.05  # of a category's labels
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
Merge = Callable[[Rows, Rows, np.random.Generator], Rows]  # base, other rows -> candidate


def good(base: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """1 % more rows of the same kind."""
    return pd.concat([base, _some(rest, ROWS // 100, random)])


def template(base: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """A batch for one category, written in one frame."""
    category = random.choice(sorted(set(base.category)))
    batch = _some(rest[rest.category == category], BATCH, random)
    frame = FRAMES[random.integers(len(FRAMES))]
    return pd.concat([base, batch.assign(text=[_filled(frame, t, random) for t in batch.text])])


def flipped(base: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """5 % of one category's rows under the label of others."""
    categories = sorted(set(base.category))
    category = random.choice(categories)
    own = np.flatnonzero(base.category == category)
    rows = random.choice(own, round(FLIPPED * len(own)), replace=False)
    labels = base.category.to_numpy(copy=True)
    labels[rows] = random.choice([c for c in categories if c != category], len(rows))
    return base.assign(category=labels)


def starved(base: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """One subtype, of which hardly a row is left."""
    subtype = random.choice(sorted(set(base.subtype)))
    return base.drop(base.index[base.subtype == subtype][LEFT:])


def flood(base: Rows, rest: Rows, random: np.random.Generator) -> Rows:
    """Several variations of each of many base rows."""
    parents = _some(base, PARENTS, random)
    children = pd.concat([parents] * CHILDREN, ignore_index=True)
    children = children.assign(text=[_varied(t, random) for t in children.text])
    return pd.concat([base, children.drop_duplicates("text")])


MERGES: dict[str, tuple[Merge, str | None]] = {  # the reason that should stand first
    "good": (good, None),
    "template": (template, "template-dominance"),
    "flipped": (flipped, "label-error"),
    "starved": (starved, "coverage-loss"),
    "flood": (flood, "amplification"),
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


def run(kind: str, data: Rows, number: int, settings: Settings) -> Verdict:
    """One gate of one kind, its rows drawn with `number`."""
    random = np.random.default_rng(number)
    order = random.permutation(len(data))
    base, rest = data.iloc[order[:ROWS]], data.iloc[order[ROWS:]]
    if kind == "halves":
        candidate = rest.iloc[:ROWS]
    else:
        candidate = MERGES[kind][0](base.reset_index(drop=True), rest, random)
    seen = [rows[["text", "category"]].reset_index(drop=True) for rows in (candidate, base)]
    return gate(seen[0], base=seen[1], settings=settings)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default=",".join(["halves", *MERGES]))
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--cache-dir")
    parser.add_argument("--verbose", action="store_true")
    asked = parser.parse_args()
    data = pd.read_csv(asked.data, dtype=str, keep_default_na=False)
    data = data[data.split == "train"].reset_index(drop=True)
    settings = Settings(
        text="text", label="category", offline=True, threads=1, cache_dir=asked.cache_dir
    )
    for kind in asked.only.split(","):
        verdicts, first = Counter(), Counter()
        for number in range(asked.start, asked.start + asked.runs):
            found = run(kind, data, number, settings)
            verdicts[found.outcome] += 1
            reasons = [t for t in found.tested if t.status in ("fail", "inconclusive")]
            first[reasons[0].check if reasons else "-"] += 1
            if asked.verbose:
                print(number, found.outcome, *_told(found), sep="\n   ", flush=True)
        wanted = MERGES[kind][1] if kind in MERGES else None
        right = f"; {wanted} first in {first[wanted]}" if wanted else ""
        print(f"{kind}: {dict(verdicts)} of {asked.runs}{right} {dict(first)}", flush=True)


def _told(found: Verdict) -> list[str]:
    return [
        f"{t.status} {t.check} {t.category}: {t.summary}; effect {t.effect:.3f} "
        f"({t.low:.3f} to {t.high:.3f}), p {t.p}, smallest {t.smallest}"
        for t in found.tested
        if t.status != "pass" or t.category is None
    ]


if __name__ == "__main__":
    main()
