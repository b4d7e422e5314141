"""Pairs of texts that must stay copies and pairs that must not become copies, by kind."""

import pytest
from copy_table import OTHERS, pairs, said

PAIRS = pairs()


def ids(found):
    return [f"{p.kind}-{p.language}-{p.text[:20]}" for p in found]


COPIES = [p for p in PAIRS if p.said == "copy"]
DIFFERENT = [p for p in PAIRS if p.said == "different"]


@pytest.mark.parametrize("beside", [OTHERS, ()], ids=["among others", "alone"])
@pytest.mark.parametrize("pair", COPIES, ids=ids(COPIES))
def test_a_difference_that_carries_nothing_makes_a_copy(pair, beside):
    assert said(pair.text, pair.other, beside) == "copy"
    assert said(pair.other, pair.text, beside) == "copy"


@pytest.mark.parametrize("beside", [OTHERS, ()], ids=["among others", "alone"])
@pytest.mark.parametrize("pair", DIFFERENT, ids=ids(DIFFERENT))
def test_a_difference_that_may_mean_something_makes_no_copy(pair, beside):
    assert said(pair.text, pair.other, beside) != "copy"
    assert said(pair.other, pair.text, beside) != "copy"


def test_the_table_has_sixty_of_each_in_ten_languages():
    for found in (COPIES, DIFFERENT):
        assert len(found) >= 60
        assert len({p.language for p in found}) >= 10
