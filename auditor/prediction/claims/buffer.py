"""replay: what a buffer lacks is lost, after some updates.

A buffer of a twentieth of the old rows, categories alike, is all that is replayed. Kept is the
share of held-out rows, of those that were right before, that still are: on subtypes of which the
buffer holds a row and on those that it lacks, in the categories that have both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from auditor.prediction.claims.material import Material
from auditor.prediction.claims.successive import in_turn, predict, share
from auditor.prediction.fine_tuning.taught import Taught
from auditor.prediction.mitigations.replay import Replay
from auditor.records.arrays import Ints, Mask
from auditor.records.forecast import Recipe

SIZE = 0.05  # of the old rows: one at least of every category


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferLacks:
    name: ClassVar[str] = "replay"
    claim: ClassVar[str] = "A replayed buffer keeps the subtypes that it holds, not those it lacks."

    def measure(self, taught: Taught, material: Material) -> dict[str, float]:
        """Of one seed; the last one decides, and is above 0 where the claim holds."""
        buffer = draw_buffer(taught.codes, np.random.default_rng([taught.seed, 2]))
        trained, tested = np.flatnonzero(~taught.held_out), np.flatnonzero(taught.held_out)
        known = np.isin(material.subtypes[tested], material.subtypes[trained])
        tested = tested[known]
        held = np.isin(material.subtypes[tested], material.subtypes[trained[buffer]])
        tokens, codes = taught.course.tokens.of(tested), material.old.codes[tested]
        right = predict(taught.model, tokens) == codes
        found = {"held-out rows whose subtype the buffer holds": share(held)}
        difference = float("nan")
        replayed = in_turn(taught, Recipe(), Replay(share=0.2), buffer)
        for i, model in enumerate(replayed, 1):
            still = predict(model, tokens) == codes
            kept = [_kept(still, right & of, held, codes) for of in (held, ~held)]
            difference = kept[0] - kept[1]
            found[f"kept after update {i}: subtypes that it holds"] = kept[0]
            found[f"kept after update {i}: subtypes that it lacks"] = kept[1]
        *_, last = in_turn(taught, Recipe())
        found["kept after all updates without replay"] = share(
            (predict(last, tokens) == codes)[right]
        )
        found["the difference after the last update"] = difference
        return found


def draw_buffer(codes: Ints, random: np.random.Generator) -> Ints:
    """Places among taught rows of `codes` (n,): SIZE of them, as many of each category."""
    kinds = np.unique(codes)
    each = max(round(SIZE * len(codes) / len(kinds)), 1)
    return np.concatenate([random.permutation(np.flatnonzero(codes == c))[:each] for c in kinds])


def _kept(still: Mask, among: Mask, held: Mask, codes: Ints) -> float:
    """Mean over the categories that have rows of both kinds of the share that is still right."""
    both = np.intersect1d(codes[held], codes[~held])
    return share(
        np.array([still[among & (codes == c)].mean() for c in both if (among & (codes == c)).any()])
    )
