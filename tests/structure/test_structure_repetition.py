"""How much of a category's wording recurs, where no single template stands out."""

import itertools
import random

import numpy as np
import pytest

from auditor.records.structure import CopyFamilies
from auditor.structure.repetition import MIN_EXAMPLES, MIN_RECURRING, SAMPLE_SIZE, find_repetition

OPENINGS = (
    *("can you help me to", "i would like to", "i do not know how to", "what must i do to"),
    *("is it possible to", "i need assistance to", "could somebody show me how to"),
)
ACTIONS = ("check", "pay", "download", "cancel", "contest", "print", "forward", "correct")
ENDINGS = (
    *("the invoice of last month", "a bill from your shop", "my receipt for the lamp"),
    *("the credit note you sent", "an invoice in my name", "the bill for my sister"),
)
FILLED = [" ".join(parts) for parts in itertools.product(OPENINGS, ACTIONS, ENDINGS)]


@pytest.fixture
def rambling(varied):
    """So many texts of the words of real messages, in no order: nothing of them recurs."""

    def rambling(count, words=11):
        pool = " ".join(varied).split()
        return [" ".join(random.Random(i).sample(pool, words)) for i in range(count)]

    return rambling


@pytest.fixture
def repetition(make_dataset, templates_of):
    """What recurs in one category of `texts`; `family` numbers the copies."""

    def repetition(texts, family=None, *, templates=None):
        dataset = make_dataset(texts)
        copies = CopyFamilies(family=np.arange(len(texts)) if family is None else np.array(family))
        if templates is None:
            templates = templates_of(dataset, copies.family)
        return find_repetition(dataset, copies, templates, seed=0)

    return repetition


def test_wording_from_many_small_templates_recurs(repetition):
    [found] = repetition(FILLED, templates=())
    assert found.coverage > 0.8
    assert found.low <= found.coverage <= found.high
    assert (found.category, found.examples) == ("delivery", len(FILLED))


def test_words_in_no_order_do_not_recur(repetition, rambling):
    [found] = repetition(rambling(300))
    assert found.coverage < 0.02
    assert found.members.tolist() == []


def test_more_rows_of_the_same_kind_do_not_make_it_more(repetition, rambling):
    """Shares of recurring words grow with the number of rows; draws of one size do not."""
    half = [t for pair in zip(FILLED, rambling(len(FILLED)), strict=True) for t in pair]
    [few], [many] = repetition(half[:220], templates=()), repetition(half, templates=())
    assert few.coverage == pytest.approx(many.coverage, abs=0.1)


def test_the_rows_are_those_made_of_what_recurs(repetition, rambling):
    texts = rambling(200) + FILLED[:200]
    [found] = repetition(texts, templates=())
    assert set(found.members.tolist()) <= set(range(200, 400))
    assert len(found.members) > 180


def test_with_few_examples_nothing_is_said(repetition):
    assert repetition(FILLED[: MIN_EXAMPLES - 1]) == ()
    assert len(repetition(FILLED[:MIN_EXAMPLES], templates=())) == 1


def test_copies_are_one_example(repetition):
    assert repetition(FILLED[:150] * 2, [*range(150)] * 2) == ()


def test_rows_of_an_evident_template_are_left_to_it(repetition, rambling):
    form = "Ticket #{}\nCustomer: no. {}\nShop: no. {}\nProblem:\n{}\n"
    forms = [form.format(i, 7 * i, 3 * i, text) for i, text in enumerate(rambling(100, 6))]
    [found] = repetition(rambling(250) + forms)
    assert found.examples == 250


def test_the_templates_that_hold_most_of_it_are_named_once(repetition):
    [found] = repetition(FILLED)
    assert 2 <= len(found.matches) <= 6
    held = [set(t.members.tolist()) for t in found.matches]
    assert all(2 * len(a & b) < len(b) for a, b in itertools.combinations(held, 2))


def test_what_recurs_is_what_four_of_a_hundred_hold(repetition, rambling):
    """A phrase in one row of fifty is in two of a hundred: it does not recur."""
    phrase = "on the other hand side of things "
    seldom = [phrase * (i % 50 == 0) + t for i, t in enumerate(rambling(500))]
    often = [phrase * (i % 10 == 0) + t for i, t in enumerate(rambling(500))]
    assert MIN_RECURRING / SAMPLE_SIZE == 0.04
    [seldom], [often] = repetition(seldom, templates=()), repetition(often, templates=())
    assert seldom.coverage < 0.02 < often.coverage
