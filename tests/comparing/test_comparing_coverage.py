"""Regions: a planted loss is found, chance finds none, copies cover no more than one row, and what
the gate says of a lost subject a comparison says too."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from auditor.comparing.coverage import find_regions
from auditor.comparing.distinctive_ngrams import count_grams
from auditor.gating.coverage import coverage_tests, find_subjects
from auditor.gating.decisions import decide
from auditor.gating.policy import Policy, Rule
from auditor.pool import make_pool
from auditor.records.dataset import Dataset, Example

DIM = 16


def dataset(texts, category="a"):
    examples = (Example(row=i, text=t, category=category) for i, t in enumerate(texts))
    ordered = tuple(sorted(examples, key=lambda e: e.content))
    return Dataset(name="d", examples=ordered, rows_read=len(ordered), roles={})


def vector(text):
    """Texts of one kind, their first word, lie about one direction."""
    kind, number = text.split()
    centre = np.random.default_rng([ord(c) for c in kind]).normal(size=DIM)
    noise = np.random.default_rng([ord(c) for c in kind + number]).normal(size=DIM)
    mixed = centre + 0.7 * noise
    return (mixed / np.linalg.norm(mixed)).astype(np.float32)


def of_both(base, candidate, families=None):
    """The pool, its vectors and its families."""
    both = make_pool(dataset(base), dataset(candidate))
    texts = both.dataset.texts
    numbers = np.arange(len(texts)) if families is None else np.array([families(t) for t in texts])
    return both, np.stack([vector(t) for t in texts]), numbers


def regions_of(base, candidate, families=None):
    both, vectors, numbers = of_both(base, candidate, families)
    grams = count_grams([t.split() for t in both.dataset.texts], (1, 1), 2)
    return find_regions(both, vectors, numbers, grams)


def failed(base, candidate, families=None):
    """What the gate fails as lost: examples of the base, of the candidate, and p."""
    both, vectors, numbers = of_both(base, candidate, families)
    tests = coverage_tests(
        both, find_subjects(both, vectors, both.removed), numbers, Rule(fail_rise=0.10)
    )
    tested = decide(both, [tests], Policy()).tested
    return [(t.base_of, round(t.candidate * t.base_of), t.p) for t in tested if t.status == "fail"]


def lost(found):
    return [(r.base, r.candidate, r.p) for r in found if r.missing_in == "candidate"]


def gained(found):
    return [(r.candidate, r.base, r.p) for r in found if r.missing_in == "base"]


def kinds(prefix, sizes):
    return [f"{k} {prefix}{i}" for k, n in sizes.items() for i in range(n)]


def test_a_lost_subtype_is_found_with_its_words():
    base = kinds("b", {"late": 30, "lost": 30, "broken": 30, "wrong": 30})
    candidate = kinds("c", {"late": 40, "lost": 40, "broken": 40})
    (only,) = regions_of(base, candidate)
    assert only.missing_in == "candidate"
    assert only.base >= 28
    assert only.candidate == 0
    assert "wrong" in only.keywords
    assert only.p < 0.01


def test_a_gained_subtype_is_one_that_the_base_lacks():
    base = kinds("b", {"late": 40, "lost": 40})
    candidate = base + kinds("c", {"late": 40, "wrong": 40})
    (only,) = regions_of(base, candidate)
    assert only.missing_in == "base"
    assert only.candidate == 40


def test_variations_of_one_row_are_no_coverage():
    base = kinds("b", {"late": 40, "lost": 40})
    candidate = base + kinds("c", {"late": 40, "wrong": 40})
    assert (
        regions_of(base, candidate, lambda t: 0 if "wrong" in t else zlib.crc32(t.encode())) == ()
    )


@pytest.mark.parametrize("seed", range(8))
def test_halves_of_one_set_lack_nothing(seed):
    rows = kinds("r", {"late": 40, "lost": 40, "broken": 40, "wrong": 40})
    half = np.random.default_rng(seed).permutation(len(rows)) < len(rows) // 2
    one = [r for r, h in zip(rows, half, strict=True) if h]
    other = [r for r, h in zip(rows, half, strict=True) if not h]
    assert regions_of(one, other) == ()


ALL = kinds("b", {"late": 40, "lost": 40, "broken": 40, "wrong": 40})


def thinned(rows, **left):
    """Without the rows of a kind beyond the first `left`."""
    return [r for r in rows if int(r.split()[1][1:]) < left.get(r.split()[0], 40)]


@pytest.mark.parametrize(
    "left",
    [{"wrong": 2}, {"wrong": 0}, {"wrong": 2, "late": 3}, {"wrong": 12}, {"broken": 0, "lost": 1}],
    ids=str,
)
@pytest.mark.parametrize("new", [{}, {"late": 30, "lost": 30}, {"odd": 60}], ids=str)
def test_what_the_gate_fails_as_lost_a_comparison_lists_with_the_same_rows_and_p(left, new):
    candidate = thinned(ALL, **left) + kinds("n", new)
    failing = failed(ALL, candidate)
    assert failing
    assert failing == lost(regions_of(ALL, candidate))


@pytest.mark.parametrize(
    "left", [{}, {"wrong": 36}, {"wrong": 30, "late": 30, "lost": 30}], ids=str
)
def test_what_the_gate_passes_a_comparison_does_not_list(left):
    candidate = thinned(ALL, **left)
    assert failed(ALL, candidate) == []
    assert regions_of(ALL, candidate) == ()


def test_much_that_was_gained_hides_nothing_that_was_lost():
    grown = thinned(ALL, wrong=14) + kinds("n", {"odd": 300, "new": 300, "more": 300})
    assert failed(ALL, grown)
    assert lost(regions_of(ALL, grown)) == failed(ALL, grown)


def test_what_one_set_has_lost_the_other_has_gained():
    candidate = thinned(ALL, wrong=1) + kinds("n", {"odd": 50})
    there, back = regions_of(ALL, candidate), regions_of(candidate, ALL)
    assert lost(there)
    assert gained(there)
    assert lost(there) == gained(back)
    assert gained(there) == lost(back)


def test_copies_that_stay_keep_a_subject_for_both():
    """All but one of its rows leave, and each is a copy of that one."""

    def one(text):
        return 0 if "wrong" in text else 1 + zlib.crc32(text.encode())

    candidate = thinned(ALL, wrong=1)
    assert failed(ALL, candidate, one) == []
    assert regions_of(ALL, candidate, one) == ()


def test_rows_labelled_anew_are_neither_lost_nor_gained():
    def of_two(moved):
        rows = [(t, "b" if t.startswith(moved) else "a") for t in ALL]
        examples = [Example(row=i, text=t, category=c) for i, (t, c) in enumerate(rows)]
        ordered = tuple(sorted(examples, key=lambda e: e.content))
        return Dataset(name="d", examples=ordered, rows_read=len(rows), roles={})

    both = make_pool(of_two("late"), of_two(("late", "wrong")))
    texts = both.dataset.texts
    number = {t: i for i, t in enumerate(sorted(set(texts)))}
    grams = count_grams([t.split() for t in texts], (1, 1), 2)
    vectors = np.stack([vector(t) for t in texts])
    assert both.removed.sum() == both.added.sum() == 40
    assert find_regions(both, vectors, np.array([number[t] for t in texts]), grams) == ()


def test_rows_that_are_shown_are_rows_of_their_own_files():
    candidate = thinned(ALL, wrong=2)[::-1]
    (only,) = regions_of(ALL, candidate)
    assert {ALL[r].split()[0] for r in only.base_rows} == {"wrong"}
    assert {candidate[r].split()[0] for r in only.candidate_rows} == {"wrong"}
