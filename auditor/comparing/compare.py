"""Two sets compared: does the added data help the model keep what it knows?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Unpack

from auditor.comparing.measures import measure_sets
from auditor.comparing.probing import ForecastInputs
from auditor.comparing.result import put_together
from auditor.comparing.retained import retain
from auditor.comparing.sets import NAMES, readable_sets, two_sets
from auditor.comparing.structure import find_pooled_structure
from auditor.dataset import load_dataset
from auditor.forecasting import readable_update
from auditor.no_text import without_text
from auditor.options import Options, named_options, with_options
from auditor.pool import make_pool
from auditor.progress import Watching, heard
from auditor.records.comparison import Comparison
from auditor.resources import open_encoder, plan_of
from auditor.settings import Settings
from auditor.threads import one_blas_thread

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

__all__ = ["compare"]


@named_options
@one_blas_thread()
def compare(
    base: Source,
    candidate: Source | None = None,
    *,
    update: Source | None = None,
    names: Sequence[str] = NAMES,
    split_by: str | None = None,
    settings: Settings | None = None,
    progress: Watching = None,
    **options: Unpack[Options],
) -> Comparison:
    """Compares the labelled dataset `candidate` with `base`, and forecasts what each retains.

    base, candidate, update: a file, a Hugging Face dataset folder, or a table in memory (see
    `auditor.dataset.memory`); the update is what the model is fine-tuned on next, simulated
    where it is not given. With the column `split_by` one dataset is enough: its rows of one value
    are the base, all of its rows the candidate. `names` are what the report calls the two;
    `progress` and `options` are as in `auditor.audit`. Raises `auditor.errors.AuditorError` for
    what the user can mend. No file of settings is read; see `auditor.load_settings`.

    >>> contracts = "sample_datasets/contracts_narrow.csv", "sample_datasets/contracts_rebuilt.csv"
    >>> compared = auditor.compare(*contracts, names=("narrow", "rebuilt"))
    >>> compared
    <Comparison of 'narrow' (784 rows) with 'rebuilt' (679 rows): 593 in both, 86 added, ...>
    """
    settings, progress = with_options(settings, options, compare), heard(progress)
    sets = two_sets(base, candidate, split_by, tuple(names), settings)
    of_others = dataclasses.replace(settings, input_format=None)
    update_data = None if update is None else load_dataset(update, of_others, strict_roles=False)
    plan = plan_of(settings, update_data)
    encoder = open_encoder(settings, progress)
    sets, unread = readable_sets(sets, encoder)
    structure = find_pooled_structure(
        make_pool(sets.base, sets.candidate), encoder, settings.seed, progress
    )
    measures = measure_sets(structure, sets, settings.seed)
    update_read, unforecast = readable_update(update_data, encoder)
    inputs = ForecastInputs(update=update_read, plan=plan, progress=progress, unforecast=unforecast)
    retained = retain(structure, inputs)
    comparison = put_together(structure, measures, retained, settings, split_by, unread)
    return without_text(comparison) if settings.no_text else comparison
