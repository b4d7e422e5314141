"""What an audit finds of planted faults in seven languages, three of them without spaces.

    python -m tests.benchmarks.languages CACHE_FOLDER [EMBEDDER ...]

Of each language 150 rows: support messages in four categories, made of the sentences of
`languages.toml`, with a template, copies, conflicts and wrong labels planted; and as a control the
same messages without any. English stands beside them for comparison. For each embedder it prints
how many of the planted faults were found, of how many, and what was found that nobody planted: of
suspicious labels warnings and, in brackets, what was listed as a note.

A wrong label is easily seen there, since each question is asked again with another remark. So it
prints besides how much the vectors say by themselves: of the 48 questions alone, each asked once,
how many lie nearest to the mean of their own category's others.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import auditor
from auditor.embedding import open_embedder
from auditor.records.audit import Audit
from auditor.reporting.headline import headline

LANGUAGES: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
)
EMBEDDERS = ("all-MiniLM-L6-v2", "universal-sentence-encoder", "hashing")
OF_EACH = 30  # messages a category
FILLED, COPIED, CONTRADICTED, MISLABELLED = 12, 8, 4, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Rows with faults, and where these are: rows of the table."""

    rows: list[tuple[str, str]]  # text and label
    template: set[int] = field(default_factory=set)
    copies: list[tuple[int, int]] = field(default_factory=list)
    conflicts: list[tuple[int, int]] = field(default_factory=list)
    wrong: set[int] = field(default_factory=set)


def messages(language: str, *, of_each: int = OF_EACH) -> list[tuple[str, str]]:
    """Messages of a language with their categories: a question, mostly with a remark beside it.

    At most as many as there are pairs of a question and a remark, 144 a category.
    """
    words = LANGUAGES[language]
    adds, rows = words["adds"], []
    for shift, (category, asks) in enumerate(words["asks"].items()):
        for i in range(of_each):
            turn, at = divmod(i, len(asks))
            add = adds[(at * 5 + turn * 7 + shift * 3 + turn // 12) % len(adds)]
            parts = [add, asks[at]] if turn % 2 else [asks[at], add]
            rows.append((words["join"].join(parts), category))
    return rows


def plant(language: str) -> Planted:
    """150 rows of a language with faults."""
    words, rows = LANGUAGES[language], messages(language)
    wrong = set(range(5, len(rows), len(rows) // MISLABELLED)[:MISLABELLED])
    categories = list(words["asks"])
    for i in wrong:
        text, label = rows[i]
        rows[i] = (text, categories[(categories.index(label) + 1 + i % 3) % len(categories)])
    planted = Planted(rows=rows, wrong=wrong)
    for i, thing in enumerate(words["things"][:FILLED]):
        planted.template.add(len(rows))
        filled = words["template"].format(number=40117 + 389 * i, thing=thing)
        rows.append((filled, words["form_of"]))
    for k in range(COPIED):
        i = 2 + 14 * k
        planted.copies.append((i, len(rows)))
        rows.append((_again(rows[i][0], k), rows[i][1]))
    for k in range(CONTRADICTED):
        i = 9 + 27 * k
        planted.conflicts.append((i, len(rows)))
        rows.append((rows[i][0], categories[(categories.index(rows[i][1]) + 2) % 4]))
    for i, message in enumerate(messages(language, of_each=OF_EACH + 2)):
        if len(rows) < 150 and i % (OF_EACH + 2) >= OF_EACH:
            rows.append(message)
    return planted


def _again(text: str, k: int) -> str:
    """The text with a difference that says nothing: a mark at the end, spaces, case."""
    return (f"{text} !", f" {text}  ", text.upper(), f"{text.rstrip('.。।')}")[k % 4]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of each kind how many planted faults were found, and what else was."""

    template: int
    copies: int
    conflicts: int
    wrong: int
    false: dict[str, int]
    doubtful: int  # right labels that are listed, but below a warning


def score(audit: Audit, planted: Planted) -> Score:
    found = {code: [set(f.rows) for f in audit.of(code)] for code in CODES}
    listed = {f.rows[0]: f.severity for f in audit.of("label-error") if "probability" in f.measured}
    pairs = {*map(frozenset, (*planted.copies, *planted.conflicts))}
    right = {*listed} - planted.wrong - {i for pair in planted.conflicts for i in pair}
    doubles = {c: [r for r in found[c] if not any(p <= r for p in pairs)] for c in COPIES}
    templates = [r for c in TEMPLATES for r in found[c]]
    return Score(
        template=max((len(planted.template & r) for r in templates), default=0),
        copies=sum(any({*p} <= r for r in found["near-duplicate"]) for p in planted.copies),
        conflicts=sum(any({*p} <= r for r in found["label-conflict"]) for p in planted.conflicts),
        wrong=len(planted.wrong & {*listed}),
        false={
            "template": sum(len(r & planted.template) < len(r) / 2 for r in templates),
            "copy": len(doubles["near-duplicate"]),
            "conflict": len(doubles["label-conflict"]),
            "label": sum(listed[i] == "warning" for i in right),
            "gap": sum(f.severity != "note" for f in audit.of("coverage-gap")),
        },
        doubtful=sum(listed[i] == "note" for i in right),
    )


COPIES = ("near-duplicate", "label-conflict")
TEMPLATES = ("template-dominance", "template-shortcut")
CODES = (*COPIES, *TEMPLATES)


def audited(rows: list[tuple[str, str]], embedder: str, cache: str) -> Audit:
    frame = pd.DataFrame(rows, columns=["text", "label"])
    settings = {"embedder": embedder, "cache_dir": cache, "map_points": 10}
    return auditor.audit(frame, probe="similarity", **settings)


def table(embedders: list[str], cache: str) -> Iterator[str]:
    kinds = f"{'templ':>7}{'copies':>7}{'confl':>7}{'wrong':>7}"
    yield f"{'':4}{'embedder':<28}{kinds}  not planted; in the control; the verdict of the report"
    for language in LANGUAGES:
        planted, control = plant(language), messages(language, of_each=36)
        for embedder in embedders:
            audit = audited(planted.rows, embedder, cache)
            clean = score(audited(control, embedder, cache), Planted(rows=control))
            got = score(audit, planted)
            cells = (
                f"{got.template}/{len(planted.template)}",
                f"{got.copies}/{len(planted.copies)}",
                f"{got.conflicts}/{len(planted.conflicts)}",
                f"{got.wrong}/{len(planted.wrong)}",
            )
            beside = "; ".join(
                f"{ {k: n for k, n in of.false.items() if n} } ({of.doubtful})"
                for of in (got, clean)
            )
            said = headline(audit).training
            yield f"{language:4}{embedder:<28}{''.join(f'{c:>7}' for c in cells)}  {beside}; {said}"


def said_by_vectors(language: str, embedder: str) -> int:
    """Of the questions of a language how many lie nearest to the mean of their own category."""
    asks = LANGUAGES[language]["asks"]
    vectors = open_embedder(embedder).embed([a for of in asks.values() for a in of]).vectors
    codes = np.repeat(np.arange(len(asks)), [len(of) for of in asks.values()])
    means = np.stack([vectors[codes == k].sum(axis=0) for k in range(len(asks))])
    hits = 0
    for i, code in enumerate(codes):
        others = means.copy()
        others[code] -= vectors[i]
        others /= np.linalg.norm(others, axis=1, keepdims=True)
        hits += int((others @ vectors[i]).argmax() == code)
    return hits


def main(cache: str, *embedders: str) -> None:
    names = [*(embedders or EMBEDDERS)]
    for line in table(names, cache):
        print(line, flush=True)
    print("\nof 48 questions nearest to their own category, by chance 12")
    for name in names:
        figures = "".join(
            f"{language:>4} {said_by_vectors(language, name):>2}" for language in LANGUAGES
        )
        print(f"{name:<28}{figures}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
