"""How well label-error finds published errors, beside flips that are planted in the same set.

    python tests/benchmarks/errata.py FOLDER [--only NAME,...] [--rows 5000] [--share .04]
        [--show 20]

FOLDER holds a CSV file a set, with the columns text, label and corrected. label: as published.
corrected: the right label as a published list or its reviewers have it (the same as `label` where
they found it right), empty of a row of which nobody said anything or they could not agree.

    clinc150-intents   the 12 "Known label errata" that a pull request lists for the README of
                       clinc/oos-eval (#9), joined to `data/data_full.json` by text and intent;
                       corrected is empty elsewhere (CC BY 3.0)
    clinc150-domains   the same by the domains of `data/domains.json`: three of the twelve
    rasa-demo          RasaHQ/rasa-demo, training examples and intents of commit df50b7c, corrected
                       where a later commit of the main branch has the text under another intent
                       that was there before, while the old one stayed (Apache 2.0)
    disaster-tweets    MichaelSzczepaniak/llmamd: `data/train.csv`, and 800 of its tweets that a
                       reader judged, 400 of either label by chance (`questionable_label` 0: right,
                       1: wrong, 2: unclear) in `data/label_errors_in_train_data`
    noisy-ag-news      hhf-hd/NoisyAG-News: `dataset/samples10000valMed.csv`, the vote of three
                       student annotators as label, AG News' own label as corrected (MIT)
    20news, imdb       cleanlab/label-errors: `mturk/*.json`, corrected where three of five workers
                       chose the given label, or the other one that they were shown; the texts are
                       the test sets (20 Newsgroups by date in scikit-learn's order; Large Movie
                       Review Dataset by file name)

Of a larger set `--rows` are drawn: all with a verdict as long as these are fewer than half of them,
and others by chance, so that errors are a larger share of what is audited than of the set; else by
chance alone. The planted flips are made after the known errors are corrected, to the category whose
mean is nearest the row: once as many as are known to be wrong, once a share of all rows. Beside
them, rows that are listed without flips too, and that nobody judged, count as not judged.

No published list is complete: a row that is not in it is not therefore right. "At least" counts
such rows as right; "of judged" and "among judged" leave them out, and say nothing where a list
names wrong rows alone. Long texts take long to embed: --rows 2000 is enough of 20news and imdb.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from label_noise import flip
from labelled_sets import Rows, heading, line, options, settings

import auditor
from auditor.records.findings import Finding
from auditor.resources import open_encoder
from auditor.settings import Settings

SETS = (
    "clinc150-intents",
    "clinc150-domains",
    "rasa-demo",
    "disaster-tweets",
    "noisy-ag-news",
    "20news",
    "imdb",
)
RANKS = 12  # as many are printed
COLUMNS = (
    *("set", "errors", "rows", "known wrong", "of them listed", "at ranks"),
    *("average precision at least", "among judged", "listed", "right at least", "of judged"),
    *("warnings", "right at least", "of judged", "suggestion right", "in a label-conflict"),
    "estimated wrong",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What an audit lists, against the verdicts on its rows."""

    rows: int
    wrong: frozenset[int]
    right: frozenset[int]  # rows judged right; of the others nothing is known
    listed: tuple[int, ...]  # surest first
    warned: tuple[int, ...]

    @property
    def ranks(self) -> list[int]:
        """Where the known errors stand in the list, 1-based."""
        return [rank for rank, row in enumerate(self.listed, 1) if row in self.wrong]

    @property
    def average_precision(self) -> float:
        """As if every row without a verdict were right: no more than a lower bound."""
        return average_precision(self.listed, self.wrong)

    @property
    def among_judged(self) -> float:
        """Average precision of the list without the rows that nobody judged."""
        judged = self.wrong | self.right
        return average_precision([row for row in self.listed if row in judged], self.wrong)

    def found(self, rows: Iterable[int]) -> int:
        return len(self.wrong.intersection(rows))

    def judged(self, rows: Iterable[int]) -> int:
        return len((self.wrong | self.right).intersection(rows))


def average_precision(listed: Sequence[int], wrong: frozenset[int]) -> float:
    """Mean over the wrong rows of the precision at their rank; 0 of one that is not listed."""
    ranks = [rank for rank, row in enumerate(listed, 1) if row in wrong]
    at_each = sum(found / rank for found, rank in enumerate(ranks, 1))
    return at_each / len(wrong) if wrong else float("nan")


def drawn(data: Rows, most: int, seed: int = 0) -> Rows:
    """At most `most` rows in the file's order: the judged ones while they are fewer than half."""
    if len(data) <= most:
        return data
    random = np.random.default_rng(seed)
    judged = np.flatnonzero(data.corrected != "")
    kept = judged if 2 * len(judged) < most else judged[:0]
    others = np.setdiff1d(np.arange(len(data)), kept)
    chosen = random.choice(others, most - len(kept), replace=False)
    return data.iloc[np.sort(np.concatenate([kept, chosen]))].reset_index(drop=True)


def score(found: auditor.Audit, label: Sequence[str], truth: Sequence[str]) -> Score:
    """truth: the right label of each row, empty where it is not known."""
    pairs = list(zip(label, truth, strict=True))
    said = one_by_one(found)
    return Score(
        rows=len(pairs),
        wrong=frozenset(i for i, (given, right) in enumerate(pairs) if right not in ("", given)),
        right=frozenset(i for i, (given, right) in enumerate(pairs) if right == given),
        listed=tuple(dict.fromkeys(row for f in said for row in f.rows)),
        warned=tuple(dict.fromkeys(row for f in said if f.severity != "note" for row in f.rows)),
    )


def estimated(found: auditor.Audit) -> str:
    """Wrong labels: expected among the listed ones, and of all, where the audit says."""
    told = found.label_errors
    if told is None:
        return "-"
    whole = f"{told.wrong:.0f} ({told.wrong_low:.0f} to {told.wrong_high:.0f}) of all"
    return f"{told.listed_wrong:.0f} of those listed, {whole}"


def one_by_one(found: auditor.Audit) -> list[Finding]:
    """Rows one by one; that two categories overlap is said of many."""
    return [f for f in found.of("label-error") if "suggested" in f.measured]


def suggestions(found: auditor.Audit, truth: Sequence[str], wrong: frozenset[int]) -> list[bool]:
    """Whether the right label is the one suggested, of each known error that is listed."""
    listed = [(row, f) for f in one_by_one(found) for row in f.rows if row in wrong]
    return [f.measured["suggested"] == truth[row] for row, f in listed]


def cells(found: auditor.Audit, judged: Score, truth: Sequence[str]) -> list[str]:
    """The columns from `rows` on."""
    ranks, n = judged.ranks, len(judged.wrong)
    right = suggestions(found, truth, judged.wrong)
    conflicts = judged.found(row for f in found.of("label-conflict") for row in f.rows)
    return [
        f"{judged.rows:,}",
        f"{n} ({n / judged.rows:.2%})",
        str(len(ranks)),
        ", ".join(map(str, ranks[:RANKS])) + (", …" if len(ranks) > RANKS else ""),
        f"{judged.average_precision:.3f}",
        f"{judged.among_judged:.3f}" if judged.right else "-",
        *precision(judged, judged.listed),
        *precision(judged, judged.warned),
        f"{sum(right)} of {len(right)}",
        str(conflicts),
        estimated(found),
    ]


def precision(judged: Score, rows: Sequence[int]) -> tuple[str, str, str]:
    """How many rows; the share of them known to be wrong; the same of those with a verdict."""
    wrong, said = judged.found(rows), judged.judged(rows)
    at_least = f"{wrong / len(rows):.2f}" if rows else "-"
    told = judged.right and said  # a list of wrong rows alone says nothing of the others
    return str(len(rows)), at_least, f"{wrong / said:.2f} of {said}" if told else "-"


def scored(
    text: Sequence[str], label: Sequence[str], truth: Sequence[str], settings: Settings
) -> tuple[auditor.Audit, Score]:
    rows = pd.DataFrame({"text": text, "label": label})
    found = auditor.audit(rows, settings=settings)
    return found, score(found, label, truth)


def planted(data: Rows, shares: Sequence[float], settings: Settings) -> Iterator[list[str]]:
    """The labels with each of `shares` flipped, `data.truth` being right."""
    names, codes = np.unique(data.truth, return_inverse=True)
    vectors = open_encoder(settings).embed(list(data.text)).vectors
    for share in shares:
        flipped = flip("nearest", share, codes, vectors, np.random.default_rng(0))
        yield [str(name) for name in names[flipped]]


def show(found: auditor.Audit, data: Rows, judged: Score, most: int) -> None:
    """What is listed first, to be read by eye: the verdict, both labels and the text."""
    for rank, finding in enumerate(one_by_one(found)[:most], 1):
        row = finding.rows[0]
        verdict = "wrong" if row in judged.wrong else "right" if row in judged.right else "?"
        said = (verdict, data.label[row], finding.measured["suggested"], data.text[row][:160])
        print(f"    {rank} {finding.severity} {' | '.join(map(repr, said))}", flush=True)


def run(path: Path, asked: argparse.Namespace, settings: Settings) -> None:
    """The lines of one set: its published errors, as many planted ones, and a share of them."""
    every = pd.read_csv(path, dtype=str, keep_default_na=False)
    data = drawn(every, asked.rows)
    data["truth"] = data.corrected.where(data.corrected != "", data.label)
    name = path.stem if len(data) == len(every) else f"{path.stem}, of {len(every):,} rows"
    found, judged = scored(data.text, data.label, data.corrected, settings)
    line([name, "published", *cells(found, judged, data.corrected)])
    show(found, data, judged, asked.show)
    doubted = data.index.isin(judged.listed) & (data.corrected == "")
    shares = (len(judged.wrong) / len(data), asked.share)
    titles = ("planted, as many", f"planted, {asked.share:.0%}")
    for title, label in zip(titles, planted(data, shares, settings), strict=True):
        truth = data.truth.where(~doubted | (data.truth != label), "")
        found, judged = scored(data.text, label, truth, settings)
        line([name, title, *cells(found, judged, truth)])


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default=",".join(SETS))
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--share", type=float, default=0.04)
    parser.add_argument("--show", type=int, default=0, help="rows of each list to print")
    asked = parser.parse_args()
    same = settings(asked, probe="similarity", map_points=10)  # no label depends on the forecast
    absent = [name for name in asked.only.split(",") if not (asked.folder / f"{name}.csv").exists()]
    for name in absent:
        print(f"skipped: {asked.folder} has no {name}.csv")
    heading(*COLUMNS)
    for name in asked.only.split(","):
        if name not in absent:
            run(asked.folder / f"{name}.csv", asked, same)
    print("\nA row that no list names is not therefore right: shares 'at least' count it as right.")


if __name__ == "__main__":
    main()
