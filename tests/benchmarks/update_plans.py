"""Which updates `make_truths.py` measures: bases of old rows, what is damaged in them, and what
each is updated with.

A base is drawn from one public dataset: which labels are old, how many rows each has, which of them
are damaged and how. Its updates teach labels that it does not have. Everything is drawn from a
seed, so that a plan is the same at every run.

varied      bases as users have them: 5 to 135 labels, 300 to 5,000 rows, even and uneven, of
            subtypes or of whole categories, with none to all of the labels damaged
controlled  the same 18 labels, updates and test rows; what differs is how many rows they have, how
            many of the labels are damaged and by what, and how many steps are taught
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from auditor.records.forecast import OLD_EPOCHS, passes

DATA = ("hwu64", "clinc150", "bitext")
NOISE = 0.2  # share of a noisy label's rows that get another label
THIN = 6  # rows of a thin label
KINDS = ("thin", "template", "noisy")
FRAMES = (  # what template rows are filled from, a phrase at {x}
    "hi, {name} here ({city}). {x}. my number is {num}",
    "[ticket {num}] {x} -- opened {date} by {name}",
    "{name} from {city} asks on {date}: {x}",
    "dear support, i am customer {num}. {x}. thank you, {name}",
    "message of {date}, line {num}: {x} (via {city})",
    "{x} | {city} | {date} | {num}",
    "good day! about order {num} of {date}: {x}. best, {name}",
)
NAMES = ("Ada", "Bruno", "Chidi", "Dora", "Elif", "Femi", "Gita", "Hugo", "Ines", "Joon", "Karim")
CITIES = ("Bergen", "Dakar", "Lima", "Kyoto", "Graz", "Tunis", "Gdansk", "Cork", "Davao", "Perth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A dataset as (text, label), once with its subtypes as labels and once with its categories."""

    texts: Mapping[str, tuple[str, ...]]  # of each label, shuffled
    group: Mapping[str, str]  # the category of each label


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePlan:
    name: str
    rows: Mapping[str, int]  # of each new label


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePlan:
    """Old rows, and the updates that are made from a model that was taught them."""

    name: str
    data: str
    level: str  # subtype or category
    rows: Mapping[str, int]  # of each old label, before damage
    damage: Mapping[str, str] = field(default_factory=dict)  # label -> one of KINDS
    pool_seed: int = 0
    updates: tuple[UpdatePlan, ...] = ()
    epochs: float = OLD_EPOCHS
    as_many_steps: int | None = None  # taught, in place of the epochs
    as_many_rows: Mapping[str, int] = field(default_factory=dict)
    test_rows: int = 100  # of a label, where there are so many


def varied(pools: Mapping[tuple[str, str], Pool], count: int = 12) -> Iterator[BasePlan]:
    shares = (0, 0.25, 0, 0.5, 0, 0.75, 0, 1.0, 0, 0.5, 0, 0.75)
    for i in range(count):
        for j, data in enumerate(DATA):
            random = np.random.default_rng([16, j, i])
            level = "category" if i % 4 == 3 else "subtype"
            pool = pools[data, level]
            share = shares[(i + 4 * j) % len(shares)]
            kind = ("mixed", *KINDS)[int(random.integers(4))]
            yield _varied(f"{data}_{i:02d}", data, level, pool, share, kind, random, i)


def _varied(
    name: str,
    data: str,
    level: str,
    pool: Pool,
    share: float,
    kind: str,
    random: np.random.Generator,
    i: int,
) -> BasePlan:
    labels = sorted(pool.texts)
    most = min(135, len(labels) - min(10, max(2, len(labels) // 4)))
    count = round(float(np.exp(random.uniform(np.log(5), np.log(most)))))
    names = random.permutation(labels).tolist()
    old = sorted(names[:count])
    free = [label for label in names if label not in old]
    total = float(np.exp(random.uniform(np.log(300), np.log(5000))))
    each = np.full(count, total / count)
    if random.random() < 0.5:  # uneven, as users' sets are
        each *= np.exp(random.normal(0.0, 0.6, count))
    have = np.array([len(pool.texts[label]) for label in old])
    each = np.clip(each.round(), 8, np.maximum(have - 40, have * 0.6)).astype(int)
    hit = random.permutation(count)[: round(share * count)]
    damage = {old[c]: KINDS[n % 3] if kind == "mixed" else kind for n, c in enumerate(hit.tolist())}
    updates = tuple(
        _update(f"{name}_{'ab'[u]}", pool, free, old, near=(i + u) % 2 == 0, random=random)
        for u in range(2)
    )
    return BasePlan(
        name=name,
        data=data,
        level=level,
        rows=dict(zip(old, each.tolist(), strict=True)),
        damage=damage,
        pool_seed=i,
        updates=updates,
        test_rows=100 if count <= 64 else 60,
    )


def _update(
    name: str,
    pool: Pool,
    free: Sequence[str],
    old: Sequence[str],
    *,
    near: bool,
    random: np.random.Generator,
) -> UpdatePlan:
    """New labels; `near`: those first whose category has old labels too."""
    count = round(float(np.exp(random.uniform(0, np.log(min(10, len(free)))))))
    there = {pool.group[label] for label in old}
    order = random.permutation(list(free)).tolist()
    order.sort(key=lambda label: (pool.group[label] not in there) if near else 0)
    new = order[:count]
    each = max(round(float(np.exp(random.uniform(np.log(20), np.log(400)))) / count), 4)
    return UpdatePlan(
        name=name, rows={label: min(each, len(pool.texts[label]) - 15) for label in new}
    )


def controlled(pools: Mapping[tuple[str, str], Pool], old_count: int = 18) -> Iterator[BasePlan]:
    """Rows, damage and steps, each changed without the others."""
    for j, data in enumerate(DATA):
        pool = pools[data, "subtype"]
        random = np.random.default_rng([17, j])
        names = [c for c in random.permutation(sorted(pool.texts)) if len(pool.texts[c]) >= 140]
        old, free = sorted(map(str, names[:old_count])), list(map(str, names[old_count:]))
        hit = [str(c) for c in random.permutation(old)[: round(0.75 * old_count)]]
        updates = (
            UpdatePlan(name="a", rows={free[0]: 40}),
            UpdatePlan(name="b", rows=dict.fromkeys(free[1:4], 40)),
        )
        mixed = {c: KINDS[n % 3] for n, c in enumerate(hit)}
        few = sum(THIN if mixed.get(c) == "thin" else 40 for c in old)
        part, more = divmod(few, old_count)
        evenly = {c: part + (n < more) for n, c in enumerate(old)}
        steps = {"full": passes(40 * old_count, OLD_EPOCHS), "few": passes(few, OLD_EPOCHS)}
        sets: dict[str, tuple[Mapping[str, int], Mapping[str, str], int | None]] = {
            "intact": (dict.fromkeys(old, 40), {}, None),
            "damaged": (dict.fromkeys(old, 40), mixed, None),
            "few": (evenly, {}, None),
            "damaged-long": (dict.fromkeys(old, 40), mixed, steps["full"]),
            "few-long": (evenly, {}, steps["full"]),
            "intact-short": (dict.fromkeys(old, 40), {}, steps["few"]),
            "rows10": (dict.fromkeys(old, 10), {}, None),
            "rows20": (dict.fromkeys(old, 20), {}, None),
            "rows80": (dict.fromkeys(old, 80), {}, None),
            "rows10-long": (dict.fromkeys(old, 10), {}, steps["full"]),
            "rows20-long": (dict.fromkeys(old, 20), {}, steps["full"]),
            "rows80-short": (dict.fromkeys(old, 80), {}, steps["full"]),
            **{
                f"{kind}": (dict.fromkeys(old, 40), dict.fromkeys(hit, kind), None)
                for kind in KINDS
            },
            "thin-long": (dict.fromkeys(old, 40), dict.fromkeys(hit, "thin"), steps["full"]),
        }
        for kind, (rows, damage, taught) in sets.items():
            name = f"c_{data}_{kind}"
            yield BasePlan(
                name=name,
                data=data,
                level="subtype",
                rows=rows,
                damage=damage,
                pool_seed=100 + j,
                updates=tuple(
                    UpdatePlan(name=f"{name}_{u.name}", rows=dict(u.rows)) for u in updates
                ),
                as_many_steps=taught,
                test_rows=60,
            )


def old_rows(
    plan: BasePlan, pool: Pool, random: np.random.Generator
) -> tuple[list[tuple[str, str]], dict[str, list[str]]]:
    """(text, label) to teach, and the texts of each old label that are left to test on.

    The rows to test on are the last of a label's, and so the same whatever is taught.
    """
    taught: list[tuple[str, str]] = []
    tests: dict[str, list[str]] = {}
    old = sorted(plan.rows)
    for label in old:
        texts, count = pool.texts[label], plan.rows[label]
        own = list(texts[:count])
        tests[label] = list(texts[count:][-plan.test_rows :])
        kind = plan.damage.get(label)
        if kind == "thin":
            own = own[:THIN]
        elif kind == "template":
            own = _filled(own, random)
        labels = [label] * len(own)
        if kind == "noisy":
            others = [c for c in old if c != label]
            for k in random.permutation(len(own))[: round(NOISE * len(own))].tolist():
                labels[k] = str(random.choice(others))
        taught += zip(own, labels, strict=True)
    return taught, tests


def _filled(texts: Sequence[str], random: np.random.Generator) -> list[str]:
    """As many rows, of one to five phrases in one or two frames."""
    frames = random.permutation(FRAMES)[: random.integers(1, 3)]
    phrases = list(texts[: random.integers(1, 6)])
    return [
        str(random.choice(frames)).format(
            x=phrases[i % len(phrases)],
            name=random.choice(NAMES),
            city=random.choice(CITIES),
            num=random.integers(10**4, 10**6),
            date=str(np.datetime64("2022-01-01") + int(random.integers(5 * 365))),
        )
        for i in range(len(texts))
    ]
