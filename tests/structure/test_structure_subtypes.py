"""Subtypes: every row in one, thin ones told from the rest."""

import numpy as np
import pytest

from auditor.records.structure import CopyFamilies
from auditor.structure.subtypes import find_subtypes

REFUNDS = [
    f"{start} {end}"
    for start in ("I want my money back", "refund my purchase", "return the payment", "pay me back")
    for end in (
        *["now", "for the broken lamp", "because it is late", "to my card", "this week"],
        *["as you promised", "for both chairs", "in full", "for order one", "soon"],
    )
]
VOUCHERS = [
    "my voucher was not accepted",
    "the voucher has expired",
    "can a voucher be split",
    "voucher code says invalid",
]


def around(axis, n, *, seed, spread=0.35, dim=24):
    """Unit vectors (n, dim) scattered around one axis."""
    centre = np.zeros(dim)
    centre[axis] = 1.0
    noise = np.random.default_rng(seed).normal(size=(n, dim)) * spread / np.sqrt(dim)
    vectors = (centre + noise).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def planted(make_dataset):
    """Forty refunds, and four vouchers far from them; another category beside."""
    other = [f"how tall is lamp {i}" for i in range(20)]
    texts = REFUNDS + VOUCHERS + other
    categories = ["refund"] * 44 + ["question"] * 20
    vectors = np.concatenate(
        [around(0, 40, seed=0), around(1, 4, seed=1, spread=0.1), around(2, 20, seed=2)]
    )
    return make_dataset(texts, categories), vectors


def subtypes(dataset, vectors, *, families=None, templates=()):
    n = len(dataset.examples)
    families = np.arange(n) if families is None else np.asarray(families)
    return find_subtypes(
        dataset, dataset.texts, vectors, CopyFamilies(family=families), tuple(templates)
    )


def test_every_row_is_in_exactly_one_subtype(planted):
    found = subtypes(*planted)
    rows = np.concatenate([s.members for s in found])
    assert sorted(rows.tolist()) == list(range(64))


def test_a_subtype_holds_rows_of_its_own_category_only(planted):
    dataset, vectors = planted
    for subtype in subtypes(dataset, vectors):
        assert {dataset.examples[i].category for i in subtype.members} == {subtype.category}


def test_subtypes_are_called_by_category_and_number_largest_first(planted):
    found = [s for s in subtypes(*planted) if s.category == "refund"]
    assert [s.id for s in found] == [f"refund/{i}" for i in range(1, len(found) + 1)]
    sizes = [len(s.members) for s in found]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) > 1


def test_a_few_rows_far_from_the_rest_are_a_thin_candidate(planted):
    thin = [s for s in subtypes(*planted) if s.separation is not None]
    best = max(thin, key=lambda s: s.separation)
    assert best.members.tolist() == [40, 41, 42, 43]
    assert best.separation > 0.5
    assert all(s.separation < 0.3 for s in thin if s is not best)


def test_a_thin_candidate_is_described_by_its_own_words(planted):
    [found] = [s for s in subtypes(*planted) if s.members.tolist() == [40, 41, 42, 43]]
    assert found.keywords[0] == "voucher"
    assert found.typical in found.members


def test_what_is_not_thin_has_no_separation(planted):
    large = [s for s in subtypes(*planted) if len(s.members) > 12]
    assert large
    assert all(s.separation is None for s in large)


def test_the_typical_row_is_the_one_nearest_the_centre(planted):
    dataset, vectors = planted
    for subtype in subtypes(dataset, vectors):
        inside = vectors[subtype.members]
        nearest = subtype.members[np.argmax(inside @ inside.mean(axis=0))]
        assert subtype.typical == nearest


def test_the_order_of_the_rows_does_not_matter(make_dataset, planted):
    dataset, vectors = planted
    order = np.random.default_rng(7).permutation(len(vectors))
    moved = make_dataset(
        [dataset.examples[i].text for i in order], [dataset.examples[i].category for i in order]
    )

    def groups(found, names):
        return {
            (s.category, frozenset(names[i] for i in s.members), s.keywords, s.separation is None)
            for s in found
        }

    before = groups(subtypes(dataset, vectors), np.arange(len(order)))
    assert groups(subtypes(moved, vectors[order]), order) == before


def test_five_copies_count_as_one_example(make_dataset):
    dataset = make_dataset(["Where is my parcel?"] * 5)
    vectors = np.tile(around(0, 1, seed=0), (5, 1))
    [found] = subtypes(dataset, vectors, families=[0] * 5)
    assert found.effective_examples == pytest.approx(1.0)


def test_five_different_rows_count_as_five_examples(make_dataset):
    [found] = subtypes(make_dataset(REFUNDS[:5]), around(0, 5, seed=0))
    assert found.effective_examples == pytest.approx(5.0)


def test_two_groups_that_are_both_large_are_two_subtypes(make_dataset):
    texts = [f"{word} {i}" for word in ("refund me", "parcel lost") for i in range(60)]
    vectors = np.concatenate([around(0, 60, seed=0, spread=0.1), around(1, 60, seed=1, spread=0.1)])
    found = subtypes(make_dataset(texts), vectors)
    of = {int(i): s.id for s in found for i in s.members}
    assert not {of[i] for i in range(60)} & {of[i] for i in range(60, 120)}


def test_a_small_template_that_is_nearly_all_of_its_rows_is_a_thin_candidate(
    make_dataset, templates_of
):
    codes = [
        f"Your code is {1000 + 37 * i}. It is valid for 10 minutes. Never share it."
        for i in range(6)
    ]
    dataset = make_dataset(REFUNDS + codes)
    vectors = np.concatenate([around(0, 40, seed=0), around(1, 6, seed=1, spread=0.05)])
    templates = templates_of(dataset)
    found = subtypes(dataset, vectors, templates=templates)
    [thin] = [s for s in found if s.separation is not None and 40 in s.members]
    assert thin.members.tolist() == list(range(40, 46))
    assert thin.templates[0].members.tolist() == list(range(40, 46))


def test_a_subtype_names_the_templates_that_hold_rows_of_it(make_dataset, templates_of):
    letters = [
        f"Dear team, my name is {n}. I bought the {w} on 2024-03-{i + 2:02d}, order {i}: refund me!"
        for i, (n, w) in enumerate(
            [("Ada", "lamp"), ("Bo", "tent"), ("Cy", "sofa"), ("Di", "mug"), ("Ed", "bike")]
        )
    ]
    dataset = make_dataset(REFUNDS + letters)
    vectors = around(0, 45, seed=0)
    [template] = [t for t in templates_of(dataset) if t.excess > 0 and 40 in t.members]
    named = [s for s in subtypes(dataset, vectors, templates=[template]) if s.templates]
    assert {int(i) for s in named for i in s.members} >= set(range(40, 45))
    assert all(set(s.members.tolist()) & set(range(40, 45)) for s in named)


@pytest.mark.parametrize("n", [2, 3, 12, 13, 14])
def test_a_category_of_any_size_has_subtypes(make_dataset, n):
    found = subtypes(make_dataset(REFUNDS[:n]), around(0, n, seed=n))
    assert sorted(i for s in found for i in s.members.tolist()) == list(range(n))


def test_a_category_of_one_row_has_one_subtype(make_dataset):
    texts, categories = [*REFUNDS[:5], "hello"], ["refund"] * 5 + ["greeting"]
    found = subtypes(make_dataset(texts, categories), around(0, 6, seed=0))
    assert [(s.id, s.members.tolist()) for s in found if s.category == "greeting"] == [
        ("greeting/1", [5])
    ]
