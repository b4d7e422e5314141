"""report.html is one inert, offline, deterministic file that holds everything of the audit."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html.parser
import re
from typing import Any

import pytest

from auditor.records.forecast import Matrix, Update
from auditor.reporting.html import HtmlRenderer

VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = [
    "</script><script>alert(1)</script>",
    "</style><style>*{display:none}</style>",
    "</title><h1>owned</h1>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "]]>",
    "&lt;b&gt;&#x3c;b&#62;",
    "\x1b[31mred\x1b]8;;https://example.org\x07link",
    "\u202egnp.exe\u2066",
    "::error file=a::b",
    "##[error]c",
    "a\x00b\x08c\x7fd\x9be",
    "=cmd|' /C calc'!A0",
    "https://example.org/x.png",
]


class Pattern(html.parser.HTMLParser):
    """Tags with the names of their attributes, and everything a browser could load or run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"{tag}[{','.join(name for name, _ in attrs)}]")
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(f"{tag}[{','.join(name for name, _ in attrs)}]")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def render(audit: Any) -> str:
    return HtmlRenderer(static=True).render(audit)


def structure(page: str) -> list[str]:
    """The page's tags but for marks: how many words of a text are marked is the text's affair."""
    return [tag for tag in Pattern(page).tags if tag.strip("/").split("[")[0] != "mark"]


def test_the_same_audit_gives_the_same_bytes(make_audit):
    assert render(make_audit()) == render(make_audit())


def test_every_tag_is_closed_and_ids_are_unique_and_linked_ones_exist(audit):
    page = Pattern(render(audit))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert page.open == []
    assert len(ids) == len(set(ids))
    targets = {value for tag, name, value in page.attributes if (tag, name) == ("a", "href")}
    assert {t.removeprefix("#") for t in targets} <= set(ids)
    labels = {v for _, name, v in page.attributes if name == "aria-labelledby"}
    assert labels <= set(ids)


def test_nothing_is_loaded_and_nothing_runs(audit):
    page = render(audit)
    pattern = Pattern(page)
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page)
    assert not {"script", "iframe", "object", "img", "link", "form"} & {
        t.split("[")[0] for t in pattern.tags
    }
    names = {name for _, name, _ in pattern.attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_the_policy_allows_this_style_and_nothing_else(audit):
    page = render(audit)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:")


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_text_is_only_text(make_audit, payload):
    benign = render(make_audit(lambda text: f"{text} benign"))
    page = render(make_audit(lambda text: f"{text} {payload}"))
    assert structure(page) == structure(benign)
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", page
    )


def test_control_characters_are_shown_not_dropped(make_audit):
    page = render(make_audit(lambda text: text + "\x1b\x00\u202e\x7f"))
    assert "␛␀⟨U+202E⟩␡" in page


def test_all_findings_are_on_the_page(audit):
    text = "".join(Pattern(render(audit)).text)
    for finding in audit.findings:
        assert finding.summary in text
        assert finding.advice in text


def test_beyond_thirty_findings_of_a_code_the_rest_stands_in_a_table(audit):
    page = render(audit)
    others = [f for f in audit.findings if f.code != "label-error" or f.category is None]
    assert page.count('class="finding') == 30 + len(others)
    assert "8 more, less certain (showing 30 of 38 above)" in page


def test_thousands_of_findings_make_a_small_page_that_says_what_it_leaves_out(make_audit, audit):
    error = audit.of("label-error")[0]
    many = tuple(dataclasses.replace(error, rows=(row,)) for row in range(10_000))
    page = render(make_audit(findings=many))
    assert len(page) < 1_000_000
    assert "9970 more, less certain (showing 30 of 10000 above)" in page
    assert "showing 270 of 9970; audit.json has all" in page


def test_a_template_shows_its_pattern_and_its_fixed_words(audit):
    page = render(audit)
    assert 'customer <mark class="slot">&lt;number&gt;</mark> from' in page
    assert '<mark class="fixed">Customer</mark> 48213 <mark class="fixed">from</mark> Oslo' in page
    assert "Showing 6 of 40 rows." in page
    assert "rare and from one template" in page


def test_a_label_conflict_shows_what_differs(audit):
    assert 'six days now<mark class="differs">!</mark>' in render(audit)


def test_what_is_not_identifiable_says_so_with_its_reason(audit):
    text = "".join(Pattern(render(audit)).text)
    assert "no reliable estimate: only 18 scored examples, 30 are needed" in text


def test_without_text_the_page_holds_none(make_audit):
    page = render(make_audit(no_text=True))
    for part in ("Tracking", "wrote on", "printer</td>", 'class="examples"', 'class="pattern"'):
        assert part not in page
    assert "made without text" in page


def test_a_set_that_could_not_be_forecast_still_has_a_page(make_audit):
    page = render(make_audit(forecast=None, findings=(), map=(), subtypes=(), examples={}))
    assert "no forecast was made" in page
    assert "reference-gap" in page


def test_simulated_updates_are_named_as_such_and_a_large_matrix_is_capped(audit, make_audit):
    names = tuple(f"c{i}" for i in range(40))
    drops = tuple(tuple(None if i == j else 0.1 for j in range(40)) for i in range(40))
    matrix = Matrix(updates=names, categories=names, drops=drops)
    update = Update(kind="simulated", categories=names)
    first = dataclasses.replace(
        audit.forecast.categories[0], worst_update="c1 + c2", worst_drop=0.4
    )
    replaced = dataclasses.replace(
        audit.forecast, matrix=matrix, update=update, categories=(first,)
    )
    page = render(make_audit(forecast=replaced))
    assert "Forecast: an update of one category (average of 40 simulated)" in page
    assert "Showing the 30 of 40 categories" in page
    assert "and 20 of 40 updates" in page
    assert "<li>Adding c1 + c2 takes on average 40 points from product question.</li>" in page


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_keep_the_contrast_of_wcag_aa(audit, theme):
    block = re.findall(r":root \{(.*?)\}", render(audit), re.DOTALL)[theme]
    colour = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", block))
    text = [(front, back) for front in ("ink", "quiet", "link") for back in ("page", "panel")]
    text += [(s, f"{s}-tint") for s in ("error", "warning", "note")]
    text += [(s, "page") for s in ("error", "warning", "fine")]
    text += [
        ("ink", back) for back in ("fixed", "differs", "slot", *(f"shade{i}" for i in range(1, 6)))
    ]
    drawn = [(f"c{i}", "page") for i in range(10)] + [("forecast", "page")]
    weak = [pair for pair in text if _contrast(*(colour[c] for c in pair)) < 4.5]
    weak += [pair for pair in drawn if _contrast(*(colour[c] for c in pair)) < 3]
    assert weak == []
