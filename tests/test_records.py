"""What flows from stage to stage: what an example is, and which rows are copies of one."""

from collections import Counter
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pandas as pd
import pytest

import auditor
from auditor.records.dataset import Dataset, Example
from auditor.records.evidence import Evidence
from auditor.records.structure import CopyFamilies, Embeddings, Neighbours


def dataset(*examples, **fields):
    return Dataset(name="d", examples=examples, rows_read=len(examples), roles={}, **fields)


def example(row=0, text="Where is it?", category="late", **fields):
    return Example(row=row, text=text, category=category, **fields)


@pytest.fixture
def make_evidence():
    """Evidence of examples with the given families of one text, and nothing else."""

    def make(examples, families):
        rows, data = examples, dataset(*examples)
        same_text = CopyFamilies(family=np.array(families))
        nothing = np.zeros((len(rows), 1), dtype=np.int64)
        empty = np.zeros((len(rows), 1), dtype=np.float32)
        return Evidence(
            dataset=data,
            embeddings=Embeddings(
                vectors=empty,
                windows=nothing,
                unknown=empty,
                embedder="",
                revision="",
                precision="",
            ),
            neighbours=Neighbours(index=nothing - 1, cosine=empty - 1),
            copies=same_text.split_by(data.kinds),
            same_text=same_text,
            fold_units=same_text.family,
            seed=0,
        )

    return make


@pytest.fixture
def make_beside(make_evidence):
    """`labels_of_other_kinds` of rows (label, context) with the given families of one text."""

    def make(rows, families):
        examples = [example(category=c, context=told) for c, told in rows]
        return make_evidence(examples, families).labels_of_other_kinds

    return make


def test_a_context_is_part_of_what_an_example_is():
    contents = [example(context=c).content for c in (None, "Be kind.", "Be brief.")]
    assert len({*contents}) == 3
    assert example(category="lateBe kind.").content != example(context="Be kind.").content


def test_rows_are_of_one_kind_where_the_context_is_the_same_but_for_case_and_spaces():
    told = [example(context=c) for c in ("Be kind.", " be  KIND.\n", "Be brief.", None, " ")]
    kinds = dataset(*told).kinds
    assert kinds[0] == kinds[1] != kinds[2]
    assert kinds[3] == kinds[4] != kinds[0]


def test_labels_make_kinds_only_where_a_text_may_have_several():
    rows = example(category="late"), example(category="lost")
    assert len({*dataset(*rows).kinds}) == 1
    assert len({*dataset(*rows, multi_label=True).kinds}) == 2


def test_families_are_taken_apart_and_numbered_by_first_member():
    families = CopyFamilies(family=np.array([0, 1, 0, 1, 0]))
    assert families.split_by("aabba").family.tolist() == [0, 1, 2, 3, 0]
    assert families.split_by("aaaaa").family.tolist() == [0, 1, 0, 1, 0]


def test_families_of_some_rows_keep_their_pairs_for_review():
    """Positions 4, 2 and 1 of five; of the pairs one is among them."""
    families = CopyFamilies(family=np.array([0, 1, 0, 2, 1]), review=np.array([[0, 3], [1, 2]]))
    found = families.among(np.array([4, 2, 1]))
    assert found.family.tolist() == [1, 0, 1]
    assert found.review.tolist() == [[1, 2]]
    assert families.among(np.array([], dtype=np.int64)).review.shape == (0, 2)


def test_labels_beside_are_those_of_the_text_in_rows_of_other_kinds(make_beside):
    rows = [("late", "Be kind."), ("lost", "Be brief."), ("late", "Be brief."), ("lost", None)]
    assert make_beside(rows, [0, 0, 0, 1]) == {0: {1}}
    assert make_beside(rows, [0, 1, 2, 3]) == {}


def test_copies_under_two_labels_stay_a_contradiction(make_beside):
    rows = [("late", "Be kind."), ("lost", "Be kind."), ("late", "Be brief.")]
    assert make_beside(rows, [0, 0, 0]) == {2: {1}}


def test_copies_and_the_rows_of_a_group_are_one_unit_joined_where_they_meet(make_evidence):
    groups = ("ann", None, "ann", "bea", None, "bea", None)
    rows = [example(row=i, group=g) for i, g in enumerate(groups)]
    units = make_evidence(rows, families=[0, 1, 2, 3, 2, 5, 6]).units
    assert len(np.unique(units)) == 4
    assert units[0] == units[2] == units[4]
    assert units[3] == units[5]


def test_without_groups_and_copies_each_row_is_a_unit(make_evidence):
    rows = [example(row=i) for i in range(3)]
    assert len(np.unique(make_evidence(rows, families=[0, 1, 2]).units)) == 3


# --- what is derived, and parts -------------------------------------------------------------------

DERIVED = ("texts", "rows", "categories", "codes", "kinds", "fingerprint")
TOLD = (
    example(4, "Where is my ladder?", "tools"),
    example(2, "The kettle leaks.", "kitchen", context="Be brief."),
    example(9, "Is the saw sharp?", "tools"),
)


@pytest.mark.parametrize("name", DERIVED)
def test_what_is_derived_of_the_rows_is_computed_once(name):
    data = dataset(*TOLD)
    assert getattr(data, name) is getattr(data, name)


def test_the_hash_of_an_example_is_computed_once():
    assert TOLD[0].content is TOLD[0].content
    assert replace(TOLD[0], row=7).content == TOLD[0].content
    assert replace(TOLD[0], category="sheds").content != TOLD[0].content


def test_what_was_computed_is_no_part_of_what_an_example_is():
    asked, fresh = example(), example()
    assert asked.content
    assert (asked, hash(asked), repr(asked)) == (fresh, hash(fresh), repr(fresh))


@pytest.mark.parametrize("name", ["rows", "codes"])
def test_derived_arrays_are_read_only(name):
    with pytest.raises(ValueError, match="read-only"):
        getattr(dataset(*TOLD), name)[0] = 1


@pytest.mark.parametrize("name", DERIVED)
def test_nothing_derived_can_be_replaced(name):
    data = dataset(*TOLD)
    assert getattr(data, name) is not None
    with pytest.raises(FrozenInstanceError):
        setattr(data, name, None)


def test_a_part_holds_these_rows_in_this_order_and_what_is_derived_is_of_them():
    whole = dataset(*TOLD, held_out=TOLD[:1])
    assert whole.codes.tolist() == [1, 0, 1]
    part = whole.take(np.array([2, 0]))
    assert part.examples == (TOLD[2], TOLD[0])
    assert (part.categories, part.codes.tolist(), part.rows.tolist()) == (
        ("tools",),
        [0, 0],
        [9, 4],
    )
    assert (part.held_out, part.rejected, part.rows_read) == ((), (), 2)
    assert part.name == whole.name


def test_no_rows_are_a_part_too():
    part = dataset(*TOLD).take([])
    assert (part.texts, part.categories, part.codes.tolist()) == ((), (), [])


def test_a_part_of_embeddings_holds_the_vectors_of_these_rows_in_this_order():
    whole = Embeddings(
        vectors=np.eye(3, dtype=np.float32),
        windows=np.array([1, 2, 3]),
        unknown=np.array([0.0, 0.5, 1.0], dtype=np.float32),
        embedder="e",
        revision="1",
        precision="float32",
    )
    part = whole.take(np.array([2, 0]))
    assert part.vectors.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert (part.windows.tolist(), part.unknown.tolist()) == ([3, 1], [1.0, 0.0])
    assert (part.embedder, part.revision, part.precision) == ("e", "1", "float32")


def test_one_audit_computes_what_is_derived_once_of_each_dataset(monkeypatch, tickets, quick):
    """Codes were computed 151 times in an audit of 763 rows, categories 286 times."""
    asked = {name: [] for name in DERIVED}  # the datasets themselves: an id may be given anew
    for name in DERIVED:
        count(monkeypatch, name, asked[name])
    auditor.audit(pd.DataFrame(tickets), **quick)
    times = {name: Counter(map(id, of)) for name, of in asked.items()}
    assert {name: max(of.values(), default=0) for name, of in times.items()} == dict.fromkeys(
        DERIVED, 1
    )


def count(monkeypatch, name, asked):
    """Adds each dataset to `asked` when `name` is computed of it."""
    compute = vars(Dataset)[name].func
    monkeypatch.setattr(
        vars(Dataset)[name], "func", lambda data: asked.append(data) or compute(data)
    )
