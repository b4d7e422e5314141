"""The gate analyses each set once, whatever it asks of it, with an update too."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from auditor import analysis, forecasting
from auditor.gating.gate import gate
from auditor.gating.policy import Policy, Rule
from auditor.settings import Settings

BUILDERS = (
    *("find_templates", "find_matches", "find_repetition", "find_subtypes"),
    *("score_out_of_fold", "measure_template_leakage", "find_label_errors"),
    *("estimate_label_noise", "score_held_out", "forecast_forgetting"),
)
SUBJECTS = {
    "billing": ("invoice", "voucher", "discount"),
    "delivery": ("parcel", "courier", "locker"),
    "returns": ("label", "postage", "deadline"),
}
MESSAGES = (
    "why is there a problem with the {}",
    "who can explain this {} to me",
    "the {} again, third time since spring",
    "is the {} meant to look like that?",
    "my sister had trouble with her {} as well",
    "before I pay anything I would like to understand the {}",
)


def messages(*pairs: tuple[str, str]) -> pd.DataFrame:
    rows = [(m.format(subject), label) for label, subject in pairs for m in MESSAGES]
    return pd.DataFrame(rows, columns=["text", "label"])


ROWS = messages(*((label, s) for label, subjects in SUBJECTS.items() for s in subjects))
MORE = pd.concat([ROWS, messages(("billing", "direct debit"))], ignore_index=True)
UPDATE = messages(("refunds", "refund"), ("refunds", "store credit"))


@pytest.fixture
def built(monkeypatch) -> Counter[str]:
    """How often each part of the evidence is built."""
    calls: Counter[str] = Counter()

    def counting(name: str) -> None:
        module = analysis if hasattr(analysis, name) else forecasting
        build = getattr(module, name)

        def counted(*args, **kwargs):
            calls[name] += 1
            return build(*args, **kwargs)

        monkeypatch.setattr(module, name, counted)

    for name in BUILDERS:
        counting(name)
    return calls


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(embedder="hashing", cache_dir=str(tmp_path), probe="similarity")


def test_of_a_set_by_itself_each_part_is_built_once(built, settings):
    limit = Policy(checks={"forecast": Rule(fail=0.5)})
    gate(ROWS, update=UPDATE, policy=limit, settings=settings)
    assert built == dict.fromkeys(BUILDERS, 1)


def test_of_a_base_and_a_candidate_each_part_is_built_once(built, settings):
    """Subtypes are no part of what is asked of added rows."""
    gate(MORE, base=ROWS, update=UPDATE, settings=settings)
    assert built == dict.fromkeys(set(BUILDERS) - {"find_subtypes"}, 2)


def test_rows_that_left_make_a_third_set_for_the_noise_and_the_forecast_alone(built, settings):
    gate(MORE[6:], base=ROWS, update=UPDATE, settings=settings)
    assert built["find_label_errors"] == 2  # of the base, and of both sets together
    assert built["forecast_forgetting"] == 2  # of the base, and of the candidate
    assert built["score_out_of_fold"] == 2


def test_where_rows_are_left_out_and_the_gate_is_asked_again_the_base_is_not(built, settings):
    copies = ROWS.assign(text=ROWS.text.str.upper())
    verdict = gate(pd.concat([ROWS, copies]), base=ROWS, settings=settings)
    assert verdict.outcome_without_dropped is not None
    assert built["find_templates"] == 3  # the base, the candidate, the candidate without them
