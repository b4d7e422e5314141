"""What an audit reads, and whether it can be read: before anything that computes is imported.

torch and its like take seconds to load, and nobody waits for them to hear that a path is wrong.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.dataset import load_dataset, load_texts
from auditor.embedding import expect_embedder
from auditor.interfaces import Progress
from auditor.records.dataset import Dataset
from auditor.settings import Settings

if TYPE_CHECKING:
    from auditor.dataset.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The data, and what it is audited for."""

    dataset: Dataset
    update: Dataset | None
    reference: tuple[list[str], list[int]] | None  # unlabelled texts and their 0-based rows


def read_inputs(
    data: Source,
    update: Source | None,
    reference: Source | None,
    settings: Settings,
    progress: Progress = lambda *_: None,
) -> Inputs:
    """All that is read, in one go. Raises `auditor.errors.AuditorError` for what cannot be."""
    given = 1 + (update is not None) + (reference is not None)
    progress("reading", 0, given)
    expect_embedder(settings.embedder)
    dataset = load_dataset(data, settings)
    progress("reading", 1, given)
    beside = dataclasses.replace(settings, input_format=None)  # that is said of `data` alone
    incoming = None if update is None else load_dataset(update, beside, strict_roles=False)
    unlabelled = None if reference is None else load_texts(reference, beside)
    progress("reading", given, given)
    return Inputs(dataset=dataset, update=incoming, reference=unlabelled)
