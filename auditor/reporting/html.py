"""`report.html`: one file that opens offline and asks nothing of the network.

Its scripts draw the map; `static` leaves them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.records.audit import Audit, SubtypeSummary
from auditor.reporting import (
    cards,
    charts,
    forgetting,
    headline,
    label_errors,
    patterns,
    trial,
    wording,
)
from auditor.reporting.map import live_map, scripts
from auditor.reporting.pages import Verbatim, page, script
from auditor.reporting.scatter import scatter

_FORECAST_ROWS = 12  # shown at once; the rest of the categories folds out


class HtmlRenderer:
    """The report for people. The same audit gives the same bytes: no clock, no random ids."""

    name = "html"
    filename = "report.html"

    def __init__(self, *, static: bool = False) -> None:
        self.static = static  # no script: the map is a drawing

    def render(self, audit: Audit) -> str:
        return page("report.html.j2", ["report.css"], _view(audit, static=self.static))


def _view(audit: Audit, *, static: bool) -> dict[str, Any]:
    """Everything the page shows, by the names the templates use."""
    sections = cards.sections(audit)
    live = None if static else live_map(audit, sections)
    forecast = audit.forecast
    order = forgetting.ranked(forecast)
    filled, categories_filled = patterns.filled(audit)
    rows = list(zip(order, charts.bars(order), strict=True))
    return {
        "audit": audit,
        "headline": headline.headline(audit),
        "data_problems": headline.data_problems(audit),
        "labels": label_errors.sentences(audit),
        "audited": sum(audit.dataset.categories.values()),
        "forecast": forecast,
        "update_title": wording.update_title(forecast) if forecast else "",
        "forecast_rows": rows[:_FORECAST_ROWS],
        "forecast_rest": rows[_FORECAST_ROWS:],
        "averages": [(c, bar) for c, bar in rows if c.learnt],
        "last_step": forgetting.last_step(forecast) if forecast else 0,
        "when_learnt": wording.when_learnt(forecast) if forecast else "",
        "unmeasured_recipe": wording.unmeasured_recipe(forecast) if forecast else "",
        "scored_on": wording.scored_on(forecast) if forecast else (),
        "trial": trial.trial(forecast) if forecast else None,
        "panels": charts.panels(forecast) if forecast else [],
        "grid": charts.grid(forecast.matrix, forecast) if forecast and forecast.matrix else None,
        "filled": filled,
        "categories_filled": categories_filled,
        "confusion": patterns.confusion(audit),
        "sections": sections,
        "subtypes": _subtypes(audit),
        "scatter": scatter(audit),
        "live": live,
        "live_data": Verbatim(live.data) if live else "",
        "scripts": [script(s) for s in scripts()] if live else [],
        "no_text": bool(audit.settings.get("no_text")),
    }


def _subtypes(audit: Audit) -> list[tuple[str, int, list[SubtypeSummary]]]:
    """Categories, most endangered first, with their rows and subtypes."""
    rank = {c.category: c.rank for c in forgetting.ranked(audit.forecast)}
    names = sorted(audit.dataset.categories, key=lambda c: (rank.get(c, len(rank) + 1), c))
    by_category: Mapping[str, list[SubtypeSummary]] = {name: [] for name in names}
    for subtype in audit.subtypes:
        if subtype.category in by_category:
            by_category[subtype.category].append(subtype)
    return [(name, audit.dataset.categories[name], by_category[name]) for name in names]
