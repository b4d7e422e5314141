"""What each finding code means: the words for it, and its full explanation.

The texts stand in `codes.toml`, the limits with their reasons in the checks; who explains a code
brings the limits along, since an audit tells of those that it was judged by.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from auditor.records.findings import Limit
from auditor.reporting.wording import label

_ENDS = {"low": "lower end of the interval", "high": "upper end of the interval"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A finding code in a reader's words; `codes.toml` says what each field is."""

    title: str
    one: str
    many: str
    verb: str
    meaning: str
    why: str
    example: str = ""
    marked: str = ""
    marking: Literal["", "differences", "template"] = ""
    examples: bool = True
    on_map: bool = True
    method: str = ""
    source: str = ""
    fix: str = ""
    table: str = "planted"
    measured: Sequence[Sequence[str]] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationSection:
    """One heading of an explanation, with a line for each thing there is to say."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How well a code was measured: lines of a table of docs/measurements.md."""

    how: str
    when: str  # a date
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@cache
def codes() -> Mapping[str, Code]:
    """Every code that there are words for, in reading order; `forecast` comes last."""
    return {name: Code(**words) for name, words in _texts()["codes"].items()}


def fact_name(code: str, key: str) -> str:
    """A key of a finding's `measured` or `limit`, in words that say what the number is."""
    named = words_of_code(code).facts.get(key) or _texts()["facts"].get(key)
    of, _, end = key.rpartition("_")
    if named is None and end in _ENDS:
        return f"{fact_name(code, of)}, {_ENDS[end]}" if of else _ENDS[end]
    return str(named or label(key))


def words_of_code(name: str) -> Code:
    """The words for a finding code; plain ones for a code that has none yet."""
    plain = name.replace("-", " ")
    return codes().get(name) or Code(
        title=plain.capitalize(),
        one=f"{plain} finding",
        many=f"{plain} findings",
        verb="Look at",
        meaning="See each finding.",
        why="",
    )


def reading_order(names: Iterable[str]) -> list[str]:
    """Finding codes in the order of a report; unknown ones last, by name."""
    order = list(codes())
    return sorted(set(names), key=lambda c: (order.index(c) if c in order else len(order), c))


def explain(name: str, limits: Iterable[Limit] = ()) -> list[ExplanationSection]:
    """What a code means, why it matters, how it is found, by which limits, how well, and what to
    do; nothing for a code without words."""
    words = codes().get(name)
    if words is None:
        return []
    parts = {
        "What it means": (words.meaning, f"For example: {words.example}"),
        "Why it matters": (words.why,),
        "Method": (words.method,),
        "Source": (words.source,),
        "Limits": tuple(_limits(limits)),
        "Measured": tuple(_measured(name)),
        "What to do": (words.fix,),
    }
    return [
        ExplanationSection(title=title, lines=lines) for title, lines in parts.items() if any(lines)
    ]


def accuracy(name: str) -> Accuracy | None:
    """What was measured of a code; None where nothing was."""
    words = codes()[name]
    if not words.measured:
        return None
    table = _texts()["tables"][words.table]
    return Accuracy(
        how=table["how"],
        when=table["when"],
        columns=tuple(table["columns"]),
        rows=tuple(tuple(row) for row in words.measured),
    )


def _limits(limits: Iterable[Limit]) -> list[str]:
    """A line for each reason, which several limits may share."""
    lines: list[tuple[str, str]] = []
    for limit in limits:
        changed = f" (default {limit.default:,})" if limit.value != limit.default else ""
        named = f"{limit.name} = {limit.value:,}{changed}"
        if limit.reason or not lines:
            lines.append((named, limit.reason))
        else:
            lines[-1] = f"{lines[-1][0]}, {named}", lines[-1][1]
    return [f"{named}: {reason}" if reason else named for named, reason in lines]


def _measured(name: str) -> list[str]:
    table = accuracy(name)
    if table is None:
        return ["Not measured."]
    rows = [
        "; ".join(
            f"{column}: {cell}" if column else cell
            for column, cell in zip(table.columns, row, strict=True)
        )
        for row in table.rows
    ]
    return [f"{table.how} ({table.when}).", *rows]


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads((files("auditor.reporting") / "codes.toml").read_text(encoding="utf-8"))
