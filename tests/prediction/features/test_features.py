"""The fidelities: which groups of features each has, all of one shape, all numbers."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from auditor.prediction import features
from auditor.prediction.features import FIDELITIES, GROUPS, PROBES, compute_features
from auditor.prediction.fit_weights import PLAIN, RANKED


def test_no_function_hides_the_module_of_its_group():
    names = {group.__module__.rpartition(".")[2] for group in GROUPS["full"]}
    assert len(names) == 5
    assert all(inspect.ismodule(getattr(features, name)) for name in names)


def test_each_fidelity_has_the_features_of_the_cheaper_ones():
    cheap, dear, dearest = (set(GROUPS[name]) for name in FIDELITIES)
    assert FIDELITIES == ("similarity", "head", "full")
    assert cheap < dear < dearest


@pytest.mark.parametrize("fidelity", PROBES)
@pytest.mark.parametrize("kind", ["given", "simulated"])
def test_every_feature_is_a_number_of_each_half_update_and_category(
    scenario, tickets, refunds, fidelity, kind
):
    asked = scenario(tickets, refunds if kind == "given" else None)
    for name, table in compute_features(asked, fidelity).items():
        assert table.shape == (2, len(asked.updates), 5), name
        assert np.isfinite(table).all(), name


@pytest.mark.parametrize("fidelity", PROBES)
def test_a_fidelity_has_all_features_that_are_weighed(scenario, tickets, refunds, fidelity):
    found = compute_features(scenario(tickets, refunds), fidelity)
    assert {*RANKED[fidelity]}.union(*PLAIN[fidelity].values()) <= set(found)


def test_no_two_groups_have_a_feature_of_one_name(scenario, tickets, refunds):
    asked = scenario(tickets, refunds)
    names = [name for group in GROUPS["head"] for name in group(asked)]
    assert len(set(names)) == len(names)
