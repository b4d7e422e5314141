"""Two sets held against each other: does the added data help the model keep what it knows?

sets.py       two files, or one with a column that says which rows are whose
structure.py  what is found in both sets together: copies, templates, variations
measures.py   each measure of `sides/` on that
unseen.py     which rows neither set has seen, and what is not taught beside them
retaining.py  accuracy and forecast of both sets, at full and at matched size, on the same rows
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from auditor.comparing.measures import measure, shown
from auditor.comparing.retaining import Question, retain
from auditor.comparing.sets import NAMES, two_sets
from auditor.comparing.structure import find_structure
from auditor.dataset import load_dataset
from auditor.interfaces import Progress
from auditor.no_text import without_text
from auditor.pool import pool
from auditor.records.comparison import Comparison
from auditor.resources import coefficients_of, open_encoder, target_of, with_options
from auditor.settings import Settings
from auditor.summary import provenance
from auditor.threads import one_blas_thread

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

__all__ = ["compare"]


@one_blas_thread()
def compare(
    base: Source,
    candidate: Source | None = None,
    *,
    update: Source | None = None,
    names: Sequence[str] = NAMES,
    split_by: str | None = None,
    settings: Settings | None = None,
    progress: Progress = lambda *_: None,
    **options: Any,
) -> Comparison:
    """Holds the labelled dataset `candidate` against `base`, and forecasts what each retains.

    base, candidate, update: a file, a Hugging Face dataset folder, or a DataFrame; the update is
    what the model is fine-tuned on next, simulated where it is not given. With the column
    `split_by` one file is enough: its rows of one value are the base, all of its rows the
    candidate. `names` are what the report calls the two; `options` are single settings by name,
    on top of `settings`. Raises `auditor.errors.AuditorError` for what the user can mend.
    """
    settings = with_options(settings or Settings(), options)
    coefficients = coefficients_of(settings)
    sets = two_sets(base, candidate, split_by, tuple(names), settings)
    beside = dataclasses.replace(settings, input_format=None)
    incoming = None if update is None else load_dataset(update, beside, strict_roles=False)
    target = target_of(settings, given=incoming is not None)
    encoder = open_encoder(settings, progress)
    structure = find_structure(pool(sets.base, sets.candidate), encoder, progress)
    measured = measure(structure, sets, settings.seed)
    question = Question(
        update=(incoming, encoder.embed(incoming.texts)) if incoming else None,
        target=target,
        coefficients=coefficients,
        settings=settings,
        progress=progress,
    )
    retained = retain(structure, question)
    texts, base_texts = shown(structure.pool, measured)
    of = provenance(structure.embeddings, settings)
    whole = Comparison(
        **measured,
        **retained,
        examples=texts,
        base_examples=base_texts,
        settings={**of["settings"], "split_by": split_by},
        embedder=of["embedder"],
        versions=of["versions"],
    )
    return without_text(whole) if settings.no_text else whole
