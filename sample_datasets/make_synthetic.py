"""Variations of `support_human.csv`, such as a language model's paraphrase run would give them.

Each variation says what its parent says: phrases are swapped for equivalents, details (order
numbers, amounts, weekdays, product lines, relatives) are changed alike throughout the message, a
question may come first, and a tone is put around it. The label is the parent's. The same seed gives
the same bytes, and fewer rows are the beginning of more. The phrases are in `make_synthetic.toml`.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
COLUMNS = ("id", "text", "topic", "source", "parent")
WORDING = tomllib.loads((HERE / "make_synthetic.toml").read_text(encoding="utf-8"))
Row = dict[str, str]

NUMBER = re.compile(
    r"\d{5,}"  # of orders, tickets, invoices
    r"|(?<!at )\b\d+\.\d\d(?=[ .,]|$)"  # amounts
    r"|\b\d\d+(?= (?:pounds|euros?|dollars|quid)\b)"
)
ANAPHOR = re.compile(
    r"\b(it|its|they|them|that|this|these|those|one|he|she|him|her|then)\b", re.IGNORECASE
)
ASKS = re.compile(
    r"(how|what|where|when|why|which|who|is|are|can|could|do|does|will|may)\b", re.IGNORECASE
)
GREETS = re.compile(r"(hi|hello|hey|dear|good (morning|afternoon))\b", re.IGNORECASE)


class Picker:
    """Choices made of `Random.random` alone, which stays the same across versions of Python."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same rows every time, no secret

    def one(self, options: Sequence[str]) -> str:
        return options[int(self._random.random() * len(options))]

    def chance(self, share: float) -> bool:
        return self._random.random() < share


class Table:
    """Phrases, what may stand for each, and how to find them in a text."""

    def __init__(self, name: str, before: str = "") -> None:
        self._alike: dict[str, list[str]] = {}
        for line in WORDING[name].strip().splitlines():
            found, _, others = line.partition(" > ")
            group = [*found.split(" | "), *(others.split(" | ") if others else ())]
            for phrase in found.split(" | "):
                self._alike[phrase.lower()] = group
        longest = sorted(self._alike, key=lambda p: (-len(p), p))
        # A phrase that ends a sentence or asks back ("haven't you", "I have") stays as it is.
        after = r"(?![\w'-])(?! (?:I|you|he|she|it|we|they)\b)"
        either = "|".join(map(re.escape, longest))
        self._pattern = re.compile(rf"{before}(?<![\w'-])(?:{either}){after}", re.IGNORECASE)

    def swap(self, text: str, picker: Picker, share: float) -> str:
        """The text with that share of its phrases swapped: the same alike, others differently."""
        chosen: dict[str, str] = {}

        def other(match: re.Match[str]) -> str:
            key = match[0].lower()
            if key not in chosen:
                used = set(chosen.values())
                free = [p for p in self._alike[key] if p not in used]
                swaps = picker.chance(share) or match[0] in used
                chosen[key] = picker.one(free) if swaps and free else match[0]
            return _cased(chosen[key], like=match[0])

        return self._pattern.sub(other, text)


def _cased(phrase: str, *, like: str) -> str:
    first = phrase[0].upper() if like[0].isupper() else phrase[0].lower()
    return first + phrase[1:]


def _list(name: str) -> list[str]:
    return [p for line in WORDING[name].strip().splitlines() for p in line.split(" | ")]


PHRASES = Table("phrases")
BEGINNINGS = Table("beginnings", before=r"(?:^|(?<=[.!?] ))")
DETAILS = Table("details")
LISTS = {name: _list(name) for name, value in WORDING.items()}


def _numbers(text: str, picker: Picker) -> str:
    """Other order numbers and amounts of the same size, the same for the same throughout."""
    chosen: dict[str, str] = {}

    def other(match: re.Match[str]) -> str:
        first, rest = match[0][0], match[0][1:]
        fresh = first + "".join(picker.one("0123456789") if c.isdigit() else c for c in rest)
        return chosen.setdefault(match[0], fresh)

    return NUMBER.sub(other, text)


def _question_first(text: str) -> str:
    """The last question before what led to it, where it refers to nothing."""
    *told, asked = re.split(r"(?<=[.!?]) ", text)
    if not told or not asked.endswith("?") or ANAPHOR.search(asked):
        return text
    return " ".join([asked, *told])


def _ended(text: str) -> str:
    if text[-1] in ".!?)'":
        return text
    last = re.split(r"(?<=[.!?]) ", text)[-1]
    return text + ("?" if ASKS.match(last) and "," not in last else ".")


def _toned(text: str, picker: Picker) -> str:
    """The text with some of a greeting, a lead, an aside and a sign-off around it."""
    parts = [_ended(text)]
    if picker.chance(0.2):
        lead = "before_a_question" if ASKS.match(text) else "before_a_statement"
        parts.insert(0, picker.one(LISTS[lead]))
    if picker.chance(0.4) and not GREETS.match(text):
        parts.insert(0, picker.one(LISTS["greetings"]))
    if picker.chance(0.35):
        parts.append(picker.one(LISTS["asides"]))
    if picker.chance(0.4):
        parts.append(picker.one(LISTS["sign_offs"]))
        if picker.chance(0.3):
            parts.append(picker.one(LISTS["names"]))
    return " ".join(parts)


def _casual(text: str) -> str:
    """As typed in a hurry."""
    text = text.lower().rstrip(".")
    for long, short in (("please", "pls"), ("thanks", "thx"), ("n't ", "nt "), (" you ", " u ")):
        text = text.replace(long, short)
    return text


def variation(text: str, picker: Picker) -> str:
    """One other way to say `text`."""
    casual = picker.chance(0.7 if text == text.lower() else 0.07)
    text = _numbers(DETAILS.swap(text, picker, 0.6), picker)
    text = PHRASES.swap(BEGINNINGS.swap(text, picker, 0.7), picker, 0.7)
    if picker.chance(0.4):
        text = _question_first(text)
    text = _toned(text, picker)
    return _casual(text) if casual else text


def variations(parents: Sequence[Row], rows: int, seed: int) -> Iterator[Row]:
    """So many variations, of the parents in turn; no text is another's or a parent's."""
    picker = Picker(seed)
    seen = {parent["text"] for parent in parents}
    for number in range(rows):
        parent = parents[number % len(parents)]
        # The tones alone make hundreds of thousands of any text: a fresh one is soon found.
        while (text := variation(parent["text"], picker)) in seen:
            pass
        seen.add(text)
        yield {
            "id": f"V-{number + 1:05}",
            "text": text,
            "topic": parent["topic"],
            "source": "synthetic",
            "parent": parent["id"],
        }


def read(path: Path = HERE / "support_human.csv") -> list[Row]:
    """The human rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, *, rows: int = 5000, seed: int = 0) -> None:
    """So many variations of the human rows, as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(variations(read(), rows, seed))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=HERE / "support_synthetic.csv")
    options = parser.parse_args()
    write(options.output, rows=options.rows, seed=options.seed)


if __name__ == "__main__":
    main()
