"""Skeletons that begin and end alike: which two share most, and how often they are compared."""

from __future__ import annotations

import random

import pytest

from auditor.structure import template_merging as module
from auditor.structure.patterns import SLOT, STRUCTURAL, fixed, is_word, shared
from auditor.structure.template_merging import MIN_TEMPLATE_WEIGHT, MIN_TEMPLATE_WORDS, Variants

PEOPLE = ("Aino", "Bram", "Chidi", "Dalia")
OPENING = ("hello", "support", "team", ",")


def pattern(text):
    return tuple(text.split(" "))


def variants_of(*patterns):
    variants = Variants()
    for one in patterns:
        variants.add(one)
    return variants


def merged(patterns):
    """The pairs, by number, in the order in which they are taken; what two share comes anew."""
    known, variants, taken = list(patterns), variants_of(*patterns), []
    while pair := variants.take():
        taken.append(pair)
        known.append(shared(*(known[k] for k in pair)))
        variants.add(known[-1])
    return taken


def merged_by_comparing_all(patterns):
    """The same in the plain way: after each merge every pair is looked at."""
    known, apart, taken = list(patterns), [*range(len(patterns))], []
    while True:
        best = (0, (0, 0))
        for i in apart:
            for j in (k for k in apart if k < i):
                tokens = fixed(shared(known[i], known[j]))
                words = sum(map(is_word, tokens))
                weight = words + STRUCTURAL * (len(tokens) - words)
                if weight >= MIN_TEMPLATE_WEIGHT and (
                    words >= MIN_TEMPLATE_WORDS or "\n" in tokens
                ):
                    best = max(best, (weight, (j, i)))
        if not best[0]:
            return taken
        taken.append(best[1])
        apart = [k for k in apart if k not in best[1]] + [len(known)]
        known.append(shared(*(known[k] for k in best[1])))


def test_the_two_that_begin_and_end_most_alike_are_taken_first():
    found = variants_of(
        pattern("dear team , my parcel <*> is lost , regards <*>"),
        pattern("dear team , the invoice <*> is wrong"),
        pattern("dear team , my parcel <*> came open , regards <*>"),
    )
    assert found.take() == (0, 2)
    assert found.take() is None  # one is left


def test_of_equals_the_later_ones_are_taken():
    same = [(*OPENING, word, SLOT) for word in ("lamps", "boots", "chairs")]
    assert variants_of(*same).take() == (1, 2)


def test_a_word_alike_is_no_template():
    assert variants_of(pattern("hello <*> lamp"), pattern("hello <*> boots")).take() is None


def test_marks_weigh_more_than_words_but_need_words_or_lines_beside_them():
    assert variants_of(pattern("# # <*> a"), pattern("# # <*> b")).take() is None
    assert variants_of(("#", "\n", SLOT, "a"), ("#", "\n", SLOT, "b")).take() == (0, 1)
    assert variants_of(pattern("# my no <*> a"), pattern("# my no <*> b")).take() is None
    assert variants_of(pattern("# my no : <*> a"), pattern("# my no : <*> b")).take() == (0, 1)


def test_what_is_counted_at_the_start_is_not_counted_at_the_end():
    """One pattern is the start of the other: they share no more tokens than the shorter has."""
    short = pattern("my own order <*>")
    assert variants_of(short, (*short, *short)).take() is None  # three words weigh three


@pytest.mark.parametrize("seed", range(8))
def test_they_are_merged_as_by_comparing_all_pairs_each_time(seed):
    draw = random.Random(seed)
    words = ["my", "order", "late", "<number>", ",", "\n", SLOT]
    starts, ends = ([draw.choices(words, k=4) for _ in range(5)] for _ in range(2))
    patterns = [
        (*draw.choice(starts), *draw.choices(words, k=draw.randint(0, 3)), *draw.choice(ends))
        for _ in range(30)
    ]
    found = merged(patterns)
    assert found == merged_by_comparing_all(patterns)
    assert len(found) > 10


@pytest.fixture
def compared(monkeypatch):
    """How many pairs were compared so far; each has its start and its end looked at."""
    counted, cdist = [0], module.cdist

    def counting(queries, choices, **options):
        counted[0] += len(queries) * len(choices)
        return cdist(queries, choices, **options)

    monkeypatch.setattr(module, "cdist", counting)
    return lambda: counted[0] / 2


def test_a_pair_is_compared_about_once_however_many_merges_there_are(compared):
    """n patterns and the n - 1 that come of them: n squared pairs, where all anew were n cubed."""
    n = 120
    merged([(*OPENING, f"word{i}", SLOT) for i in range(n)])
    assert n * (n - 1) / 2 < compared() <= 1.1 * n * n


@pytest.mark.parametrize("seed", range(3))
def test_so_it_is_where_patterns_are_nested(compared, seed):
    draw = random.Random(seed)
    n = 120
    merged([(*OPENING, *(draw.choice("abc") for _ in range(6)), SLOT, f"w{i}") for i in range(n)])
    assert compared() <= 1.1 * n * n


def test_templates_of_one_opening_are_compared_so_as_well(compared, make_dataset, templates_of):
    """Messages of which four people send each; the opening alone is no evident template."""
    draw, n = random.Random(0), 40
    words = ["".join(draw.choices("aeioubdfklmnprst", k=7)) for _ in range(900)]
    texts = []
    for _ in range(n):
        before, after = (" ".join(draw.choices(words, k=12)) for _ in range(2))
        texts += [f"Hello support team, {before} {name} {after}" for name in PEOPLE]
    found = templates_of(make_dataset(texts))
    assert len([t for t in found if t.excess > 0]) == 2 * n - 1  # each, and each union
    assert 0 < compared() <= 1.1 * n * n
