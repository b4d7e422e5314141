"""How every page is drawn: one HTML file that opens offline and asks nothing of the network.

Its policy lets it run the scripts that it was made with and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from auditor.reporting import codes, forgetting, marking, undone, wording
from auditor.reporting.inert import inert

if TYPE_CHECKING:
    from jinja2 import Environment


def page(template: str, styles: Sequence[str], view: Mapping[str, Any]) -> str:
    """The page of a template in `page/`, with its style sheets inside and nothing else allowed."""
    pages = _environment()
    sources = (pages.loader.get_source(pages, s)[0] for s in styles)  # type: ignore[union-attr]
    style = "".join(sources)
    rendered = pages.get_template(template)
    return rendered.render(style=Verbatim(style), style_hash=_csp_hash(style), **view) + "\n"


class Verbatim(str):
    """Text of our own, for a place where the browser does not decode entities."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Script:
    """A script of our own, with the hash by which the page's policy lets it run."""

    source: Verbatim
    hash: str


def script(source: str) -> Script:
    return Script(Verbatim(source), _csp_hash(source))


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
        "whole_points": wording.whole_points,
        "before_and_end": forgetting.before_and_end,
        "end_interval": forgetting.end_interval,
        "halved": forgetting.halved,
        "drop_interval_text": wording.drop_interval_text,
        "label": wording.label,
        "listing": wording.listing,
        "danger": wording.danger,
        "effort": wording.effort,
        "words_of_code": codes.words_of_code,
        "rows": wording.named_rows,
        "skips": undone.skips,
        "rejects": undone.rejects,
        "slots": marking.slots,
        "unmarked": marking.unmarked,
    }
    environment.globals |= {
        "count": wording.count,
        "value": wording.value,
        "percent_interval": wording.percent_interval,
    }
    return environment


def _disarm(shown: object) -> object:
    """What every `{{ ... }}` passes through, before it is escaped."""
    return inert(shown) if isinstance(shown, str) and not hasattr(shown, "__html__") else shown


def _csp_hash(source: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
