"""`report.html`: one file that opens offline and asks nothing of the network.

Its policy lets it run the scripts that it was made with and nothing else; `static` leaves them out.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from auditor.records.audit import Audit, SubtypeSummary
from auditor.reporting import (
    cards,
    charts,
    codes,
    label_errors,
    marking,
    patterns,
    trial,
    verdict,
    wording,
)
from auditor.reporting.inert import inert
from auditor.reporting.map import live_map, scripts

if TYPE_CHECKING:
    from jinja2 import Environment

_FORECAST_ROWS = 12  # shown at once; the rest of the categories folds out


class HtmlRenderer:
    """The report for people. The same audit gives the same bytes: no clock, no random ids."""

    name = "html"
    filename = "report.html"

    def __init__(self, *, static: bool = False) -> None:
        self.static = static  # no script: the map is a drawing

    def render(self, audit: Audit) -> str:
        return page("report.html.j2", ["report.css"], _view(audit, static=self.static))


def page(template: str, styles: Sequence[str], view: Mapping[str, Any]) -> str:
    """The page of a template in `page/`, with its style sheets inside and nothing else allowed."""
    pages = _environment()
    sources = (pages.loader.get_source(pages, s)[0] for s in styles)  # type: ignore[union-attr]
    style = "".join(sources)
    drawn = pages.get_template(template)
    return drawn.render(style=_Verbatim(style), style_hash=_csp_hash(style), **view) + "\n"


class _Verbatim(str):
    """Text of our own, for a place where the browser does not decode entities."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class _Script:
    source: str
    hash: str


def _view(audit: Audit, *, static: bool) -> dict[str, Any]:
    """Everything the page shows, by the names the templates use."""
    sections = cards.sections(audit)
    live = None if static else live_map(audit, sections)
    forecast = audit.forecast
    order = verdict.ranked(forecast)
    filled, categories_filled = patterns.filled(audit)
    drawn = list(zip(order, charts.bars(order), strict=True))
    return {
        "audit": audit,
        "verdict": verdict.judge(audit),
        "flaws": verdict.flaws(audit),
        "labels": label_errors.sentences(audit),
        "audited": sum(audit.dataset.categories.values()),
        "forecast": forecast,
        "update_title": wording.update_title(forecast) if forecast else "",
        "forecast_rows": drawn[:_FORECAST_ROWS],
        "forecast_rest": drawn[_FORECAST_ROWS:],
        "scored_on": wording.scored_on(forecast) if forecast else (),
        "tried": trial.trial(forecast) if forecast else None,
        "panels": charts.panels(forecast) if forecast else [],
        "grid": charts.grid(forecast.matrix, forecast) if forecast and forecast.matrix else None,
        "filled": filled,
        "categories_filled": categories_filled,
        "confusion": patterns.confusion(audit),
        "sections": sections,
        "subtypes": _subtypes(audit),
        "scatter": charts.scatter(audit),
        "live": live,
        "live_data": _Verbatim(live.data) if live else "",
        "scripts": [_Script(_Verbatim(s), _csp_hash(s)) for s in scripts()] if live else [],
        "no_text": bool(audit.settings.get("no_text")),
    }


def _subtypes(audit: Audit) -> list[tuple[str, int, list[SubtypeSummary]]]:
    """Categories, most endangered first, with their rows and subtypes."""
    rank = {c.category: c.rank for c in verdict.ranked(audit.forecast)}
    names = sorted(audit.dataset.categories, key=lambda c: (rank.get(c, len(rank) + 1), c))
    by_category: Mapping[str, list[SubtypeSummary]] = {name: [] for name in names}
    for subtype in audit.subtypes:
        if subtype.category in by_category:
            by_category[subtype.category].append(subtype)
    return [(name, audit.dataset.categories[name], by_category[name]) for name in names]


@cache
def _environment() -> Environment:
    """The templates in `page/`; every string that they show is disarmed and escaped."""
    # Imported here: `auditor --help` must not wait for it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("auditor.reporting", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_disarm,
    )
    environment.filters |= {
        "percent": wording.percent,
        "points": wording.points,
        "interval": wording.interval,
        "label": wording.label,
        "listing": wording.listing,
        "danger": wording.danger,
        "code": codes.code,
        "rows": cards.named_rows,
        "slots": marking.slots,
        "plain": marking.plain,
    }
    environment.globals |= {"count": wording.count, "value": wording.value}
    return environment


def _disarm(shown: object) -> object:
    """What every `{{ ... }}` passes through, before it is escaped."""
    return inert(shown) if isinstance(shown, str) and not hasattr(shown, "__html__") else shown


def _csp_hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
