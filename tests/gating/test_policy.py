"""The gate's policy: defaults, then the user's table."""

from __future__ import annotations

import pytest

from auditor.errors import UsageError
from auditor.gating.inputs import CODES
from auditor.gating.policy import AGAINST_A_BASE, ALONE, Policy, Rule, load_policy


def read(folder, text, name="auditor.toml"):
    (folder / name).write_text(text, encoding="utf-8")
    return load_policy(None, CODES, folder)


def test_without_a_table_the_defaults_hold(tmp_path):
    policy = load_policy(None, CODES, tmp_path)
    assert policy == Policy()
    assert policy.rules(AGAINST_A_BASE) == dict(AGAINST_A_BASE)
    assert policy.rules(ALONE) == dict(ALONE)


def test_a_limit_of_the_users_replaces_one_default_and_keeps_the_others(tmp_path):
    policy = read(tmp_path, "[gate.checks.label-error]\nfail_rise = 0.2\n")
    default = AGAINST_A_BASE["label-error"]
    rule = policy.rules(AGAINST_A_BASE)["label-error"]
    assert (rule.fail_rise, rule.warn_rise) == (0.2, default.warn_rise)


def test_a_category_has_its_own_limit(tmp_path):
    policy = read(
        tmp_path,
        "[gate.checks.near-duplicate]\nfail_rise = 0.5\ncategories.billing.fail_rise = 0.01\n",
    )
    rule = policy.rules(AGAINST_A_BASE)["near-duplicate"]
    assert rule.of("billing").fail_rise == 0.01
    assert rule.of("delivery").fail_rise == rule.of(None).fail_rise == 0.5


def test_a_table_of_pyproject_and_a_file_of_its_own_say_the_same(tmp_path):
    table = "false_alarms = 0.05\nfewest = 3\nchecks.coverage-loss.informational = true\n"
    named = tmp_path / "policy.toml"
    named.write_text(table, encoding="utf-8")
    own = load_policy(named, CODES)
    assert own == read(tmp_path, f"[tool.auditor.gate]\n{table}", "pyproject.toml")
    assert own.checks == {"coverage-loss": Rule(informational=True)}
    assert (own.false_alarms, own.fewest) == (0.05, 3)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("fail = 1", "unknown key of the gate 'fail'"),
        ("checks.label-eror.fail = 0.1", "did you mean 'label-error'"),
        ("checks.label-error.fails = 0.1", "did you mean 'fail'"),
        ("checks.label-error.fail = 2", "must be a share from 0 to 1, not 2"),
        ("checks.label-error.fail = '5 %'", "must be a share"),
        ("checks.label-error.fail = nan", "checks.label-error.fail must be a share"),
        ("checks.label-error.fail = true", "checks.label-error.fail must be a share"),
        ("unseen = 1.5", "unseen must be a share from 0 to 1, not 1.5"),
        (
            "checks.label-error.categories.'Late '.fail_rise = 3",
            "checks.label-error.categories.'Late '.fail_rise must be a share from 0 to 1, not 3",
        ),
        (
            "checks.label-error.categories.late.fail_rize = 0.3",
            "categories.late: unknown limit 'fail_rize'; did you mean 'fail_rise'",
        ),
        ("checks.label-error.categories = 3", "must be a table of categories, not 3"),
        ("checks.label-error.categories.late = 3", "late must be a table of limits, not 3"),
        ("checks = 3", "checks must be a table of checks, not 3"),
        ("fewest = true", "fewest must be a whole number from 1, not True"),
        ("checks.label-error.informational = 1", "must be true or false"),
        ("checks.label-error = 0.1", "must be a table of limits"),
        ("false_alarms = 0", "must be more than 0"),
        ("fewest = 0.5", "must be a whole number"),
        ("checks = [", "cannot be read as TOML"),
        ("gate = 3", "gate must be a table, not 3"),
        ("tool = 3", "[tool.auditor] must be a table, not 3"),
        ("tool.auditor = 3", "[tool.auditor] must be a table, not 3"),
        ("tool.auditor.gate = 3", "gate must be a table, not 3"),
    ],
)
def test_what_is_not_understood_is_an_error_that_says_so(tmp_path, table, said):
    path = tmp_path / "policy.toml"
    path.write_text(table, encoding="utf-8")
    with pytest.raises(UsageError, match=r"policy\.toml") as error:
        load_policy(path, CODES)
    assert said in str(error.value)


@pytest.mark.parametrize("limits", [{"fail": 2}, {"warn_rise": "5 %"}, {"informational": 1}])
def test_a_rule_of_the_python_interface_is_held_to_the_same(limits):
    [name] = limits
    with pytest.raises(UsageError, match=f"{name} must be"):
        Rule(**limits)


def test_the_settings_of_an_audit_pass_over_the_gates(tmp_path):
    from auditor.settings import load_settings

    (tmp_path / "auditor.toml").write_text("seed = 3\n[gate]\nfewest = 9\n", encoding="utf-8")
    assert load_settings(None, {}, tmp_path).seed == 3
