"""joint: the published model is taught the old rows and the update's together."""

from __future__ import annotations

import numpy as np

from auditor.prediction.mitigations.joint import Joint
from tests.prediction.mitigations.conftest import QUICK


def test_it_keeps_nearly_all_and_learns_the_update_at_the_cost_of_all_rows(taught):
    found = taught.mitigated(QUICK, Joint())
    assert found.steps == (0, QUICK.steps)
    assert found.accuracy[-1].mean() > found.accuracy[0].mean() - 0.1
    assert found.trained > 4 * 80


def test_all_rows_of_both_are_met_as_often_as_the_old_ones_were_taught(taught, seen):
    branch = taught.branch(QUICK)
    met = np.bincount(np.concatenate(seen(branch, Joint())), minlength=len(branch.tokens))
    assert met.max() - met.min() <= 1
    assert abs(met.mean() - 4) < 0.2  # twelve steps of ninety old rows are four passes
