"""What may keep an update from taking the old categories: one file each, and its lines below.

A mitigation is a frozen dataclass (`auditor.interfaces.Mitigation`). Fine-tunes get them as
arguments and know none by name: each is measured against the plain update, from the same model,
for as many steps, with the update's rows in the same order. Cheapest first: what needs no old row,
what needs some, and all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from auditor.errors import UsageError
from auditor.interfaces import Mitigation
from auditor.prediction.mitigations.bias_correction import BiasCorrection
from auditor.prediction.mitigations.distillation import Distillation
from auditor.prediction.mitigations.elastic_weights import ElasticWeights
from auditor.prediction.mitigations.gentler import FrozenLayers, LowerRate, LowRank
from auditor.prediction.mitigations.joint import Joint
from auditor.prediction.mitigations.replay import Replay
from auditor.settings import expect_known

if TYPE_CHECKING:
    from auditor.prediction.fine_tuning.branch import Branch

MITIGATIONS: tuple[Mitigation[Branch], ...] = (
    LowerRate(factor=0.3),
    LowerRate(factor=0.1),
    FrozenLayers(),
    LowRank(),
    Distillation(),
    BiasCorrection(),
    ElasticWeights(strength=1e7),
    ElasticWeights(strength=1e8),
    ElasticWeights(strength=1e9),
    Replay(share=0.01),
    Replay(share=0.05),
    Replay(share=0.05, aimed=True),
    Replay(share=0.2),
    Joint(),
)
ALL = "all"
_LOG = logging.getLogger(__name__)


def mitigations_called(names: Iterable[str]) -> tuple[Mitigation[Branch], ...]:
    """Those called so, each once, in the order of the registry.

    `all` are all that can be tried here; what lacks a package is logged. Raises UsageError for an
    unknown name, and for one that lacks a package.
    """
    known = {mitigation.name: mitigation for mitigation in MITIGATIONS}
    wanted = frozenset(names)
    expect_known(sorted(wanted), {**known, ALL: None}, "mitigation", "--mitigations")
    return tuple(m for m in MITIGATIONS if _is_called(m, wanted))


def _is_called(mitigation: Mitigation[Branch], wanted: frozenset[str]) -> bool:
    if mitigation.name not in wanted and ALL not in wanted:
        return False
    missing = [package for package in mitigation.requires if find_spec(package) is None]
    if not missing:
        return True
    install = f"{missing[0]}, which is not installed: pip install 'auditor[{mitigation.name}]'"
    if mitigation.name in wanted:
        raise UsageError(f"--mitigations {mitigation.name} needs {install}, or leave it out")
    _LOG.warning("%s is not tried: it needs %s", mitigation.name, install)
    return False
