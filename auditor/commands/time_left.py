"""How long a stage of work will still take, as its progress so far tells."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LISTENED = 3.0  # seconds before anything is said: the first steps are often slow
SHORT = 10.0  # seconds: of less nothing is said, and less than a minute or two is told in these
MINUTE = 60.0


@dataclass(slots=True, kw_only=True)
class TimeLeft:
    """Hears what a bar hears. What is done before the first call, of work that was kept, tells
    nothing of how fast it goes.
    """

    clock: Callable[[], float] = time.monotonic  # seconds
    begun: dict[str, tuple[float, int]] = field(
        default_factory=dict
    )  # stage -> since, done by then

    def words(self, stage: str, done: int, total: int) -> str:
        """As in "about 3 min left"; empty while that cannot be told, or is soon."""
        now = self.clock()
        since, before = self.begun.setdefault(stage, (now, done))
        if done <= before or now - since < LISTENED:
            return ""
        left = (now - since) * (total - done) / (done - before)
        if left < SHORT:
            return ""
        if left < 1.5 * MINUTE:
            return f"about {math.ceil(left / SHORT) * SHORT:.0f} s left"
        return f"about {round(left / MINUTE)} min left"
