"""Measures the starting claim by real fine-tunes, and prints Markdown tables.

    python tests/benchmarks/claim.py OUT [--data DATA] [--only NAME] [--seeds 5]

The claim: what is forgotten first was never solidly learnt, and a set rebuilt with fewer, more
varied examples keeps more. Each set is taught, then updated, by the default recipe, and read on
the same rows. OUT keeps a file a run, so that a killed run goes on where it stopped.

*contracts*: `contracts_rebuilt.csv` against `contracts_narrow.csv`, updated by
`contracts_update.csv`. The sets share 603 rows, all of well covered subtypes. The 76 that rebuilt
alone has are those that were written to fill the five thin subtypes (indemnification, non-compete,
equipment leases, late fees, breach notification; the opening of each was read), so no keyword need
guess which rows these are. A third of the rebuilt rows are the test, drawn within each category
from the shared and from the filling rows apart, copies of one another on one side; three seeds
read each row once. 'rebuilt' is taught its other rows, 'narrow' all its rows but the test's and
their copies: of the shared rows both are taught the same ones. What only narrow has (filled forms,
wrong labels, more rows of what is well covered) is never read, as real use does not send it. The
rows to be read of a thin subtype come from the hand that wrote those which rebuilt is taught.

*clinc*: `clinc150.csv` of DATA (text, category, subtype, split): a domain is the update, the four
that follow it in the alphabet are the old categories. In each of them 5 of 15 intents, by seed, are
planted: thin (4-6 of 25 rows) or thin from one template (one row's text in one frame). Two sets
have no plants: all 25 rows, and as few rows as the thin set has, spread evenly. Natural rows of the
test split are read, the planted intents apart.

*support*: `support_human.csv` alone and with what `make_synthetic.py` made of it, updated by
`refund_requests.csv`. A third of the human rows of each topic is the test. 'human' is taught the
others, 'human and synthetic' also the variations whose parent is one of these. Epochs being what
the recipe fixes, that set takes as many more steps as it has rows: 'human, as many steps' repeats
each row as often as it has variations, and 'mixed, as few rows' draws from 'human and synthetic' as
many rows of each topic as 'human' has.

Retention is accuracy after / before of the rows of a part together, where before is .5 or more.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import torch
from scipy.stats import t as student

from auditor.analysis import NEIGHBOURS
from auditor.atomic import write_whole
from auditor.embedding.target import open_target
from auditor.prediction.fine_tuning.evaluation import OldRows, UpdateRows, first_learnt
from auditor.prediction.fine_tuning.fine_tune import FineTune, fine_tune
from auditor.resources import open_encoder
from auditor.settings import Settings
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest

SAMPLES = Path(__file__).parents[2] / "sample_datasets"
THIRDS = 3  # of the rebuilt contracts, one of them read
FORMS = "confidentiality"  # a third of it in narrow is one form
OLD, PLANTED, ROWS, TEST_ROWS = 4, 5, 25, 10  # domains; intents a domain; rows an intent
UPDATES = ("banking", "meta", "travel")  # in turn by seed
FRAMES = (  # as plant.py, which plants for score.py and peers.py, writes thin templates
    "hello, my name is {name} and my reference is {num}: {x}",
    "customer {num} from {city} wrote on {date}: {x}",
    "re: case {num} / {x} / please answer {name} by {date}",
    "{x} (ticket {num}, opened {date}, agent {name})",
    "dear team, regarding request {num} of {date}, {x}, regards {name}",
)
NAMES = ("Ana", "Bo", "Dita", "Emeka", "Farid", "Greta", "Jun", "Kofi", "Mika", "Noor", "Rosa")
CITIES = ("Lagos", "Oslo", "Quito", "Hanoi", "Turin", "Accra", "Porto", "Izmir", "Leeds")
RETAINED = 0.5  # accuracy before, below which nothing is said of how much was kept
HALF = 0.5  # of an update's rows recognised: where sets are compared at like competence
HELD_OUT = 5  # every fifth row of an update is read, for its competence


class Row(NamedTuple):
    text: str
    category: str
    subtype: str = ""
    thin: bool = False


@dataclass(frozen=True)
class Case:
    """Sets that are taught and updated alike, and read on the same rows."""

    sets: Mapping[str, list[Row]]
    test: list[Row]
    update: list[str]


# --- the cases ----------------------------------------------------------------------------------


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contracts(seed: int) -> Case:
    rebuilt, narrow, update = (
        [Row(r["text"], r["category"]) for r in read(SAMPLES / f"contracts_{name}.csv")]
        for name in ("rebuilt", "narrow", "update")
    )
    known = {row.text for row in narrow}
    rebuilt = [row._replace(thin=row.text not in known) for row in rebuilt]
    texts = [row.text for row in [*rebuilt, *narrow]]
    vectors = open_encoder(Settings(offline=True)).embed(texts).vectors
    family = find_copies(texts, nearest(vectors, NEIGHBOURS)).family
    held = third(rebuilt, family[: len(rebuilt)], seed)
    own, theirs = np.split(np.isin(family, list(held)), [len(rebuilt)])
    taught = {
        "rebuilt": [r for r, out in zip(rebuilt, own, strict=True) if not out],
        "narrow": [r for r, out in zip(narrow, theirs, strict=True) if not out],
    }
    order = np.random.default_rng(seed).permutation(len(taught["narrow"]))
    kept = sorted(order[: len(taught["rebuilt"])])
    taught["narrow, as few rows"] = [taught["narrow"][i] for i in kept]
    test = [r for r, out in zip(rebuilt, own, strict=True) if out]
    return Case(taught, test, [r.text for r in update])


def support(seed: int) -> Case:
    human = read(SAMPLES / "support_human.csv")
    rows = [Row(r["text"], r["topic"]) for r in human]
    texts = [row.text for row in rows]
    vectors = open_encoder(Settings(offline=True)).embed(texts).vectors
    family = find_copies(texts, nearest(vectors, NEIGHBOURS)).family
    out = np.isin(family, list(third(rows, family, seed)))
    made: dict[str, list[Row]] = {}
    for r in read(SAMPLES / "support_synthetic.csv"):
        made.setdefault(r["parent"], []).append(Row(r["text"], r["topic"]))
    families = [
        [row, *made[r["id"]]] for r, row, held in zip(human, rows, out, strict=True) if not held
    ]
    own, both = [f[0] for f in families], [row for f in families for row in f]
    random = np.random.default_rng(seed)
    mixed: list[Row] = []
    for topic in sorted({row.category for row in own}):
        of_topic = [row for row in both if row.category == topic]
        count = sum(row.category == topic for row in own)
        mixed += [of_topic[i] for i in sorted(random.permutation(len(of_topic))[:count])]
    taught = {
        "human": own,
        "human and synthetic": both,
        "mixed, as few rows": mixed,
        "human, as many steps": [f[0] for f in families for _ in f],
    }
    update = [r["text"] for r in read(SAMPLES / "refund_requests.csv")]
    return Case(taught, [row for row, held in zip(rows, out, strict=True) if held], update)


def third(rows: Sequence[Row], family: np.ndarray, seed: int) -> set[int]:
    """Copy families to read: a third of each category's well covered and of its thin rows."""
    random = np.random.default_rng(seed // THIRDS)
    first = {int(f): row for f, row in reversed(list(zip(family, rows, strict=True)))}
    held: set[int] = set()
    for stratum in sorted({(row.category, row.thin) for row in rows}):
        own = sorted(f for f, row in first.items() if (row.category, row.thin) == stratum)
        held.update(random.permutation(own)[seed % THIRDS :: THIRDS].tolist())
    return held


def clinc(rows: list[dict[str, str]], seed: int) -> Case:
    random = np.random.default_rng(seed)
    domains = sorted({r["category"] for r in rows})
    new = domains.index(UPDATES[seed % len(UPDATES)])
    old = [domains[(new + i) % len(domains)] for i in range(1, OLD + 1)]
    pool: dict[tuple[str, str, str], list[str]] = {}
    for r in rows:
        pool.setdefault((r["split"], r["category"], r["subtype"]), []).append(r["text"])

    def some(split: str, domain: str, count: int) -> Iterator[list[Row]]:
        for where, category, intent in sorted(pool):
            if (where, category) == (split, domain):
                texts = random.permutation(sorted(pool[where, category, intent]))[:count]
                yield [Row(str(text), category, intent) for text in texts]

    intents, planted = [], []
    for domain in old:
        own = list(some("train", domain, ROWS))
        intents += own
        planted += np.isin(np.arange(len(own)), random.permutation(len(own))[:PLANTED]).tolist()
    few = [intent[: int(random.integers(4, 7))] for intent in intents]
    thin = [f if p else i for f, i, p in zip(few, intents, planted, strict=True)]
    templated = [
        template(f, random) if p else i for f, i, p in zip(few, intents, planted, strict=True)
    ]
    share, more = divmod(sum(map(len, thin)), len(intents))
    even = [intent[: share + (i < more)] for i, intent in enumerate(intents)]
    names = {i[0].subtype for i, p in zip(intents, planted, strict=True) if p}
    read_rows = [r for domain in old for own in some("test", domain, TEST_ROWS) for r in own]
    sets = {"intact": intents, "even, as few rows": even, "thin": thin, "thin template": templated}
    return Case(
        {name: [row for own in chosen for row in own] for name, chosen in sets.items()},
        [row._replace(thin=row.subtype in names) for row in read_rows],
        [row.text for own in some("train", domains[new], ROWS) for row in own],
    )


def template(rows: Sequence[Row], random: np.random.Generator) -> list[Row]:
    """As many rows, all of them the first one's text in one frame."""
    frame = FRAMES[random.integers(len(FRAMES))]
    return [rows[0]._replace(text=fill(frame, rows[0].text, random)) for _ in rows]


def fill(frame: str, text: str, random: np.random.Generator) -> str:
    date = (
        f"{random.integers(2023, 2027)}-{random.integers(1, 13):02d}-{random.integers(1, 29):02d}"
    )
    name, city, num = random.choice(NAMES), random.choice(CITIES), random.integers(10**4, 10**6)
    return frame.format(x=text, name=name, city=city, num=num, date=date)


# --- measuring ----------------------------------------------------------------------------------


def material(
    taught: list[Row], case: Case
) -> tuple[OldRows, UpdateRows, list[tuple[str, str, bool]]]:
    """What is fine-tuned, and what it is read by: category, subtype, and whether that is thin."""
    categories = sorted({row.category for row in case.test})
    groups = sorted({row[1:] for row in case.test})
    rows = [*taught, *case.test]
    old = OldRows(
        texts=[row.text for row in rows],
        codes=np.array([categories.index(row.category) for row in rows]),
        held_out=(np.arange(len(rows)) >= len(taught))[None],
        groups=np.array([0] * len(taught) + [groups.index(row[1:]) for row in case.test]),
    )
    update = UpdateRows(
        texts=case.update,
        codes=np.full(len(case.update), len(categories)),
        held_out=np.arange(len(case.update)) % HELD_OUT == 0,
    )
    return old, update, groups


def content(found: FineTune, rows: int, groups: list[tuple[str, str, bool]]) -> dict[str, Any]:
    [run] = found.runs
    at = first_learnt(run.auroc, run.learnt)
    tables = {"accuracy": run.accuracy, "masked": run.masked, "refitted": run.refitted[[0, -1]]}
    return {
        "taught": rows,
        "steps": found.steps,
        "groups": groups,
        "rows": run.rows.tolist(),
        "competent": None if at is None else found.steps[at],
        **{name: np.round(table, 5).tolist() for name, table in tables.items()},
        "learnt": run.learnt.round(5).tolist(),
        "auroc": run.auroc.round(5).tolist(),
    }


def measured(out: Path, name: str, seeds: int, make: Callable[[int], Case]) -> dict[str, Any]:
    """set -> a list of what each seed's run left, measured now where OUT has no file of it."""
    target = open_target(Settings().embedder, offline=True)
    found: dict[str, list[dict[str, Any]]] = {}
    for seed in range(seeds):
        case = make(seed)
        for kind, rows in case.sets.items():
            path = out / f"{name}-{kind.replace(', ', '-').replace(' ', '-')}-{seed}.json"
            if not path.exists():
                *made, groups = material(rows, case)
                done = fine_tune(target, *made, seeds=[seed])
                line = json.dumps(content(done, len(rows), groups))
                write_whole(path, line.encode() + b"\n")
                click.echo(f"{name}, {kind}, seed {seed}: done", err=True)
            found.setdefault(kind, []).append(json.loads(path.read_text(encoding="utf-8")))
    return found


# --- what it says -------------------------------------------------------------------------------

Part = Callable[[str, bool], bool]  # of a test row's category, and whether its subtype is thin
MEASURES = (
    "before", "after", "last", "kept", "masked", "masked, last", "masked, kept",
    "refitted, before", "refitted, last", "refitted, kept", "lost at half", "masked, lost at half",
)  # fmt: skip


def measures(run: Mapping[str, Any], part: Part) -> np.ndarray:
    """(MEASURES,) of one run, over the rows of a part; `after` is the mean of the checkpoints."""
    full, masked, refitted = (over(run, name, part) for name in ("accuracy", "masked", "refitted"))
    return np.array([
        full[0], full[1:].mean(), full[-1], kept(full[0], full[1:].mean()),
        masked[1:].mean(), masked[-1], kept(masked[0], masked[1:].mean()),
        refitted[0], refitted[1], kept(*refitted),
        full[0] - at_half(full, run["learnt"]), masked[0] - at_half(masked, run["learnt"]),
    ])  # fmt: skip


def over(run: Mapping[str, Any], table: str, part: Part) -> np.ndarray:
    """(C,) what a table of one run says of all rows of a part."""
    chosen = [part(category, thin) for category, _, thin in run["groups"]]
    return np.asarray(np.average(run[table], axis=1, weights=np.array(run["rows"]) * chosen))


def kept(before: float, after: float) -> float:
    return after / before if before >= RETAINED else float("nan")


def at_half(accuracy: np.ndarray, learnt: Sequence[float]) -> float:
    """Where half of the update's rows are recognised, between the checkpoints around it.

    That it is learnt, as `first_learnt` has it, also asks for odds that rank the update's rows
    first, which many of these runs do not reach at any checkpoint.
    """
    after = int(np.argmax(np.array(learnt) >= HALF))
    share = (HALF - learnt[after - 1]) / (learnt[after] - learnt[after - 1])
    return float(accuracy[after - 1] + share * (accuracy[after] - accuracy[after - 1]))


def interval(values: np.ndarray) -> str:
    """Mean and 80 % interval over seeds; seeds that say nothing are left out, and counted."""
    said = values[np.isfinite(values)]
    if len(said) < 2:
        return "-"
    half = student.ppf(0.9, len(said) - 1) * said.std(ddof=1) / np.sqrt(len(said))
    note = f" ({len(said)})" if len(said) < len(values) else ""
    return f"{said.mean():.2f} ± {half:.2f}{note}"


def lines(
    title: str,
    found: Mapping[str, list[dict[str, Any]]],
    parts: Mapping[str, Part],
    pairs: Sequence[tuple[str, str]],
) -> Iterator[str]:
    """A table of the sets, and one of differences paired by seed."""
    seeds = len(next(iter(found.values())))
    rows = ", ".join(
        f"{kind} {np.mean([run['taught'] for run in runs]):.0f}" for kind, runs in found.items()
    )
    yield f"\n{title}: {seeds} seeds, mean ± 80 %; rows taught: {rows}"
    reached = {kind: [run["competent"] for run in runs] for kind, runs in found.items()}
    yield f"Checkpoint at which the update is learnt, odds included: {reached}\n"
    yield f"| read on | set | {' | '.join(MEASURES)} |"
    yield "|---|---|" + "---|" * len(MEASURES)
    tables = {
        (name, kind): np.array([measures(run, part) for run in runs])
        for name, part in parts.items()
        for kind, runs in found.items()
    }
    for (name, kind), table in tables.items():
        yield f"| {name} | {kind} | {' | '.join(interval(v) for v in table.T)} |"
    for name in parts:
        for a, b in pairs:
            less = tables[name, a] - tables[name, b]
            yield f"| {name} | {a} less {b} | {' | '.join(interval(v) for v in less.T)} |"
    yield from curves(found, parts)


def curves(found: Mapping[str, list[dict[str, Any]]], parts: Mapping[str, Part]) -> Iterator[str]:
    """Accuracy, and with the update's column masked, at each checkpoint."""
    steps = next(iter(found.values()))[0]["steps"]
    yield f"\n| read on | set | head | {' | '.join(map(str, steps))} |"
    yield "|---|---|---|" + "---|" * len(steps)
    for name, part in parts.items():
        for kind, runs in found.items():
            for head in ("accuracy", "masked"):
                mean = np.mean([over(run, head, part) for run in runs], axis=0)
                values = " | ".join(f"{v:.2f}" for v in mean)
                yield f"| {name} | {kind} | {head} | {values} |"


def covered_and_thin() -> dict[str, Part]:
    return {
        "well covered": lambda _, thin: not thin,
        "thin in one set": lambda _, thin: thin,
        "all": lambda *_: True,
    }


def parts_of_contracts() -> dict[str, Part]:
    """Also the kinds apart: those with a thin subtype, the one with forms, and the others."""
    filled = {r.category for r in contracts(0).test if r.thin}
    return covered_and_thin() | {
        "kinds with a thin subtype": lambda kind, _: kind in filled,
        "the kind with forms": lambda kind, _: kind == FORMS,
        "the other kinds": lambda kind, _: kind not in filled and kind != FORMS,
    }


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="With clinc150.csv.")
@click.option("--only", type=click.Choice(["contracts", "support", "clinc"]))
@click.option("--seeds", default=5)
@click.option("--threads", default=1)
def main(out: Path, data: Path | None, only: str | None, seeds: int, threads: int) -> None:
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    if only in (None, "contracts"):
        found = measured(out, "contracts", seeds, contracts)
        pairs = [("rebuilt", "narrow"), ("rebuilt", "narrow, as few rows")]
        click.echo("\n".join(lines("Contracts", found, parts_of_contracts(), pairs)))
    if only in (None, "support"):
        found = measured(out, "support", seeds, support)
        pairs = [(kind, "human") for kind in found if kind != "human"]
        pairs.append(("human and synthetic", "human, as many steps"))
        click.echo("\n".join(lines("Support", found, {"all": lambda *_: True}, pairs)))
    if data and only in (None, "clinc"):
        rows = read(data / "clinc150.csv")
        found = measured(out, "clinc", seeds, lambda seed: clinc(rows, seed))
        pairs = [(a, b) for b in ("thin", "thin template") for a in ("intact", "even, as few rows")]
        click.echo("\n".join(lines("CLINC150", found, covered_and_thin(), pairs)))


if __name__ == "__main__":
    main()
