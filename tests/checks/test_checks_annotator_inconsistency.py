"""annotator-inconsistency: people who label alike cases in different ways."""

import dataclasses

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import hypergeom

from auditor.checks.annotator_inconsistency import AnnotatorInconsistency
from auditor.checks.annotators import krippendorff_alpha, permuted_sums
from auditor.prediction.folds import assign_folds
from auditor.prediction.out_of_fold import probabilities
from auditor.records.findings import Finding
from auditor.records.probes import OutOfFold
from auditor.records.structure import CopyFamilies

NAMES = ("billing", "returns", "shipping")
PEOPLE = ("ada", "bob", "cyd", "dan", "eve")


def label(i, category, annotator, group=None):
    return {"text": f"message {i}", "category": category, "annotator": annotator, "group": group}


def reasons(results):
    return [r.reason for r in results if not isinstance(r, Finding)]


# --- several annotators of one text ----------------------------------------------------------


@pytest.fixture
def shared(make_evidence):
    """What the check says of texts labelled twice, by ada and by bob; `split` of them differ."""

    def shared(texts, split, second="bob", **limits):
        rows = []
        for i in range(texts):
            given = NAMES[i % 2]
            other = NAMES[(i + 1) % 2] if i < split else given
            rows += [label(i, given, "ada"), label(i, other, second)]
        evidence = make_evidence(rows, families=[i // 2 for i in range(2 * texts)])
        return list(AnnotatorInconsistency(**limits).find(evidence))

    return shared


def test_annotators_who_disagree_on_the_same_texts_are_found_with_those_texts(shared):
    [finding] = [r for r in shared(40, 15) if isinstance(r, Finding)]
    assert (finding.code, finding.severity) == ("annotator-inconsistency", "warning")
    assert finding.category is None
    assert finding.rows == tuple(range(30))
    assert finding.measured["items"] == 40
    assert finding.measured["items_under_two_labels"] == 15
    assert finding.measured["confused"] == [{"one": "billing", "other": "returns", "items": 15}]
    low, high = finding.measured["alpha_interval"]
    assert low < finding.measured["alpha"] < high < finding.limit["alpha"] == 0.667


def test_annotators_who_mostly_agree_are_not_found(shared):
    assert [r for r in shared(40, 4) if isinstance(r, Finding)] == []


def test_an_interval_that_reaches_the_limit_is_no_finding(shared):
    assert [r for r in shared(20, 5) if isinstance(r, Finding)] == []
    assert [r for r in shared(20, 5, alpha=0.9) if isinstance(r, Finding)] != []


def test_too_few_shared_texts_are_said(shared):
    told = "19 texts were labelled by two annotators or more, 20 are needed"
    assert reasons(shared(19, 15))[0].startswith(told)


def test_copies_by_one_annotator_are_no_agreement_with_anyone(shared):
    assert reasons(shared(40, 0, second="ada")) == ["all labels are by one annotator"]


@pytest.mark.parametrize(
    ("observers", "alpha"),
    [
        (("0100000010", "1110010000"), 0.095),
        (("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
    ],
    ids=["two observers, binary", "four observers, gaps"],
)
def test_alpha_is_that_of_krippendorffs_examples(observers, alpha):
    """Krippendorff 2011, Computing Krippendorff's alpha-reliability, sections A and C."""
    units = list(zip(*observers, strict=True))
    kinds = sorted({label for unit in units for label in unit} - {"."})
    counts = np.array([[unit.count(kind) for kind in kinds] for unit in units], dtype=float)
    assert krippendorff_alpha(csr_array(counts[counts.sum(axis=1) > 1]), 0)[0] == pytest.approx(
        alpha, abs=5e-4
    )


def test_all_labels_alike_is_full_agreement():
    assert krippendorff_alpha(csr_array(np.full((5, 1), 2.0)), 0) == (1.0, 1.0, 1.0)


def test_agreement_of_just_the_limit_is_found_in_about_a_tenth():
    """The 80 % interval of alpha ends below its true value in a tenth of 200 sets of 50 texts."""
    random, right = np.random.default_rng(0), 0.8634  # each annotator; alpha is then .667
    below = 0
    for _ in range(200):
        true = random.integers(4, size=50)
        counts = np.zeros((50, 4))
        for _ in range(2):
            wrong = (true + random.integers(1, 4, size=50)) % 4
            counts[np.arange(50), np.where(random.random(50) < right, true, wrong)] += 1
        below += krippendorff_alpha(csr_array(counts), 0)[2] < 0.667
    assert 0.05 <= below / 200 <= 0.15


# --- each annotator against probes -----------------------------------------------------------


@pytest.fixture
def probed(make_evidence, make_out_of_fold):
    """What the check says where row i is by `who[i]` and `differs` are read as the next category.

    The categories take turns by `codes`.
    """

    def probed(who, differs, codes=None, families=None, groups=None, **limits):
        codes = [0] * len(who) if codes is None else codes
        rows = [
            label(i, NAMES[c], a, groups and groups[i])
            for i, (a, c) in enumerate(zip(who, codes, strict=True))
        ]
        rows.append(label(len(who), "warranty", None))
        told = {i: ((codes[i] + 1) % 3, 0.9) for i in differs}
        kinds = [*codes, 3 if set(codes) == {0, 1, 2} else max(codes) + 1]
        evidence = make_evidence(
            rows,
            families=families and [*families, max(families) + 1],
            out_of_fold=make_out_of_fold(kinds, 4, probe=told),
        )
        return list(AnnotatorInconsistency(**limits).find(evidence))

    return probed


ALTERNATING = ["ada", "bob"] * 100
ADAS = range(0, 60, 2)  # thirty of ada's hundred rows
TURNS = [i // 2 % 3 for i in range(200)]


def test_an_annotator_who_differs_far_more_than_the_others_is_found(probed):
    [finding] = [r for r in probed(ALTERNATING, ADAS, TURNS) if isinstance(r, Finding)]
    assert finding.severity == "warning"
    assert finding.rows == tuple(ADAS)
    measured = finding.measured
    assert (measured["annotator"], measured["rows"], measured["rate"]) == ("ada", 100, 0.3)
    assert measured["usual_rate"] == pytest.approx(0.15, abs=0.01)
    assert measured["usual_low"] < measured["usual_rate"] < measured["usual_high"] < 0.3
    assert measured["p"] <= 0.005
    assert measured["confused"][0] == {"labelled": "billing", "reads_like": "returns", "rows": 10}


def test_what_each_of_the_rows_reads_like_is_named(probed):
    """In rows of the file, which are the positions here."""
    [finding] = [r for r in probed(ALTERNATING, ADAS, TURNS) if isinstance(r, Finding)]
    read_as = finding.measured["read_as"]
    assert sorted(row for rows in read_as.values() for row in rows) == list(finding.rows)
    assert len(read_as["returns"]) >= 10


def test_the_summary_and_the_advice_name_no_annotator(probed):
    [finding] = [r for r in probed(ALTERNATING, ADAS, TURNS) if isinstance(r, Finding)]
    assert "30 of 100 labels of one annotator" in finding.summary
    assert "ada" not in f"{finding.summary} {finding.advice}".split()


def test_nobody_is_blamed_for_a_category_that_is_hard_for_all(probed):
    """Ada labels mostly returns, of which a third read like shipping whoever labels them."""
    codes = [1] * 160 + [0] * 160
    who = [("ada" if i % 4 else "bob") for i in range(160)]
    who += [("bob" if i % 4 else "ada") for i in range(160)]
    found = probed(who, range(0, 160, 3), codes)
    assert [r for r in found if isinstance(r, Finding)] == []


def test_few_more_than_usual_are_not_worth_a_talk(probed):
    who = ["ada", "bob"] * 1500
    few = [*range(0, 240, 2), *range(1, 80, 2)]  # 8 in a hundred of ada's, 3 of bob's
    assert [r for r in probed(who, few) if isinstance(r, Finding)] == []
    assert [r for r in probed(who, few, excess=0.02) if isinstance(r, Finding)] != []


def test_an_annotator_of_few_rows_is_not_judged_and_not_named(probed):
    who = [*ALTERNATING, *["Thessaly"] * 29]
    told = [r for r in reasons(probed(who, range(200, 229))) if "fewer" in r]
    assert told == [
        "not assessable: 1 of 3 annotators have fewer than 30 rows in categories that others "
        "also label"
    ]


def test_a_category_that_one_annotator_has_alone_compares_nobody(probed):
    who = ["ada"] * 60 + ["bob"] * 60
    results = probed(who, range(0, 60, 2), [0] * 60 + [1] * 60)
    assert [r for r in results if isinstance(r, Finding)] == []
    assert "2 of 2 annotators have fewer than 30 rows" in reasons(results)[-1]


@pytest.mark.parametrize("unit", ["families", "groups"])
def test_one_case_labelled_over_and_over_is_one_decision(probed, unit):
    """Ada's thirty labels that differ are of one conversation, or copies of one message."""
    units = [(1 if i in ADAS else i + 2) for i in range(200)]
    named = units if unit == "families" else [str(u) for u in units]
    assert [r for r in probed(ALTERNATING, ADAS, **{unit: named}) if isinstance(r, Finding)] == []


def test_with_one_category_labels_cannot_be_held_against_anything(make_evidence):
    rows = [label(i, "billing", PEOPLE[i % 2]) for i in range(80)]
    told = reasons(AnnotatorInconsistency().find(make_evidence(rows)))
    assert "there is only one category, so its labels cannot be checked against others" in told


def test_dealing_annotators_out_anew_keeps_each_ones_share_of_each_category():
    """The sums of a 0/1 score are sums of hypergeometric counts, one a category."""
    random = np.random.default_rng(3)
    who, strata, hit = random.integers(3, size=60), random.integers(2, size=60), np.arange(60) < 20
    sums = permuted_sums(who, strata, hit.astype(float), 3, 20_000, seed=0)
    for person in range(3):
        chances = np.ones(1)
        for stratum in (0, 1):
            inside = strata == stratum
            dealt_out = hypergeom(inside.sum(), hit[inside].sum(), (who[inside] == person).sum())
            chances = np.convolve(chances, dealt_out.pmf(np.arange(21)))
        drawn = np.bincount(sums[:, person].round().astype(int), minlength=len(chances)) / 20_000
        np.testing.assert_allclose(drawn, chances, atol=0.015)
    assert (sums.sum(axis=1).round(6) == 20).all()


# --- how often it is wrong, and whether it finds what is there ----------------------------------


def test_where_all_annotators_label_alike_at_most_one_audit_in_twenty_finds_anything(
    make_evidence,
):
    """Five annotators with different shares of easy and hard categories, 200 audits."""
    random = np.random.default_rng(0)
    codes = np.repeat(np.arange(3), 200)
    plain = make_evidence([label(i, NAMES[c], "ada") for i, c in enumerate(codes)])
    codes, alarms = plain.dataset.codes, 0
    for _ in range(200):
        taste = random.dirichlet(np.ones(5), size=3)  # who labels how much of each category
        who = [PEOPLE[random.choice(5, p=taste[c])] for c in codes]
        differs = random.random(600) < np.array([0.02, 0.1, 0.4])[codes]
        said = np.eye(3, dtype=np.float32)[(codes + differs) % 3]
        examples = [
            dataclasses.replace(e, annotator=a)
            for e, a in zip(plain.dataset.examples, who, strict=True)
        ]
        evidence = dataclasses.replace(
            plain,
            dataset=dataclasses.replace(plain.dataset, examples=tuple(examples)),
            out_of_fold=OutOfFold(probabilities=said[None], template_disjoint=said[None]),
        )
        results = AnnotatorInconsistency(excess=0.0).find(evidence)
        alarms += any(isinstance(r, Finding) for r in results)
    assert alarms <= 10


@pytest.mark.parametrize("seed", range(3))
def test_a_careless_annotator_is_found_and_nobody_else(make_evidence, seed):
    """Eve labels one in five of her rows wrong; the probes are real ones, of those very labels."""
    random = np.random.default_rng(seed)
    true = np.repeat(np.arange(3), 200)
    who = random.integers(5, size=600)
    wrong = (who == 4) & (random.random(600) < 0.2)
    given = np.where(wrong, (true + random.integers(1, 3, size=600)) % 3, true)
    rows = [label(i, NAMES[c], PEOPLE[a]) for i, (c, a) in enumerate(zip(given, who, strict=True))]
    vectors = np.eye(16)[true] + random.normal(size=(600, 16)) * 0.3
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    said = probabilities(vectors, given, assign_folds(np.arange(600), given), 0)
    out_of_fold = OutOfFold(probabilities=said, template_disjoint=said)
    evidence = make_evidence(rows, out_of_fold=out_of_fold)
    results = AnnotatorInconsistency().find(evidence)
    assert [r.measured["annotator"] for r in results if isinstance(r, Finding)] == ["eve"]


@pytest.fixture
def of_a_crowd(make_evidence):
    """What the check says of many annotators of thirty rows each, who differ in one of twelve.

    `coin` is one who flips a coin over two of the three categories.
    """

    def of_a_crowd(people, seed, coin=None, audit_seed=0):
        random = np.random.default_rng(seed)
        plain = make_evidence([label(i, c, "ada") for i, c in enumerate(NAMES)])
        who = np.repeat(np.arange(people), 30)
        codes = random.integers(3, size=len(who))
        differs = random.random(len(who)) < np.where(who == coin, 0.5, 1 / 12)
        said = np.eye(3, dtype=np.float32)[(codes + differs) % 3]
        examples = tuple(
            dataclasses.replace(plain.dataset.examples[c], row=i, annotator=f"person {a}")
            for i, (c, a) in enumerate(zip(codes.tolist(), who.tolist(), strict=True))
        )
        evidence = dataclasses.replace(
            plain,
            seed=audit_seed,
            dataset=dataclasses.replace(plain.dataset, examples=examples),
            copies=CopyFamilies(family=np.arange(len(who))),
            out_of_fold=OutOfFold(probabilities=said[None], template_disjoint=said[None]),
        )
        results = list(AnnotatorInconsistency().find(evidence))
        assert not any("not assessable" in reason for reason in reasons(results))
        return [r.measured for r in results if isinstance(r, Finding)]

    return of_a_crowd


def test_of_two_thousand_annotators_the_one_who_flips_a_coin_is_found(of_a_crowd):
    [found] = of_a_crowd(2000, seed=0, coin=1234)
    assert found["annotator"] == "person 1234"
    assert found["p"] <= 0.01


def test_of_two_thousand_annotators_who_label_alike_nobody_is_accused(of_a_crowd):
    assert of_a_crowd(2000, seed=0) == []


def test_of_a_hundred_annotators_who_label_alike_one_is_named_in_one_audit_of_twenty(of_a_crowd):
    named = sum(bool(of_a_crowd(100, seed, audit_seed=seed)) for seed in range(30))
    assert named <= 5  # 5 % and 3 standard errors


def test_who_labels_nearly_alone_is_said_not_to_be_assessable(probed):
    """Ada has a hundred rows of billing, and bob has two: whatever ada does, it is the usual."""
    who = ["ada"] * 100 + ["bob"] * 2
    told = reasons(probed(who, range(0, 100, 2)))
    assert told[-1] == (
        "not assessable: 1 of 2 annotators could not be detected even if half of their "
        "labels differed"
    )


def test_another_seed_deals_annotators_out_in_another_way():
    who, strata = np.arange(60) % 3, np.zeros(60, dtype=np.int64)
    one, same, other = (
        permuted_sums(who, strata, np.arange(60.0), 3, 5, seed) for seed in (0, 0, 1)
    )
    assert (one == same).all()
    assert (one != other).any()
