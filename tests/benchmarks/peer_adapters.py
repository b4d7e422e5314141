"""Runs one peer at its documented defaults; writes what it found as `score_detection.py` reads it.

    python peer_adapters.py PEER DATA_CSV VECTORS_NPY OUT_JSON

`peers.py` calls this in the peer's own environment, where `auditor` is not installed. DATA_CSV has
the columns text and category; VECTORS_NPY holds the embeddings of its rows. OUT_JSON gets
`findings` (code and 0-based rows, in the peer's order) and the `seconds` and `processor_seconds`
that it took: its imports and the embedding are not in them, the probabilities that it needs are.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

Findings = list[dict[str, Any]]
Adapter = Callable[[list[str], list[str], np.ndarray], tuple[Findings, np.ndarray]]


def clock() -> np.ndarray:
    """Seconds by the wall and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def findings(code: str, groups: Iterable[Iterable[int]]) -> Findings:
    """One finding a distinct group of rows, in the order of the groups."""
    distinct = dict.fromkeys(tuple(sorted({int(r) for r in rows})) for rows in groups)
    return [{"code": code, "rows": list(rows)} for rows in distinct if rows]


def datalab(
    texts: list[str], labels: list[str], vectors: np.ndarray
) -> tuple[Findings, np.ndarray]:
    """As its text tutorial: cross-validated logistic regression, then all default issue types."""
    from cleanlab import Datalab
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    start = clock()
    probabilities = cross_val_predict(
        LogisticRegression(max_iter=400), vectors, labels, method="predict_proba"
    )
    lab = Datalab(data={"label": labels}, label_name="label", verbosity=0)
    lab.find_issues(pred_probs=probabilities, features=vectors)
    took = clock() - start

    scores = lab.get_issues("label").sort_values("label_score", kind="stable")
    suspects = scores.index[scores.is_label_issue]
    sets = lab.get_info("near_duplicate")["near_duplicate_sets"]
    copies = ([row, *others] for row, others in enumerate(sets) if len(others))
    worst = np.flatnonzero(lab.issues.get("is_underperforming_group_issue", []))
    return (
        findings("label-error", ([row] for row in suspects))
        + findings("near-duplicate", copies)
        + findings("coverage-gap", [worst])
    ), took


def semhash(
    texts: list[str], labels: list[str], vectors: np.ndarray
) -> tuple[Findings, np.ndarray]:
    """`self_deduplicate` on the given embeddings: the encoder is only asked for new records."""
    from semhash import SemHash

    start = clock()
    records = [{"text": text, "row": row} for row, text in enumerate(texts)]
    found = SemHash.from_embeddings(vectors, records, model=None, columns=["text"])
    kept = found.self_deduplicate().selected_with_duplicates
    took = clock() - start

    families = ([k.record["row"], *(d["row"] for d, _ in k.duplicates)] for k in kept)
    return findings("near-duplicate", (f for f in families if len(f) > 1)), took


def samey(texts: list[str], labels: list[str], vectors: np.ndarray) -> tuple[Findings, np.ndarray]:
    """A report of rates; the skeletons and n-grams that it lists are looked up in the rows."""
    from samey import Samey
    from samey.samey_metrics import _skeletonize, _tokenize

    start = clock()
    listed = (
        Samey().score({"text": texts, "label": labels}, text="text", topic="label").debug["text"]
    )
    took = clock() - start

    frames = [t["skeleton"] for t in listed["top_skeletons"] if t["count"] > 1]
    grams = [t["ngram"] for t in listed["top_repeated_ngrams"]]
    patterns = [_skeletonize(t) for t in texts]
    words = [f" {' '.join(_tokenize(t))} " for t in texts]
    rows = range(len(texts))
    templated = [[i for i in rows if patterns[i] == frame] for frame in frames]
    repeated = [[i for i in rows if f" {gram} " in words[i]] for gram in grams]
    return findings("template-dominance", templated + repeated), took


def label_lens(
    texts: list[str], labels: list[str], vectors: np.ndarray
) -> tuple[Findings, np.ndarray]:
    """Its three checks of rows, each on TF-IDF of its own."""
    import pandas as pd
    from label_lens import find_exact_duplicates, find_near_duplicates, score_label_noise

    start = clock()
    frame = pd.DataFrame({"text": texts, "label": labels})
    exact, near = find_exact_duplicates(frame), find_near_duplicates(frame)
    noise = score_label_noise(frame)
    took = clock() - start

    def rows(groups: str, pairs: str) -> list[list[int]]:
        return [g["indices"] for g in exact[groups]] + [
            [p["index_a"], p["index_b"]] for p in near[pairs]
        ]

    return (
        findings("near-duplicate", rows("duplicate_groups", "near_duplicate_pairs"))
        + findings("label-conflict", rows("cross_class_duplicates", "cross_class_near_duplicates"))
        + findings("label-error", ([s["index"]] for s in noise["suspects"]))
    ), took


ADAPTERS: dict[str, Adapter] = {
    "cleanlab": datalab,
    "semhash": semhash,
    "samey": samey,
    "label-lens": label_lens,
}


def main(peer: str, data: str, vectors: str, out: str) -> None:
    with Path(data).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    texts, labels = [r["text"] for r in rows], [r["category"] for r in rows]
    found, (seconds, processor) = ADAPTERS[peer](texts, labels, np.load(vectors))
    told = {"findings": found, "seconds": seconds, "processor_seconds": processor}
    Path(out).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
