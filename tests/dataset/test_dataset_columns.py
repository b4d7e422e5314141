"""What columns hold."""

import pytest

from auditor.dataset.columns.profile import KEPT, survey

WORDS = ("kettle", "lamp", "saddle", "curtain", "drill", "ladder", "bucket", "candle")


def column(*values):
    return survey((None, {"c": value}) for value in values)["c"]


def test_the_order_of_rows_decides_nothing():
    values = [f"{WORDS[i % 8]} number {i}" for i in range(3 * KEPT)]
    assert column(*values) == column(*values[::-1])


def test_of_many_values_the_number_is_estimated():
    found = column(*(f"{WORDS[i % 8]} number {i}" for i in range(20_000)))
    assert found.distinct == pytest.approx(20_000, rel=0.1)
    assert len(found.values) <= KEPT
    assert column(*["kettle", "lamp"] * 5000).distinct == 2


@pytest.mark.parametrize(
    "values",
    [
        ["The kettle leaks again", "My lamp hums at night", "The saddle is far too low"],
        ["壶又漏水了请尽快处理", "台灯整夜嗡嗡作响怎么办", "车座太低了骑着不舒服"],
        ["चायदानी फिर टपक रही है", "मेरा दीया रात भर गूंजता है", "काठी बहुत नीची है"],
        ["กาน้ำรั่วอีกแล้วช่วยด้วย", "โคมไฟส่งเสียงทั้งคืน", "อานเตี้ยเกินไปมาก"],
    ],
)
def test_text_reads_like_text_in_any_script(values):
    assert column(*values).texty


@pytest.mark.parametrize(
    "values",
    [
        ["0", "1", "0", "1"],
        ["2021-03-01", "2021-03-02", "2021-03-03"],
        ["Mon Apr 06 22:19:45 PDT 2009", "Tue Apr 07 01:02:03 PDT 2009"],
        ["https://example.org/kettle", "https://example.org/lamp"],
        ["B0042-K17", "B0043-K18", "B0044-K19"],
        ['[{"role": "user"}]', '[{"role": "bot"}]'],
        ["delivery", "billing", "delivery", "billing"],
    ],
)
def test_what_is_no_text_does_not_read_like_it(values):
    assert not column(*values).texty


@pytest.mark.parametrize(
    ("values", "labelly"),
    [
        (["sad", "calm"] * 4, True),
        (["0", "1", "2", "1"] * 4, True),
        (["sad"] * 8, False),
        (["train", "test"] * 4, False),
        (["2021-03-01", "2021-03-02"] * 4, False),
        ([f"B004{i % 4}" for i in range(16)], False),
        ([f"kettle {i}" for i in range(8)], False),
    ],
)
def test_a_label_repeats_itself_and_is_no_date_split_or_identifier(values, labelly):
    assert column(*values).labelly is labelly
