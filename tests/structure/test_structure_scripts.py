"""Templates in scripts without spaces: found where they are, and only there."""

import numpy as np
import pytest
from benchmarks.languages import LANGUAGES, messages, plant

from auditor.records.structure import CopyFamilies
from auditor.structure.characters import is_unspaced, words_in
from auditor.structure.patterns import pattern_text, tokenise
from auditor.structure.repetition import find_repetition
from auditor.structure.templates import find_templates, without_templates
from auditor.structure.tokens import tokens


def templates(make_dataset, rows):
    dataset = make_dataset([t for t, _ in rows], [c for _, c in rows])
    alone = CopyFamilies(family=np.arange(len(rows)))
    found = find_templates(dataset, alone)
    return dataset, [t for t in found if t.excess > 0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_is_found_in_every_language(make_dataset, language):
    planted = plant(language)
    dataset, found = templates(make_dataset, planted.rows)
    texts = {dataset.examples[i].text for i in found[0].members}
    assert texts == {planted.rows[i][0] for i in planted.template}
    assert found[0].coverage > 0.8


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_that_a_few_messages_share_are_no_form(make_dataset, language):
    assert templates(make_dataset, messages(language, of_each=36))[1] == []


def test_a_character_weighs_what_it_says():
    """Of the parallel sentences English has 7.9 words each."""
    assert (words_in("退"), words_in("の"), words_in("ที่"), words_in("refund")) == (
        0.7,
        0.4,
        0.35,
        1.0,
    )
    for language in LANGUAGES:
        sentences = [s for of in LANGUAGES[language]["asks"].values() for s in of]
        amount = sum(words_in(t) for s in sentences for t, _, _ in tokens(s) if t[0].isalnum())
        assert 5 < amount / len(sentences) < 9


def test_a_pattern_is_written_as_its_language_is():
    assert pattern_text(("账", "单", "<number>", "，", "请", "核", "对", "<*>")) == (
        "账单 <number>，请核对 <*>"
    )
    assert pattern_text(("ใ", "บ", "ที่", "<*>")) == "ใบที่ <*>"
    assert pattern_text(("hello", ",", "<*>", "!")) == "hello, <*>!"


def test_what_is_left_of_a_text_keeps_its_characters_together(make_dataset):
    things = set(LANGUAGES["zh"]["things"])
    wide = [f"账单已登记，商品为{thing * 9}，请核对金额" for thing in things]
    rows = [*((w, "billing") for w in wide), *messages("zh", of_each=12)]
    dataset, found = templates(make_dataset, rows)
    left = without_templates(dataset.texts, found)
    assert {left[i] for i in found[0].members} == {thing * 9 for thing in things}


@pytest.mark.parametrize("language", ["zh", "ja", "th"])
def test_wording_recurs_as_much_as_the_same_sentences_do_in_english(make_dataset, language):
    """Three words are four Chinese characters, and nine Thai ones."""

    def recurring(of):
        rows = messages(of, of_each=60)
        rows = [(text, "all") for text, _ in rows]
        dataset = make_dataset([t for t, _ in rows], ["all"] * len(rows))
        [found] = find_repetition(dataset, CopyFamilies(family=np.arange(len(rows))), (), 0)
        return found.coverage

    assert recurring(language) == pytest.approx(recurring("en"), abs=0.1)


def test_which_scripts_have_no_spaces():
    assert all(map(is_unspaced, "退のカーที"[:4]))
    assert not any(map(is_unspaced, "aяعह가1,。"))


def test_tokens_of_a_template_stand_where_the_text_has_them():
    [row] = tokenise(["ใบที่ 12"])
    assert [row.text[a:b] for a, b in row.spans] == ["ใ", "บ", "ที่", "12"]
