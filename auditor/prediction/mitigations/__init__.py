"""What may keep an update from taking the old categories: one file each, and its line below.

A mitigation is a frozen dataclass (`auditor.interfaces.Mitigation`). Fine-tunes get them as
arguments and know none by name: each is measured against the plain update, from the same model,
for as many steps, with the update's rows in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.interfaces import Mitigation
from auditor.prediction.mitigations.replay import Replay
from auditor.settings import expect_known

MITIGATIONS: tuple[Mitigation, ...] = (Replay(),)


def mitigations_called(names: Iterable[str]) -> tuple[Mitigation, ...]:
    """Those called so, each once, in the order of the registry. Raises UsageError for another."""
    known = {mitigation.name: mitigation for mitigation in MITIGATIONS}
    wanted = frozenset(names)
    expect_known(sorted(wanted), known, "mitigation", "--mitigations")
    return tuple(mitigation for name, mitigation in known.items() if name in wanted)
