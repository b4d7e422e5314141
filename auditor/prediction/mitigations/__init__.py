"""What may keep an update from taking the old categories: one file each, and its lines below.

A mitigation is a frozen dataclass (`auditor.interfaces.Mitigation`). Fine-tunes get them as
arguments and know none by name: each is measured against the plain update, from the same model,
for as many steps, with the update's rows in the same order. Cheapest first: what needs no old row,
what needs some, and all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.interfaces import Mitigation
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.mitigations.bias_correction import BiasCorrection
from auditor.prediction.mitigations.distillation import Distillation
from auditor.prediction.mitigations.elastic_weights import ElasticWeights
from auditor.prediction.mitigations.gentler import FrozenLayers, LowerRate, LowRank
from auditor.prediction.mitigations.joint import Joint
from auditor.prediction.mitigations.replay import Replay
from auditor.settings import expect_known

MITIGATIONS: tuple[Mitigation[Branch], ...] = (
    LowerRate(factor=0.3),
    LowerRate(factor=0.1),
    FrozenLayers(),
    LowRank(),
    Distillation(),
    BiasCorrection(),
    ElasticWeights(strength=1e6),
    ElasticWeights(strength=1e7),
    ElasticWeights(strength=1e8),
    Replay(share=0.01),
    Replay(share=0.05),
    Replay(share=0.05, aimed=True),
    Replay(share=0.2),
    Joint(),
)
ALL = "all"


def mitigations_called(names: Iterable[str]) -> tuple[Mitigation[Branch], ...]:
    """Those called so, each once, in the order of the registry; `all` are all of them.

    Raises UsageError for another name.
    """
    known = {mitigation.name: mitigation for mitigation in MITIGATIONS}
    wanted = frozenset(names)
    expect_known(sorted(wanted), {**known, ALL: None}, "mitigation", "--mitigations")
    return tuple(m for name, m in known.items() if name in wanted or ALL in wanted)
