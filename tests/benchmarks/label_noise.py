"""What is said of labels that were flipped, from none to all: the estimate, and what it decides.

    python tests/benchmarks/label_noise.py DATA/clinc150.csv [--label category] [--rows 2000]
        [--kinds uniform,nearest,onesided,dealt,coin] [--rates 0,.01,...] [--seeds 5]

Rows are drawn anew with each seed (of a `split` column, those of training). uniform: to any other
category; nearest: to the one whose mean is nearest the row; onesided: of every other category to
the next; dealt: all labels dealt out anew; coin: two labels by a coin. Prints a line a rate: the
truth, the estimate with its interval, how often that holds the truth, and how many of the sets are
in error, under a warning, cannot be told, or have nothing found.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from auditor.analysis import analyse
from auditor.checks.label_noise import LabelNoise
from auditor.dataset.assembly import assemble
from auditor.embedding.embed import Encoder
from auditor.records.arrays import Floats, Ints
from auditor.records.evidence import Evidence, computed
from auditor.records.findings import Finding
from auditor.records.probes import NoiseEstimate
from auditor.resources import open_encoder
from auditor.settings import Settings

RATES = "0,.005,.01,.02,.05,.1,.2,.3,.5,.7"
TOTAL = ("dealt", "coin")  # kinds that have no rate


def flip(kind: str, rate: float, codes: Ints, vectors: Floats, random: np.random.Generator) -> Ints:
    """(n,) codes, of which a share `rate` is wrong."""
    kinds = int(codes.max()) + 1
    if kind == "dealt":
        return random.permutation(codes)
    if kind == "coin":
        return random.integers(0, 2, len(codes))
    may = np.flatnonzero(codes % 2 == 0) if kind == "onesided" else np.arange(len(codes))
    rows = random.permutation(may)[: round(rate * len(codes))]
    out = codes.copy()
    if kind == "uniform":
        out[rows] = (codes[rows] + random.integers(1, kinds, len(rows))) % kinds
    elif kind == "onesided":
        out[rows] = (codes[rows] + 1) % kinds
    else:
        means = np.stack([vectors[codes == k].mean(axis=0) for k in range(kinds)])
        cosine = vectors[rows] @ (means / np.linalg.norm(means, axis=1, keepdims=True)).T
        cosine[np.arange(len(rows)), codes[rows]] = -1.0
        out[rows] = cosine.argmax(axis=1)
    return out


def said(evidence: Evidence) -> str:
    """The worst that the check says of the whole set."""
    results = [r for r in LabelNoise().find(evidence) if getattr(r, "category", None) is None]
    severities = {r.severity for r in results if isinstance(r, Finding)}
    for severity in ("error", "warning"):
        if severity in severities:
            return severity
    untold = [r for r in results if "share" in r.reason or "too little" in r.reason]
    return "not told" if untold else "nothing"


def run(
    data: pd.DataFrame, kind: str, rate: float, seed: int, rows: int, encoder: Encoder
) -> tuple[float, NoiseEstimate, str]:
    """The true share of wrong labels, the estimate, and what the check says."""
    random = np.random.default_rng(seed)
    drawn = data.iloc[random.permutation(len(data))[: rows or None]]
    codes = np.unique(drawn.label, return_inverse=True)[1]
    new = flip(kind, rate, codes, encoder.embed(list(drawn.text)).vectors, random)
    pairs = zip(drawn.text, new, strict=True)
    dataset = assemble(
        "flipped",
        [(None, {"text": text, "label": f"{label:03}"}) for text, label in pairs],
        {"text": "text", "label": "label"},
        Settings(text="text", label="label"),
    )
    evidence = analyse(dataset, encoder, seed=0, parts=["noise"])
    noise = computed(evidence.label_noise)
    assert noise is not None
    return float((new != codes).mean()), noise, said(evidence)


def line(runs: list[tuple[float, NoiseEstimate, str]]) -> str:
    truth = np.array([t for t, _, _ in runs])
    share, low, high, p = (
        np.array([getattr(n, name) for _, n, _ in runs]) for name in ("share", "low", "high", "p")
    )
    holds = ((low <= truth + 1e-9) & (truth <= high + 1e-9)).sum()
    counted = ", ".join(f"{k} {n}" for k, n in sorted(Counter(s for _, _, s in runs).items()))
    return (
        f"truth {truth.mean():.3f} | estimate {share.mean():.3f} | "
        f"{low.mean():.3f} to {high.mean():.3f}, at most {low.max():.3f}, at least {high.min():.3f}"
        f" | holds {holds} of {len(runs)} | p {p.min():.2f} to {p.max():.2f} | {counted}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--label", default="category")
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--kinds", default="uniform,nearest,onesided,dealt,coin")
    parser.add_argument("--rates", default=RATES)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cache-dir")
    parser.add_argument("--embedder", default=Settings().embedder)
    asked = parser.parse_args()
    data = pd.read_csv(asked.data, dtype=str, keep_default_na=False)
    data = data[data.split == "train"] if "split" in data else data
    data = data.rename(columns={asked.label: "label"}).reset_index(drop=True)
    encoder = open_encoder(
        Settings(embedder=asked.embedder, offline=True, threads=1, cache_dir=asked.cache_dir)
    )
    for kind in asked.kinds.split(","):
        for rate in [1.0] if kind in TOTAL else map(float, asked.rates.split(",")):
            runs = [run(data, kind, rate, s, asked.rows, encoder) for s in range(asked.seeds)]
            print(
                f"{asked.data.stem} {len(runs[0][1].rows)} {kind} {rate}: {line(runs)}", flush=True
            )


if __name__ == "__main__":
    main()
