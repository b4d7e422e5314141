"""The gate's policy: what each check may show, from the defaults, then the user's table.

    [tool.auditor.gate]          # of pyproject.toml; [gate] in auditor.toml, or a file of its own
    false_alarms = 0.01

    [tool.auditor.gate.checks.label-error]
    fail_rise = 0.02             # of the rows, beyond the base's share
    categories.billing.fail_rise = 0.01

`fail` and `warn` limit a share of the candidate's rows; `fail_rise` and `warn_rise` what the added
rows may add to the base's share of the whole set; `fail_batch` and `warn_batch` by how much the
share of the added rows alone may be beyond the base's. For `coverage-loss` the share is what a
region loses of its rows, for `forecast` it is the expected drop in accuracy.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from auditor.errors import UsageError
from auditor.settings import expect_known
from auditor.settings_files import ON_DISK, Files, read_table, read_toml
from auditor.validation import FLAG, dotted, expect, expect_fields

LIMITS = ("warn", "fail", "warn_rise", "fail_rise", "warn_batch", "fail_batch")

_SHARE = Meta(description="must be a share from 0 to 1")
Share = Annotated[float, Meta(ge=0, le=1)]
Limit = Annotated[Share | None, _SHARE]
_LIMITS = Meta(description="must be a table of limits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one check may show; a limit that is None is not set."""

    warn: Limit = None
    fail: Limit = None
    warn_rise: Limit = None
    fail_rise: Limit = None
    warn_batch: Limit = None
    fail_batch: Limit = None
    informational: Annotated[bool, FLAG] = False  # reported, and never fails or warns
    categories: Annotated[
        Mapping[str, Annotated[Rule, _LIMITS]], Meta(description="must be a table of categories")
    ] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UsageError for a value of a wrong type or out of range."""
        expect_fields(self)

    def of(self, category: str | None) -> Rule:
        """The rule for one category: its own limits, then those of the check."""
        own = self.categories.get(category or "")
        return self if own is None else dataclasses.replace(self, **own.set())

    @property
    def rate_increases(self) -> bool:
        """Whether there is a limit on what was added."""
        limits = (self.warn_rise, self.fail_rise, self.warn_batch, self.fail_batch)
        return any(limit is not None for limit in limits)

    def set(self) -> dict[str, Any]:
        """The limits that are set."""
        named = {name: getattr(self, name) for name in LIMITS}
        set_ = {name: value for name, value in named.items() if value is not None}
        return {**set_, **({"informational": True} if self.informational else {})}


# Against a base. A rise of the set that fails is one that a reader of the data would not call the
# same data: between halves of CLINC150 no share rises so far, and the faults that
# `tests/benchmarks/gate.py` plants there raise one further (docs/measurements.md). A batch fails
# where so much of it is faulty that it should be read before it is merged, however little it is
# beside the set: a label in ten or a contradiction in twenty, a copy in five, three rows in ten
# from templates or reworded. What left: a tenth of a subject, three in ten distinct examples.
AGAINST_A_BASE: Mapping[str, Rule] = {
    "label-conflict": Rule(warn_rise=0.0, fail_rise=0.005, fail_batch=0.05),
    "label-error": Rule(warn_rise=0.0, fail_rise=0.01, fail_batch=0.10),
    "near-duplicate": Rule(warn_rise=0.01, fail_rise=0.03, fail_batch=0.20),
    "template-dominance": Rule(warn_rise=0.02, fail_rise=0.05, fail_batch=0.30),
    "split-leakage": Rule(warn_rise=0.0, fail_rise=0.0),
    "amplification": Rule(warn_rise=0.05, fail_rise=0.10, fail_batch=0.30),
    "coverage-loss": Rule(fail_rise=0.10),
    "category-loss": Rule(warn=0.0, fail=0.0),
    "shrinkage": Rule(warn=0.10, fail=0.30),
    "rejected-rows": Rule(warn=0.0, fail=0.01),
    "forecast": Rule(warn_rise=0.05, fail_rise=0.10),
}
# Of a set by itself: far beyond what published sets show, since there is nothing to compare with.
ALONE: Mapping[str, Rule] = {
    "label-conflict": Rule(warn=0.005, fail=0.02),
    "label-error": Rule(warn=0.05, fail=0.10),
    "near-duplicate": Rule(warn=0.10, fail=0.30),
    "template-dominance": Rule(warn=0.25, fail=0.60),
    "split-leakage": Rule(warn=0.0, fail=0.02),
    "rejected-rows": Rule(warn=0.0, fail=0.01),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """All that a user can decide about a gate. The names are those of the configuration file."""

    # On top of the defaults.
    checks: Annotated[
        Mapping[str, Annotated[Rule, _LIMITS]], Meta(description="must be a table of checks")
    ] = field(default_factory=dict)
    # Alpha: the chance that a run fails where nothing has changed, at most.
    false_alarms: Annotated[
        float, Meta(gt=0, le=0.5, description="must be more than 0 and at most 0.5")
    ] = 0.01
    # Rows below which nothing fails: less is a slip, not a regression.
    fewest: Annotated[int, Meta(ge=1, description="must be a whole number from 1")] = 5
    # How far beyond its margin an effect may go undetected; more is inconclusive.
    unseen: Annotated[Share, _SHARE] = 0.10

    def __post_init__(self) -> None:
        """Raises UsageError for a value of a wrong type or out of range."""
        expect_fields(self)

    def rules(self, defaults: Mapping[str, Rule]) -> dict[str, Rule]:
        """The rule of each check that has one: the user's limits on top of `defaults`."""
        codes = {**defaults, **self.checks}
        return {code: self._rule(defaults.get(code, Rule()), code) for code in codes}

    def _rule(self, default: Rule, code: str) -> Rule:
        own = self.checks.get(code)
        if own is None:
            return default
        return dataclasses.replace(default, **own.set(), categories=own.categories)


def load_policy(
    path: Path | None,
    codes: tuple[str, ...],
    *data: Path,
    config: Path | None = None,
    files: Files = ON_DISK,
) -> Policy:
    """The policy of the file `path`, or of the settings that are found, or the defaults.

    codes: the checks there are; data: what the gate judges, near which settings are looked for;
    config: their file, where the user names one; files: where they are read from. Raises UsageError
    for a file that cannot be read, an unknown key, or a value of a wrong type.
    """
    table: Any
    if path is None:
        settings, where = read_table(config, *data, files=files)
        table = settings.get("gate", {})
    else:
        table, where = policy_table(path, files), files.called(path)
    if not isinstance(table, Mapping):
        raise UsageError(f"{where}: gate must be a table, not {table!r}")
    expect_known(table, _names(Policy), "key of the gate", where)
    try:
        policy: Policy = expect("", table, Annotated[Policy, Meta(description="must be a table")])
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    checks = table.get("checks", {})
    expect_known(checks, codes, "check", where)
    for code, rule in checks.items():
        _expect_limits(rule, f"{where}: {dotted('checks', code)}")
    return policy


def policy_table(path: Path, files: Files) -> Any:
    """The policy of a file: its [tool.auditor.gate] or [gate] table, or all of it."""
    table: Any = read_toml(path, files, named=True) or {}
    if "tool" not in table:
        return table.get("gate", table)
    tool = table["tool"]
    own = tool.get("auditor", {}) if isinstance(tool, Mapping) else tool
    if not isinstance(own, Mapping):
        raise UsageError(f"{files.called(path)}: [tool.auditor] must be a table, not {own!r}")
    return own.get("gate", {})


def _expect_limits(rule: Mapping[str, Any], where: str) -> None:
    """Raises UsageError for a key that no rule has: msgspec would pass over it."""
    expect_known(rule, _names(Rule), "limit", where)
    for name, own in rule.get("categories", {}).items():
        _expect_limits(own, dotted(f"{where}.categories", name))


def _names(kind: type[Policy | Rule]) -> list[str]:
    return [f.name for f in dataclasses.fields(kind)]
