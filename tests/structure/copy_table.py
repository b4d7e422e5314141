"""Prints what is said of each pair of copy_pairs.csv: python tests/embedding/copy_table.py [CSV]

Each pair stands once among other rows and once alone; "copy / review" says what each gave.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from auditor.records.structure import Neighbours
from auditor.structure.copies import find_copies

PAIRS = Path(__file__).with_name("copy_pairs.csv")
# Ordinary rows of several languages; none is near a pair.
OTHERS = (
    *("The boiler makes a knocking sound", "I was billed for a month that I did not use"),
    *("my tram card has expired", "which documents do I bring", "can I swap my seat"),
    *("the garden gate squeaks", "who cleans the stairwell", "where do I hand in the keys"),
    *("the mechanic came too late", "when will the class start", "i want to pay by card"),
    *("there is a stain on the sofa", "how long is the queue", "is the museum open today"),
    *("wann beginnt der kurs", "où est la gare", "quiero una mesa para dos"),
    *("vorrei una stanza tranquilla", "мне нужен новый паспорт", "我想订一张票"),
    *("明日の天気はどうですか", "bilet miesięczny jest za drogi", "jag hittar inte min nyckel"),
)


class Pair(NamedTuple):
    said: str  # copy, or different: at most for review
    kind: str
    language: str
    text: str
    other: str


def pairs(path: Path = PAIRS) -> list[Pair]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Pair(**row) for row in csv.DictReader(file)]


def said(text: str, other: str, beside: Sequence[str] = ()) -> str:
    """What is said of two texts among others."""
    texts = [text, other, *beside]
    nobody = np.full((len(texts), 1), -1)
    found = find_copies(texts, Neighbours(index=nobody, cosine=nobody.astype(np.float32)))
    if found.family[0] == found.family[1]:
        return "copy"
    return "review" if [0, 1] in found.review.tolist() else "different"


def main() -> None:
    right: Counter[tuple[str, bool]] = Counter()
    for pair in pairs(*map(Path, sys.argv[1:])):
        found = said(pair.text, pair.other, OTHERS), said(pair.text, pair.other)
        ok = all((f == "copy") == (pair.said == "copy") for f in found)
        right[pair.said, ok] += 1
        told = " / ".join(dict.fromkeys(found))
        wrong = "" if ok else "  WRONG"
        print(f"{pair.kind:14s} {pair.language} {told:9s} {pair.text!r} | {pair.other!r}{wrong}")
    for kind in ("copy", "different"):
        print(f"{kind}: {right[kind, True]} of {right[kind, True] + right[kind, False]} right")


if __name__ == "__main__":
    main()
