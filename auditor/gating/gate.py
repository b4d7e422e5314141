"""May a candidate be merged? It is assessed, and assessed again without the rows that fail."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from auditor.dataset import load_dataset
from auditor.dataset.sources import STDIN
from auditor.folders import as_text
from auditor.gating import baseline as baselines
from auditor.gating import policy as policies
from auditor.gating.assess import assess
from auditor.gating.inputs import CODES, GateInputs, prepare
from auditor.gating.policy import Policy
from auditor.gating.verdict import without_rows
from auditor.no_text import without_text
from auditor.options import Options, named_options, with_options
from auditor.progress import Watching, heard
from auditor.records.dataset import Dataset
from auditor.records.verdict import Verdict
from auditor.settings import Settings
from auditor.threads import one_blas_thread
from auditor.work_tree import name_in_repository

if TYPE_CHECKING:
    from auditor.dataset.sources import Source

MAX_ROUNDS = 3  # in which rows are left out and the rest is assessed again


@named_options
@one_blas_thread()
def gate(
    candidate: Source,
    *,
    base: Source | None = None,
    baseline: str | Path | None = None,
    update: Source | None = None,
    policy: Policy | None = None,
    settings: Settings | None = None,
    progress: Watching = None,
    **options: Unpack[Options],
) -> Verdict:
    """Whether `candidate` may take the place of `base`, or by itself is fit to be trained on.

    candidate, base, update: a file, a Hugging Face dataset folder, or a table in memory (see
    `auditor.dataset.memory`). With `baseline`, a file of known findings, it is whether there
    are others. With `update`, what it is expected to make a model forget is judged too. `progress`
    and `options` are as in `auditor.audit`. Raises `auditor.errors.AuditorError` for what the user
    can mend.

    No file of settings or policy is read: give `settings=auditor.load_settings(...)` and
    `policy=auditor.load_policy(...)` for what they say.

    >>> verdict = auditor.gate("sample_datasets/support_human.csv")
    >>> verdict
    <Verdict on 'support_human': pass; ... 500 rows>
    """
    settings, policy = with_options(settings, options, gate), policy or Policy()
    known = None if baseline is None else baselines.read(Path(baseline))
    of_others = dataclasses.replace(
        settings, input_format=None
    )  # that is said of the candidate alone
    candidate_data = load_dataset(candidate, settings)
    base_data = None if base is None else load_dataset(base, of_others, strict_roles=False)
    update_data = None if update is None else load_dataset(update, of_others, strict_roles=False)
    inputs = prepare(
        candidate_data,
        base_data,
        baseline=known,
        incoming=update_data,
        policy=policy,
        settings=settings,
        progress=heard(progress),
    )
    verdict = assess(candidate_data, inputs)
    if isinstance(candidate, str | Path):
        named = STDIN if candidate == STDIN else name_in_repository(Path(candidate))
        verdict = dataclasses.replace(verdict, file=as_text(named))
    whole = _with_what_to_drop(verdict, candidate_data, inputs)
    return without_text(whole) if settings.no_text else whole


def load_policy(config: str | Path | None = None, *data: str | Path) -> Policy:
    """The policy of a file, as the command line reads it.

    config: the file, of a policy or of settings; None: the file of settings that is found as by
    `auditor.load_settings`, near `data`; none at all: the defaults. Raises
    `auditor.errors.UsageError` for a file that cannot be read, an unknown key, or a wrong value.
    """
    return policies.load_policy(None if config is None else Path(config), CODES, *map(Path, data))


def _with_what_to_drop(verdict: Verdict, candidate_data: Dataset, inputs: GateInputs) -> Verdict:
    """With the rows to leave out, and the outcome without them: the rest is assessed again.

    What fails may hide what else would; so what fails then is left out, too, a few times over.
    """
    again, drop = verdict, {d.row: d for d in verdict.drop}
    for _ in range(MAX_ROUNDS):
        left = without_rows(candidate_data, tuple(drop.values()))
        if again.outcome != "fail" or not again.drop or left is None:
            break
        again = assess(left, inputs)
        drop |= {d.row: d for d in again.drop}
    if not drop:
        return verdict
    return dataclasses.replace(
        verdict,
        drop=tuple(drop[row] for row in sorted(drop)),
        outcome_without_dropped=again.outcome,
        examples={**again.examples, **verdict.examples},
        lines={**again.lines, **verdict.lines},
    )
