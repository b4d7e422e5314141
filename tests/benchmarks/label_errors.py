"""Is a label that is said to be wrong with probability p wrong in p of the cases?

    python tests/benchmarks/label_errors.py DATA/clinc150.csv DATA/hwu64.csv ...
        [--rates 0.01,0.05,0.10,0.20] [--kinds words,mean,random] [--rows 3000] [--seeds 3]

Labels of rows that are drawn from each file (of a `split` column, those of training) are made
wrong: to the category that a naive Bayes of the words finds likeliest (words), to that whose mean
is nearest (mean), or to any (random). Prints a line a rate and kind: the labels made wrong, the
estimate with its interval, average precision, the rows listed with the number expected wrong, the
warnings. Then the reliability of all rows together, in ten bins, and its mean absolute error over
bins. Rows that are listed when nothing was made wrong are counted apart: they may be wrong as
published.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from label_noise import flip
from labelled_sets import Rows, heading, labelled, line, options

from auditor.analysis import analyse
from auditor.checks.label_error import LabelError
from auditor.dataset.assembly import assemble
from auditor.embedding.embed import Encoder
from auditor.records.arrays import Ints
from auditor.records.probes import LabelErrors
from auditor.resources import open_encoder
from auditor.settings import Settings

COLUMNS = (
    *("set", "kind", "rate", "made wrong", "estimated", "held", "average precision"),
    *("listed", "right", "expected", "warnings", "right"),
)
FEWEST = 5  # rows of a category


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of the rows of one set, in the order of its file."""

    probability: np.ndarray  # (n,)
    score: np.ndarray  # (n,)
    errors: LabelErrors


def told(rows: Rows, labels: Ints, encoder: Encoder, settings: Settings, seed: int) -> Told:
    pairs = zip(rows.text, labels, strict=True)
    fields = [(None, {"text": text, "label": f"{label:04}"}) for text, label in pairs]
    dataset = assemble("flipped", fields, {"text": "text", "label": "label"}, settings)
    evidence = analyse(dataset, encoder, settings.seed, parts=["errors"])
    errors = evidence.label_errors
    assert isinstance(errors, LabelErrors)
    assert errors.wrong is not None
    back = np.argsort(dataset.rows)
    return Told(probability=errors.wrong[back], score=errors.score[back], errors=errors)


def likeliest_by_words(texts: list[str], codes: Ints, rows: Ints) -> Ints:
    """The other category that a naive Bayes of the words (add-one) finds likeliest."""
    words = [set(re.findall(r"\w+", t.lower())) for t in texts]
    number = {w: i for i, w in enumerate(sorted(set().union(*words)))}
    counts = np.ones((int(codes.max()) + 1, len(number)))
    for own, code in zip(words, codes, strict=True):
        counts[code, [number[w] for w in own]] += 1
    log = np.log(counts / counts.sum(axis=1, keepdims=True))
    scores = np.stack([log[:, [number[w] for w in words[i]]].sum(axis=1) for i in rows])
    scores[np.arange(len(rows)), codes[rows]] = -np.inf
    return np.asarray(scores.argmax(axis=1))


def made_wrong(
    kind: str, rate: float, rows: Rows, codes: Ints, encoder: Encoder, seed: int
) -> Ints:
    random = np.random.default_rng(seed)
    if kind != "words":
        vectors = encoder.embed(list(rows.text)).vectors
        return flip({"mean": "nearest", "random": "uniform"}[kind], rate, codes, vectors, random)
    chosen = random.permutation(len(codes))[: round(rate * len(codes))]
    out = codes.copy()
    out[chosen] = likeliest_by_words(list(rows.text), codes, chosen)
    return out


def average_precision(order: Ints, wrong: np.ndarray) -> float:
    hits = wrong[order]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].sum() / hits.sum())


def print_reliability(name: str, probability: np.ndarray, wrong: np.ndarray) -> None:
    """Ten bins: rows, mean probability, share made wrong; and the mean absolute difference."""
    cell = np.minimum((probability * 10).astype(int), 9)
    print(f"\n{name}: {len(wrong):,} rows\n")
    heading("probability", "rows", "said", "made wrong")
    gaps = []
    for k in range(10):
        own = cell == k
        if own.any():
            said, found = probability[own].mean(), wrong[own].mean()
            gaps.append(abs(said - found))
            line((f"{k / 10:.1f}-{(k + 1) / 10:.1f}", own.sum(), f"{said:.3f}", f"{found:.3f}"))
    print(f"\nmean absolute error over {len(gaps)} bins: {np.mean(gaps):.3f}")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--rates", default="0.01,0.05,0.10,0.20")
    parser.add_argument("--kinds", default="words,mean,random")
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    settings = Settings(
        text="text",
        label="label",
        embedder=asked.embedder,
        cache_dir=asked.cache_dir,
        offline=True,
        threads=1,
    )
    encoder, check = open_encoder(settings), LabelError()
    for path in asked.data:
        heading(*COLUMNS)
        pooled: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        for seed in range(asked.seeds):
            rows = labelled(path, asked.rows, seed)
            known = Counter(rows.label)
            rows = rows[[known[x] >= FEWEST for x in rows.label]].reset_index(drop=True)
            codes = np.unique(rows.label, return_inverse=True)[1].astype(np.int64)
            clean = told(rows, codes, encoder, settings, seed)
            own = clean.probability >= check.listed
            share, low, high = clean.errors.share or (0, 0, 0)
            n, sure = len(codes), (clean.probability >= check.sure).sum()
            estimate = f"{share * n:.0f} ({low * n:.0f} to {high * n:.0f})"
            expected = f"{clean.probability[own].sum():.0f}"
            line((path.stem, "-", 0, 0, estimate, "-", "-", own.sum(), "-", expected, sure, "-"))
            for kind in asked.kinds.split(","):
                for rate in map(float, asked.rates.split(",")):
                    labels = made_wrong(kind, rate, rows, codes, encoder, seed)
                    wrong, said = labels != codes, told(rows, labels, encoder, settings, seed)
                    pooled.append((said.probability, wrong, own & ~wrong))
                    p, order = said.probability, np.argsort(-said.score, kind="stable")
                    share, low, high = (x * n for x in said.errors.share or (0, 0, 0))
                    listed, sure = p >= check.listed, p >= check.sure
                    line(
                        (
                            *(path.stem, kind, rate, wrong.sum()),
                            f"{share:.0f} ({low:.0f} to {high:.0f})",
                            "yes" if low <= wrong.sum() <= high else "no",
                            f"{average_precision(order, wrong):.3f}",
                            *(listed.sum(), wrong[listed].sum(), f"{p[listed].sum():.0f}"),
                            *(sure.sum(), wrong[sure].sum()),
                        )
                    )
        p, wrong, own = (np.concatenate(x) for x in zip(*pooled, strict=True))
        print_reliability(f"{path.stem}, all rows", p, wrong)
        print_reliability(f"{path.stem}, without rows listed unplanted", p[~own], wrong[~own])
        sure = (p >= check.sure) & ~own
        print(f"warnings right: {wrong[sure].sum()} of {sure.sum()}, {wrong[sure].mean():.3f}\n")


if __name__ == "__main__":
    main()
