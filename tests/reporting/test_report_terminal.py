"""Text keeps to the columns of a terminal, whatever its script."""

from __future__ import annotations

import re
from textwrap import wrap

import pytest
from rich.cells import cell_len

from auditor.reporting.terminal import cut, left, right, wrapped

TEXTS = {
    "latin": "The parcel came late, and the van had left before anybody answered the bell.",
    "wide": "小包が届いていません。配達員はいつ来ますか。今日も一日中待っていました。",
    "mixed": "Order 41: 小包が届いていません and nobody answers, 배송이 너무 늦어요 since Monday",
    "combining": "caf\u0065\u0301 " * 20,
    "emoji": "late again \N{POUTING FACE} " * 8,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("columns", [10, 21, 34])
def test_every_line_fits_and_nothing_is_lost(text, columns):
    lines = wrapped(text, columns)
    assert max(map(cell_len, lines)) <= columns
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("columns", [10, 21, 34, 200])
def test_lines_break_where_those_of_textwrap_do(columns):
    assert wrapped(TEXTS["latin"], columns) == wrap(TEXTS["latin"], columns)


def test_spaces_inside_a_line_stay():
    assert wrapped("fail         3.1%  copies", 40) == ["fail         3.1%  copies"]


def test_a_wide_text_goes_on_in_the_line_that_it_begins_in():
    assert wrapped("Row 3 荷物が届いていません", 12)[0] == "Row 3 荷物が"


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_last_line_says_that_there_is_more(text):
    lines = wrapped(text, 12, most=2)
    assert len(lines) == 2
    assert lines[1].endswith(" …")
    assert max(map(cell_len, lines)) <= 12
    assert wrapped(text, 200, most=2) == wrapped(text, 200)


def test_marks_that_combine_take_no_column():
    assert cut("n\u0303" * 10, 10) == "n\u0303" * 10
    assert cut("n\u0303" * 11, 10) == "n\u0303" * 9 + "…"


def test_columns_stand_below_each_other_in_any_script():
    for name in ("tickets", "問い合わせ", "re\u0301clamations"):
        assert cell_len(left(name, 12)) == cell_len(right(name, 12)) == 12
    assert left("問い合わせ", 4) == right("問い合わせ", 4) == "問い合わせ"
