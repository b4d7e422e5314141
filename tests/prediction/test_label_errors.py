"""Which labels look wrong, how likely each is, and how many: on written sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from auditor.embedding.hashing import HashingEmbedder
from auditor.prediction import label_errors, label_probes, planted_errors, words
from auditor.prediction.folds import keep_near_together
from auditor.prediction.label_errors import doubtful, find_label_errors, suspect, too_few
from auditor.prediction.label_probes import MAX_SCORE, LabelProbes, Suspicion
from auditor.prediction.planted_errors import GRID, Share
from auditor.records.dataset import Dataset, Example
from auditor.records.probes import LabelErrors
from auditor.records.structure import CopyFamilies
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest

NEAR = 20
SUBJECTS = {
    "allotment": ("water butt", "shed roof", "plot fence", "compost bay", "glass frame"),
    "choir": ("alto line", "rehearsal room", "score folder", "concert dress", "tour coach"),
    "ferry": ("car deck", "night cabin", "boarding card", "dog kennel", "lounge seat"),
    "library": ("overdue book", "reading lamp", "audio tape", "study desk", "map drawer"),
}
SAYING = (
    "who do I ask about the {0}",
    "the {0} was not what we had agreed on",
    "could somebody have a look at our {0} before Friday",
    "I should like to swap my {0} for another",
    "is there a waiting list for a {0}",
    "last year the {0} cost half of that",
    "our {0} has been out of use since the storm",
    "please tell me the rules for the {0}",
    "nobody answers when I ring because of the {0}",
    "my neighbour says the {0} is free of charge",
)
ENDS = ("", " at all", " this week", " in the afternoon", " for two", " again", " if possible")
Pair = tuple[str, str]  # text, category


def write(of_each: int, seed: int = 0, kinds: Sequence[str] = tuple(SUBJECTS)) -> list[Pair]:
    """`of_each` different sentences of each category."""
    random = np.random.default_rng(seed)
    out = []
    for category in kinds:
        every = [
            say.format(subject) + end
            for subject in SUBJECTS[category]
            for say in SAYING
            for end in ENDS
        ]
        out += [(every[i], category) for i in random.permutation(len(every))[:of_each]]
    return out


def flip(pairs: Sequence[Pair], share: float, seed: int = 0) -> tuple[list[Pair], set[str]]:
    """The pairs with a share of the labels changed to any other, and the texts of those."""
    random = np.random.default_rng(seed + 100)
    names, wrong = sorted({c for _, c in pairs}), set()
    out = list(pairs)
    for i in random.permutation(len(pairs))[: round(share * len(pairs))].tolist():
        text, category = pairs[i]
        out[i] = (text, str(random.choice([c for c in names if c != category])))
        wrong.add(text)
    return out, wrong


def found_in(data: Dataset, beside=None, seed: int = 0) -> LabelErrors | None:
    embeddings = HashingEmbedder().embed(data.texts)
    near = nearest(embeddings.vectors, NEAR)
    copies = find_copies(data.texts, near)
    fold_units = keep_near_together(data, copies)
    return find_label_errors(
        data, data.texts, embeddings, near, fold_units, copies, beside or {}, seed
    )


@pytest.fixture(scope="module")
def flipped(dataset_of):
    """240 sentences of which 12 stand under a wrong label, and what was found."""
    pairs, wrong = flip(write(60), 0.05)
    data = dataset_of(pairs)
    return data, np.array([t in wrong for t in data.texts]), found_in(data)


# --- what is found --------------------------------------------------------------------------------


def test_labels_that_were_changed_come_first(flipped):
    _, wrong, found = flipped
    first = np.argsort(-found.score)[: wrong.sum()]
    assert wrong[first].mean() >= 0.9


def test_their_number_lies_within_the_interval(flipped):
    _, wrong, found = flipped
    share, low, high = found.share
    assert low <= wrong.mean() <= high
    assert low <= share <= high < 0.2
    assert low > 0


def test_of_the_labels_that_are_sure_to_be_wrong_nearly_all_are(flipped):
    _, wrong, found = flipped
    sure = found.wrong >= 0.8
    assert sure.sum() >= 0.6 * wrong.sum()
    assert wrong[sure].mean() >= 0.8


def test_the_rival_is_the_category_that_the_sentence_was_written_for(flipped):
    data, wrong, found = flipped
    written = dict(write(60))
    told = [data.categories[found.rival[i]] for i in np.flatnonzero(wrong)]
    right = [written[data.texts[i]] for i in np.flatnonzero(wrong)]
    assert np.mean([a == b for a, b in zip(told, right, strict=True)]) >= 0.9


def test_every_row_is_assessed_and_every_example_counted(flipped):
    _, _, found = flipped
    assert (found.assessed, found.examples, found.few) == (240, 240, {})
    assert found.models.shape == (3, 240, 4)
    assert found.wrong.shape == (240,)
    assert ((found.wrong >= 0) & (found.wrong <= 1)).all()


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
@pytest.mark.parametrize("seed", range(2))
def test_whatever_the_share_of_wrong_labels_the_interval_holds_it(dataset_of, share, seed):
    pairs, wrong = flip(write(80, seed), share, seed)
    _, low, high = found_in(dataset_of(pairs)).share
    assert low <= len(wrong) / len(pairs) <= high


@pytest.mark.parametrize("seed", range(3))
def test_where_no_label_was_changed_none_is_sure_to_be_wrong(dataset_of, seed):
    found = found_in(dataset_of(write(60, seed)))
    assert (found.wrong < 0.8).all()
    assert found.share[1] == 0.0
    assert found.share[0] < 0.02


def test_labels_dealt_out_at_random_make_no_list(dataset_of):
    pairs = write(60)
    labels = np.random.default_rng(0).permutation([c for _, c in pairs])
    found = found_in(dataset_of([(t, str(c)) for (t, _), c in zip(pairs, labels, strict=True)]))
    assert (found.wrong < 0.8).all()
    assert found.share[2] > 0.5


def test_the_order_of_the_rows_in_the_file_changes_nothing(dataset_of, flipped):
    data, _, found = flipped
    pairs = [(e.text, e.category) for e in data.examples]
    again = dataset_of([pairs[i] for i in np.random.default_rng(5).permutation(len(pairs))])
    assert again.texts == data.texts
    other = found_in(again)
    assert np.array_equal(other.score, found.score)
    assert np.array_equal(other.wrong, found.wrong)
    assert other.share == found.share


def test_the_seed_governs_what_is_planted_and_no_score(dataset_of, flipped):
    data, _, found = flipped
    same, other = found_in(data), found_in(data, seed=1)
    assert np.array_equal(same.wrong, found.wrong)
    assert np.array_equal(other.score, found.score)
    assert not np.array_equal(other.wrong, found.wrong)


# --- copies ---------------------------------------------------------------------------------------


def test_copies_under_one_wrong_label_do_not_vouch_for_one_another(dataset_of):
    pairs = write(60)
    text = pairs[0][0]
    assert pairs[0][1] == "allotment"
    copies = [(t, "ferry") for t in (text, text.upper(), f"{text}!", f"{text} thanks")]
    data = dataset_of([*pairs[1:], *copies])
    found = found_in(data)
    at = [data.texts.index(t) for t, _ in copies]
    assert found.examples == 240
    assert (found.wrong[at] >= 0.5).all()
    assert {data.categories[c] for c in found.rival[at]} == {"allotment"}


@pytest.mark.parametrize("copies", [20, 200])
def test_many_copies_of_a_right_label_do_not_make_few_errors_of_many(dataset_of, copies):
    """The share is of examples. What is taught one sentence so often reads the others worse, so it
    is known less well, and nothing right is taken for surely wrong.
    """
    pairs, wrong = flip(write(50), 0.1)
    text, category = next(p for p in pairs if p[0] not in wrong)
    repeated = [(text + "!" * (1 + i % 3) + " " * (i // 3), category) for i in range(copies)]
    data = dataset_of([*pairs, *repeated])
    found = found_in(data)
    assert (found.assessed, found.examples) == (200 + copies, 200)
    assert found.share[1] <= 0.1 <= found.share[2]
    sure = np.flatnonzero(found.wrong >= 0.8)
    assert all(data.texts[i] in wrong for i in sure)


# --- what is too little, and what is none ---------------------------------------------------------


@pytest.mark.parametrize(("of_each", "told"), [(12, False), (13, True)])
def test_of_fewer_than_fifty_examples_nothing_is_told(dataset_of, of_each, told):
    found = found_in(dataset_of(write(of_each)))
    assert found.examples == 4 * of_each
    assert (found.wrong is not None) == (found.share is not None) == told
    assert np.isfinite(found.score).all()


def test_copies_do_not_make_fifty_examples(dataset_of):
    pairs = write(12)
    found = found_in(dataset_of([*pairs, *((f"{t}!", c) for t, c in pairs)]))
    assert (found.assessed, found.examples) == (96, 48)
    assert found.wrong is None


def test_a_category_of_few_examples_is_named_and_its_rows_are_not_assessed(dataset_of):
    few = write(4, kinds=["library"])
    data = dataset_of([*write(40, kinds=["allotment", "choir", "ferry"]), *few])
    found = found_in(data)
    assert found.few == {"library": 4}
    rows = data.codes == data.categories.index("library")
    assert np.isneginf(found.score[rows]).all()
    assert (found.wrong[rows] == 0).all()
    assert np.isfinite(found.score[~rows]).all()
    assert (found.assessed, found.examples) == (120, 120)


def test_copies_do_not_make_a_category_large_enough():
    family, codes = np.array([0, 1, 2, 3, 4, 5, 5, 5, 5, 6]), np.repeat([0, 1], 5)
    assert too_few(family, codes) == {1: 2}


def test_rows_that_are_not_taught_make_no_category_large_enough():
    family, codes = np.array([0, 1, 2, 3, 4, -1, -1, 5, 6, -1]), np.repeat([0, 1], 5)
    assert too_few(family, codes) == {1: 2}


def test_a_single_category_has_nothing_to_be_mistaken_for(dataset_of):
    assert found_in(dataset_of(write(60, kinds=["choir"]))) is None


def test_where_all_categories_are_small_nothing_is_assessed(dataset_of):
    found = found_in(dataset_of(write(3)))
    assert (found.assessed, found.examples, found.wrong) == (0, 0, None)
    assert found.few == dict.fromkeys(SUBJECTS, 3)


# --- other labels that a text has rightly ---------------------------------------------------------


def test_no_row_is_suspected_of_another_label_that_its_text_has(dataset_of):
    """Ten messages about the choir and the ferry stand under both labels, as was declared."""
    pairs, plain = write(60), write(10, seed=1)
    choir, ferry = ([t for t, c in plain if c == of] for of in ("choir", "ferry"))
    twice = [f"{a}, and {b}" for a, b in zip(choir, ferry, strict=True)]
    data = dataset_of([*pairs, *((t, c) for t in twice for c in ("choir", "ferry"))])
    names, at = data.categories, [i for i, t in enumerate(data.texts) if t in twice]
    other = {"choir": names.index("ferry"), "ferry": names.index("choir")}
    embeddings = HashingEmbedder().embed(data.texts)
    near = nearest(embeddings.vectors, NEAR)
    texts = find_copies(data.texts, near)
    fold_units = keep_near_together(data, texts)

    def read(copies: CopyFamilies, beside: dict[int, set[int]]) -> LabelErrors:
        return find_label_errors(data, data.texts, embeddings, near, fold_units, copies, beside, 0)

    given = [data.examples[i].category for i in at]
    undeclared = read(texts, {})
    assert all(undeclared.rival[i] == other[c] for i, c in zip(at, given, strict=True))
    declared = read(
        texts.split_by([e.category for e in data.examples]),
        {i: {other[c]} for i, c in zip(at, given, strict=True)},
    )
    assert all(declared.rival[i] != other[c] for i, c in zip(at, given, strict=True))
    assert (declared.wrong[at] < 0.1).all()
    assert (declared.score[at] < undeclared.score[at]).all()


# --- rows that are read and not taught (a gate's) -------------------------------------------------


def test_rows_that_are_not_taught_are_scored_and_count_for_no_share(dataset_of):
    """Sixty added rows, all under wrong labels, to witnesses that were taught 200 right ones.

    Three in four are told, and of the right ones nearly none.
    """
    pairs = write(65)
    data = dataset_of(pairs)
    random = np.random.default_rng(0)
    added = np.zeros(260, dtype=bool)
    added[random.permutation(260)[:60]] = True
    codes = np.where(added, (data.codes + 1) % 4, data.codes)
    vectors, taught = HashingEmbedder().embed(data.texts).vectors, np.flatnonzero(~added)
    near = nearest(vectors, NEAR, among=vectors[taught])
    near = type(near)(index=taught[near.index], cosine=near.cosine)
    probes = LabelProbes.of(vectors, data.texts, near, np.arange(260), taught)
    said, share = suspect(probes, codes, np.where(added, -1, np.arange(260)), {}, 0)
    assert share.low == 0.0
    assert share.share < 0.02
    wrong = said.score >= doubtful(share)
    assert wrong[added].mean() > 0.7
    assert wrong[~added].mean() < 0.02


def test_a_set_too_small_to_be_asked_is_read_by_a_usual_score():
    assert doubtful(None) == 6.0


KINDS = 4
CURVE = np.linspace(0.0, 1.0, len(GRID))  # as likely wrong as the score is high
USUAL = Share(share=0.02, low=0.0, high=1.0, wrong=CURVE, ratio=np.zeros(len(GRID)))


def by_kind(score, rival, codes):
    """The probabilities by kind, and without: of rows with these scores against their labels."""
    nothing = np.zeros((3, len(codes), KINDS), dtype=np.float32)
    score = np.asarray(score, dtype=float)
    found = Suspicion(nothing, nothing[0], np.asarray(rival), score)
    return label_errors._by_kind(USUAL, found, np.asarray(codes)), USUAL.at(score)


def test_labels_of_a_kind_that_is_often_wrong_are_likelier_wrong():
    """Ten licences filed as services stand out a little; one lease filed as payment no less."""
    rival, codes = [1] * 10 + [3], [0] * 10 + [2]
    found, usual = by_kind([0.0] * 11, rival, codes)
    assert (found[:10] > usual[:10] + 0.3).all()
    assert found[10] == pytest.approx(usual[10], abs=0.01)


def test_no_row_speaks_for_itself():
    found, usual = by_kind([5.0, -10.0, -10.0], [1, 1, 2], [0, 0, 1])
    assert found[0] == pytest.approx(usual[0], abs=0.03)


def test_a_kind_of_many_rows_that_are_right_is_less_likely_wrong():
    found, usual = by_kind([0.0] + [-MAX_SCORE] * 300, [1] * 301, [0] * 301)
    assert found[0] < usual[0] - 0.2


# --- what it costs --------------------------------------------------------------------------------


def enough(rows: int, kinds: int) -> Callable[[], object]:
    """The search for label errors among so many sentences of so many categories."""
    random = np.random.default_rng(rows)
    subjects = [f"{a} {b}" for a in "abcdefgh" for b in SUBJECTS]
    texts = [
        f"{SAYING[i % 10].format(f'{i % kinds}{subjects[random.integers(32)]}')}{ENDS[i % 7]} {i}"
        for i in range(rows)
    ]
    examples = (Example(row=i, text=t, category=f"{i % kinds:03}") for i, t in enumerate(texts))
    data = Dataset(name="many", examples=tuple(examples), rows_read=rows, roles={})
    embeddings = HashingEmbedder().embed(data.texts)
    near, alone = nearest(embeddings.vectors, NEAR), CopyFamilies(family=np.arange(rows))
    return lambda: find_label_errors(
        data, data.texts, embeddings, near, np.arange(rows), alone, {}, 0
    )


@pytest.fixture
def one_turn(monkeypatch):
    """Errors are planted in one turn, as in a large set: of small ones it takes several."""
    monkeypatch.setattr(planted_errors, "MAX_TURNS", 1)


def test_twice_the_rows_take_at_most_twice_the_memory(one_turn, peak):
    small, large = (peak(enough(rows, 40)) for rows in (700, 1400))
    assert large < 2.1 * small


@pytest.mark.parametrize("kinds", [4, 40])
def test_twice_the_rows_are_at_most_twice_the_work(one_turn, elements, kinds):
    modules = (label_errors, label_probes, planted_errors, words)
    small, large = (elements(modules, enough(rows, kinds)) for rows in (1000, 2000))
    assert large < 2.1 * small


def test_the_witnesses_are_asked_as_often_however_many_rows_there_are(monkeypatch):
    asked, ask = [], LabelProbes.suspect
    monkeypatch.setattr(LabelProbes, "suspect", lambda *a: asked.append(len(a[1])) or ask(*a))
    enough(1000, 4)()
    few = len(asked)
    enough(4000, 4)()
    assert len(asked) - few <= few
