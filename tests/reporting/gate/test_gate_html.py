"""gate.html is one inert, offline page without script that answers on its first screen."""

from __future__ import annotations

import base64
import hashlib
import html.parser
import re

import pytest

from auditor.reporting.gate.html import VerdictHtml

VOID = {"meta"}


class Pattern(html.parser.HTMLParser):
    """Tags with the names of their attributes, ids and links, and the text between."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
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
        self.text += data


def render(verdict) -> str:
    return VerdictHtml().render(verdict)


def test_every_tag_is_closed_ids_are_unique_and_links_lead_somewhere(verdict):
    page = Pattern(render(verdict))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert page.open == []
    assert len(ids) == len(set(ids))
    links = {v.removeprefix("#") for t, n, v in page.attributes if (t, n) == ("a", "href")}
    labels = {v for _, n, v in page.attributes if n == "aria-labelledby"}
    assert links | labels <= set(ids)


def test_nothing_is_loaded_and_nothing_runs(verdict):
    page = render(verdict)
    names = {tag.split("[")[0] for tag in Pattern(page).tags}
    assert not {"script", "iframe", "object", "img", "link", "form"} & names
    assert not re.search(r"https?:|//[a-z]|@import|url\(| style=| on\w+=", page)


def test_the_policy_allows_this_style_and_nothing_else(verdict):
    page = render(verdict)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def test_hostile_text_is_only_text(hostile, make_verdict):
    page = render(hostile)
    assert Pattern(page).tags == Pattern(render(make_verdict())).tags
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", page
    )


@pytest.mark.parametrize(
    ("outcome", "answers"),
    [
        (
            "fail",
            [
                "Do not merge: 66 of 220 added rows (30.0%) are copies",
                "6 more failed. The branch changes the policy: near-duplicate fails from 0.5",
                "; the base's policy was used. 3 audit errors remain (label-conflict and near-",
                "they are about rows that the base already has. Categories were renamed: “billing”",
                "Near-duplicates +29 points interval 21 to 37 limit 3 points",
                "1.2% of 3,000 in the base, 30% of 220 added rows.",
                "Keep one row of each: copies add weight, not knowledge.",
                "Without the 67 rows of drop.csv the verdict is still FAIL.",
            ],
        ),
        (
            "inconclusive",
            ["Not enough data to decide: 18 rows", "Not enough data to decide", "−11 to 14"],
        ),
        ("pass", ["May be merged: none of 4 tests failed.", "Merge it", "0.8 points"]),
    ],
)
def test_the_first_screen_answers(outcome, answers, make_verdict):
    text = Pattern(render(make_verdict(outcome))).text
    first = re.sub(r"\s+", " ", text[: text.index("Findings new to the baseline")])
    for answer in answers:
        assert answer in first


def test_every_test_is_on_the_page_with_its_numbers(make_verdict):
    verdict = make_verdict()
    text = re.sub(r"\s+", " ", Pattern(render(verdict)).text)
    for tested in verdict.tested:
        assert tested.summary in text
    assert text.count("2.4 points") >= 2
    assert "reference-gap" in text
    assert "policy: near-duplicate" in text
    assert "fail 0.02, warn 0.01" in text


def test_examples_of_both_sets_are_shown_and_the_others_counted(make_verdict):
    page = render(make_verdict())
    assert "row 400, line 402" in page
    assert "In the base: rows 7, 9, 40–51" in page
    assert "The courier lost my refund parcel" in page
    assert "Showing 2 of 14 listed rows." in page


def test_a_pair_stands_side_by_side_with_its_differing_words_marked(make_verdict):
    page = re.sub(r"\s+", " ", render(make_verdict()))
    marked = '<mark class="differs">{}</mark>'
    assert (
        f"the order page {marked.format('shows')} only one payment{marked.format('!')}</span>"
    ) in page
    text = re.sub(r"\s+", " ", Pattern(render(make_verdict())).text)
    assert "row 17, line 19 Charged twice for March, the order page shows only" in text
    assert "repeats base row 88 Charged twice for March, the order page lists only" in text
    assert "repeats row 12, line 14 Charged twice" in text
    assert "row 230, line 232 shipping tracking says" in text
    assert "contradicts base row 140 order status Tracking says" in text
    assert "Showing 3 of 66 listed rows." in text


def test_a_pair_of_one_text_says_that_it_is_the_same(make_verdict):
    same = {"17": "Where is my parcel?", "88": "Where is my parcel?"}
    assert "word for word the same" in render(make_verdict(examples=same, base_examples=same))


def test_rows_that_could_not_be_read_are_named_with_line_and_reason(make_verdict):
    text = re.sub(r"\s+", " ", Pattern(render(make_verdict())).text)
    assert "row 41, line 43 the label is empty row 77, line 79 9 fields where" in text
    assert "could not be read" not in render(make_verdict(candidate=make_verdict().base))


def test_shares_of_the_added_rows_are_told_from_those_of_the_candidate(make_verdict):
    page = render(make_verdict())
    assert "Added rows, or candidate</th>" in page
    for cell in (
        'data-label="Now">30% of 220 added<',
        'data-label="Now">62% of 380<',
        'data-label="Now">31% (40 scored)<',
    ):
        assert cell in page


def test_without_text_pairs_are_rows_and_no_example_is_shown(make_verdict):
    page = render(make_verdict(no_text=True))
    assert "Charged twice" not in page
    assert 'class="text"' not in page
    assert "base row 88" in page
    assert "made without text" in page


def test_thousands_of_tests_make_a_small_page_that_says_what_it_leaves_out(
    make_verdict, make_tested
):
    many = tuple(make_tested("label-error", category=f"c{n}", rows=(n,)) for n in range(5000))
    page = render(make_verdict(tested=many))
    assert len(page) < 1_000_000
    assert "Showing 300 of 5,000 tests; gate.json (--format json) has all" in page
    assert "4,970 of the tests that fail, warn or are inconclusive are not listed here" in page


def test_bars_stay_inside_their_drawing(make_verdict):
    page = render(make_verdict())
    for start, width in re.findall(r'class="range" x="([\d.]+)"[^>]* width="([\d.]+)"', page):
        assert 4 <= float(start) <= float(start) + float(width) <= 236.1
    for place in re.findall(r'class="(?:zero|limit)" x1="([\d.]+)"|cx="([\d.]+)"', page):
        assert all(4 <= float(p) <= 236 for p in place if p)


def test_a_doubt_without_any_test_still_says_why(make_verdict):
    page = Pattern(render(make_verdict("inconclusive", tested=(), base=None, baseline=None))).text
    assert "No test was possible." in page
    assert "reference-gap was not done, no reference was given" in page
