"""One dataset, one `audit.json`, byte for byte: whatever the cache holds and however many threads.

On one machine with one torch. Another processor, torch or BLAS may round otherwise; what a cache
holds of another torch or instruction set is not taken for this one's.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from auditor.embedding import open_embedder
from auditor.embedding.cache import VectorCache
from auditor.embedding.embed import Encoder

pytestmark = pytest.mark.model

WHO = ("My sister", "The caretaker", "Our office", "A colleague", "My landlord", "The new tenant")
ASKS = {
    "heating": ("reports that the radiator in {} stays cold", "hears the boiler near {} knocking"),
    "parking": ("found a stranger's van in the bay of {}", "wants a second permit for {}"),
    "refuse": ("says nobody emptied the bins behind {}", "asks where {} should leave an old sofa"),
    "noise": ("cannot sleep for the drums above {}", "complains of drilling in {} on Sundays"),
}
WHERE = ("flat nine", "the ground floor", "Mill Lane", "the attic", "number 40", "the east wing")
WHEN = ("since Monday", "again", "and would like a call back", "although it was fixed in May")
HALF = slice(None, None, 2)
ALONE = slice(None, 60)


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str]]:
    """500 texts with their labels; one in 25 stands under a wrong one."""
    found = [
        (f"{who} {ask.format(where)} {when}", label)
        for label, asks in ASKS.items()
        for ask in asks
        for who in WHO
        for where in WHERE
        for when in WHEN
    ][::2]
    labels = list(ASKS)
    wrong = [
        labels[(labels.index(label) + (i % 25 == 0)) % 4] for i, (_, label) in enumerate(found)
    ]
    return [(text, label) for (text, _), label in zip(found, wrong, strict=True)][:500]


@pytest.fixture(scope="module")
def run(rows, as_csv, tmp_path_factory) -> Callable[..., bytes]:
    """`audit.json` from a process with so many threads and a cache that holds so much."""
    folder = tmp_path_factory.mktemp("bytes")
    data = folder / "flats.csv"
    data.write_text(as_csv([{"text": t, "label": c} for t, c in rows]), encoding="utf-8")

    def run(cache: Path, threads: int) -> bytes:
        number, output = str(threads), folder / "report"
        command = [sys.executable, "-m", "auditor", "audit", str(data), "--threads", number]
        command += ["--cache-dir", str(cache), "--output", str(output)]
        command += ["--format", "json", "--quiet"]
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), number)
        subprocess.run(command, check=True, env=os.environ | limits)
        return (output / "audit.json").read_bytes()

    return run


def fill(cache: Path, calls: Sequence[Sequence[str]]) -> None:
    """Embeds what each of `calls` lists by itself, as runs on other rows would have."""
    embedder = open_embedder()
    encoder = Encoder(embedder, VectorCache(cache, embedder.identity))
    for texts in calls:
        encoder.embed(texts)


def test_a_cold_a_warm_and_a_half_filled_cache_and_all_threads_give_the_same_bytes(
    run, rows, tmp_path
):
    texts = [text for text, _ in rows]
    cold = run(tmp_path / "cold", threads=1)
    assert run(tmp_path / "cold", threads=2) == cold  # it is warm now
    assert run(tmp_path / "other", threads=2) == cold
    fill(tmp_path / "half", [[t] for t in texts[ALONE]] + [texts[HALF]])
    assert run(tmp_path / "half", threads=1) == cold
