"""The interactive map: what its script is given, and the scripts that the page runs.

The page holds one block of JSON and three scripts: `page/sheets.js`, Bokeh's own from its wheel,
and `page/map.js`. Points are whole numbers; texts are those of rows in findings and then a seeded
sample, as many as `_MAX_BYTES` leaves room for.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from auditor.errors import MachineError
from auditor.records.audit import Audit
from auditor.records.forecast import CategoryForecast
from auditor.reporting.cards import FindingCard, Section, category_of_rows
from auditor.reporting.codes import words_of_code
from auditor.reporting.inert import inert
from auditor.reporting.label_errors import single

_SIZE = (10_000, 6_400)  # the plane that points lie on, in units of the JSON
_TEXT = 240  # characters of one text
_TEXTS = 1_000_000  # bytes of all texts
_MAX_BYTES = 2_600_000  # bytes of the JSON; Bokeh's script has 1.3 MB, the page the rest of 5 MB
_MARKED = 20_000  # points; of more, all are dots: other marks take several times as long to draw
_BANDS = (0, 5, 10, 20, 30)  # of expected drop, in points: `risk0` to `risk4` in report.css
# What would end the block or begin another, and what is a line end to JavaScript alone.
_ESCAPED = str.maketrans(
    {
        c: f"\\u{ord(c):04x}"
        for c in ("<", ">", "&", "\N{LINE SEPARATOR}", "\N{PARAGRAPH SEPARATOR}")
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveMap:
    """The JSON of the map, safe inside a script element, and what the page says of it."""

    data: str
    shown: int
    marks: bool  # colours repeat with another mark
    texts: int  # of the rows shown, those that hover with their text
    ways: tuple[tuple[str, str], ...]  # what points can be coloured by: value, words


def live_map(audit: Audit, sections: Sequence[Section]) -> LiveMap | None:
    """The map of an audit whose findings stand on the page as `sections`; None without a map."""
    if not audit.map:
        return None
    points = sorted(audit.map)
    at = {row: p for p, (row, _, _) in enumerate(points)}
    names = sorted({*audit.dataset.categories, *category_of_rows(audit).values()})
    number = {name: i for i, name in enumerate(names)}
    subtype = {row: i for i, s in enumerate(audit.subtypes) for row in s.rows}
    cards = [card for section in sections for card in _cards(section)]
    codes = [section.code for section in sections if section.words.on_map]
    first = _first_codes(audit, codes, at)
    forecast = {c.category: c for c in audit.forecast.categories} if audit.forecast else {}
    xs, ys = _placed(points)
    plain: dict[str, Any] = {
        "size": _SIZE,
        "bands": _BANDS,
        "marks": len(points) <= _MARKED,
        "no_text": bool(audit.settings.get("no_text")),
        "rows": _deltas(at),
        "x": xs,
        "y": ys,
        "subtype": [subtype.get(row, -1) for row in at],
        "code": [first.get(p, -1) for p in range(len(points))],
        "categories": [*map(inert, names), "(in no subtype)"],
        "subtypes": [[inert(s.id), number[s.category]] for s in audit.subtypes],
        "codes": [inert(words_of_code(code).title) for code in codes],
        "risk": [*(_risk(forecast.get(name)) for name in names), None],
    }
    plain |= _findings(cards, at, number)
    room = min(_TEXTS, _MAX_BYTES - len(_encoded(plain).encode()))
    texts = _texts(audit, at, cards, room)
    return LiveMap(
        data=_encoded(plain | {"texts": texts}),
        shown=len(points),
        marks=plain["marks"],
        texts=len(texts),
        ways=(
            ("category", "category"),
            ("subtype", "subtype"),
            ("finding", "finding"),
            *([("risk", "forecast risk")] if forecast else []),
        ),
    )


def _first_codes(audit: Audit, codes: Sequence[str], at: Mapping[int, int]) -> dict[int, int]:
    """Point -> the number of the code, of those about its row, that comes first in `codes`."""
    first: dict[int, int] = {}
    for i, code in enumerate(codes):
        for finding in single(audit.of(code)):
            for row in finding.rows:
                if row in at:
                    first.setdefault(at[row], i)
    return first


def _risk(category: CategoryForecast | None) -> tuple[float, bool] | None:
    """The expected drop in points, and whether it is identifiable; None where it cannot be told."""
    if category is None or not category.learnt:
        return None
    return round(100 * category.expected_drop, 1), category.identifiable


def scripts() -> tuple[str, str, str]:
    """The page's scripts, in the order they run in. Raises MachineError without Bokeh."""
    page = Path(__file__).parent / "page"
    own = [(page / name).read_text(encoding="utf-8") for name in ("sheets.js", "map.js")]
    return own[0], _bokeh(), own[1]


@cache
def _bokeh() -> str:
    spec = find_spec("bokeh")  # its script alone: the package is not imported
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "server/static/js/bokeh.min.js"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise MachineError(
        "the report's map needs bokeh, which is not installed; `pip install bokeh`, or --static"
    )


def _cards(section: Section) -> Iterable[FindingCard]:
    yield from (card for group in (*section.groups, *section.notes) for card in group.cards)
    yield from (*section.rest, *section.overlaps)


def _findings(
    cards: Sequence[FindingCard], at: Mapping[int, int], number: Mapping[str, int]
) -> dict[str, Any]:
    """The page's findings: number of the anchor, of the words, of a category that it is about as a
    whole (-1: about rows), and the points of its rows."""
    said = {code: i for i, code in enumerate(dict.fromkeys(c.finding.code for c in cards))}
    found = []
    for card in cards:
        whole = not words_of_code(card.finding.code).on_map
        category = number.get(card.finding.category or "", -1) if whole else -1
        points = [] if whole else sorted(at[r] for r in set(card.finding.rows) if r in at)
        anchor = int(card.anchor.rpartition("-")[2])
        found.append([anchor, said[card.finding.code], category, _deltas(points)])
    return {"findings": found, "words": [inert(words_of_code(c).title) for c in said]}


def _texts(
    audit: Audit, at: Mapping[int, int], cards: Sequence[FindingCard], room: int
) -> dict[int, str]:
    """Texts by point: of rows in findings, then of a sample, until `room` bytes are used up."""
    found = [r for c in cards if words_of_code(c.finding.code).on_map for r in c.finding.rows]
    others = list(at)
    seed = int(audit.settings.get("seed") or 0)
    random.Random(seed).shuffle(others)  # noqa: S311 - a sample to look at, no secret
    texts: dict[int, str] = {}
    for row in dict.fromkeys([*found, *others]):
        text = audit.examples.get(str(row))
        if row not in at or text is None:
            continue
        shown = inert(text if len(text) <= _TEXT else text[: _TEXT - 1] + "…")
        room -= len(_encoded(shown).encode()) + 10  # its key, quoted, and two marks
        if room < 0:
            break
        texts[at[row]] = shown
    return dict(sorted(texts.items()))


def _placed(points: Sequence[tuple[int, float, float]]) -> tuple[list[int], list[int]]:
    """The points on the plane, one scale for both axes, with a margin."""
    xs, ys = [p[1] for p in points], [p[2] for p in points]
    (width, height), margin = _SIZE, 300
    wide, high = max(xs) - min(xs) or 1.0, max(ys) - min(ys) or 1.0
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
    left, low = (width - wide * scale) / 2 - min(xs) * scale, (height - high * scale) / 2
    low -= min(ys) * scale
    return [round(left + x * scale) for x in xs], [round(low + y * scale) for y in ys]


def _deltas(numbers: Iterable[int]) -> list[int]:
    deltas, last = [], 0
    for number in numbers:
        deltas.append(number - last)
        last = number
    return deltas


def _encoded(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
