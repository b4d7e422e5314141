"""Features: what can be known of each old category before an update, each (2, updates, K).

scenario.py      what they are computed from: old rows, and the updates that are asked about
resemblance.py   how near the update lies to each category
probing.py       what probes on the embeddings say of the update and the old rows
rolling.py       what small models on the embeddings lose to the update
solidity.py      how well the old data is learnt
trial.py         what a fine-tune on the given update really took

A feature comes twice, from two halves (of the update's rows, of a probe's seeds or of runs): their
mean is the feature, their agreement its reliability. `prediction/estimate.py` weighs them. What
ranks the categories of an update is weighed by rank, so that it does not depend on the scale of an
encoder; what says how far all of them fall is weighed as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from auditor.prediction.features import probing, resemblance, rolling, solidity, trial
from auditor.prediction.features.scenario import Features, UpdateScenario

_HEAD = (resemblance.resemblance, probing.probing, rolling.rolling, solidity.solidity)
GROUPS: dict[str, tuple[Callable[[UpdateScenario], Features], ...]] = {
    "similarity": (resemblance.resemblance, solidity.solidity),
    "head": _HEAD,
    "full": (*_HEAD, trial.trial),
}
FIDELITIES = tuple(GROUPS)  # cheapest first
PROBES = ("similarity", "head")  # those that need no fine-tune


def compute_features(scenario: UpdateScenario, fidelity: str) -> Features:
    """All features of a fidelity."""
    return {name: v for group in GROUPS[fidelity] for name, v in group(scenario).items()}
