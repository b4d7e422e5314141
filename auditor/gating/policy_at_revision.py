"""What rules a gate against a revision: its settings and its policy, not those of the branch.

A branch that changes the data can change `auditor.toml` too. So what the repository's files say is
read as it was at the revision, and what the branch would change of it is reported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from auditor.dataset.revisions import FilesAtRevision
from auditor.errors import UsageError
from auditor.gating.policy import Policy, load_policy, policy_table
from auditor.settings import Settings, load_settings
from auditor.settings_files import ON_DISK, Files, read_table
from auditor.validation import dotted

MAX_CHANGES_SHOWN = 10  # one by one; the others are counted
MAX_KEY_CHARACTERS, MAX_VALUE_CHARACTERS = 80, 40  # that are quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What decides a gate."""

    settings: Settings
    policy: Policy
    changes: tuple[str, ...] = ()  # what the branch changes of it, a short sentence each


def ruling(
    dataset: Path,
    revision: str,
    codes: tuple[str, ...],
    *,
    policy: Path | None,
    config: Path | None,
    flags: Mapping[str, Any],
    base: Path | None = None,
) -> Ruling:
    """The settings and the policy of a gate on `dataset` against `revision`.

    base: where the dataset was at the revision, near which the settings are looked for, so that no
    branch chooses them by where it puts the data; None: where it is now. policy, config and flags:
    as the user gave them; a file outside the dataset's repository counts as it is, and flags stand
    above all files. Raises UsageError for a setting that does not fit, for a dataset that is a link
    of the branch to elsewhere, and for a cache of vectors that the branch brings along; else as
    `revisions.at_revision`.
    """
    files = FilesAtRevision(dataset=dataset, revision=revision)
    if link := files.lead_out():
        raise UsageError(
            f"{link}: a symbolic link in git that leads out of the repository, and could lead to "
            "any file of this machine; put the dataset itself there"
        )
    place = base or dataset
    settings = load_settings(config, flags, place, files=files)
    if settings.cache_dir and files.track(Path(settings.cache_dir)):
        raise UsageError(
            f"cache_dir {settings.cache_dir}: git keeps files or a link there, which a branch can "
            "change, and vectors from there would decide; name another folder with --cache-dir"
        )
    return Ruling(
        settings=settings,
        policy=load_policy(policy, codes, place, config=config, files=files),
        changes=(*_changed(files, policy, config, place), *_replaced(files, settings)),
    )


def _changed(
    files: FilesAtRevision, policy: Path | None, config: Path | None, base: Path
) -> tuple[str, ...]:
    """The keys whose values at the revision are not those here."""
    then = dict(_flat(_tables(files, policy, config, base)))
    try:
        now = dict(_flat(_tables(ON_DISK, policy, config, files.dataset)))
    except UsageError:
        return ("the settings here cannot be read (not used)",)
    keys = [k for k in (*then, *(k for k in now if k not in then)) if then.get(k) != now.get(k)]
    keys.sort(key=lambda key: (key[0] != "gate", key))
    revision = _shorten(files.revision, MAX_VALUE_CHARACTERS)
    shown = [
        f"{_key(key)}: {_shorten(then.get(key, 'not set'), MAX_VALUE_CHARACTERS)} at {revision}, "
        f"{_shorten(now.get(key, 'not set'), MAX_VALUE_CHARACTERS)} here (not used)"
        for key in keys[:MAX_CHANGES_SHOWN]
    ]
    more = len(keys) - len(shown)
    return (*shown, f"and {more} more settings (not used)") if more else tuple(shown)


def _tables(
    files: Files, policy: Path | None, config: Path | None, dataset: Path
) -> dict[str, Any]:
    """The settings, and as `gate` the policy wherever it stands."""
    table, _ = read_table(config, dataset, files=files)
    if policy is not None:
        table["gate"] = policy_table(policy, files)
    return table


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The values as they are shown, by the keys that lead to them."""
    rest: list[tuple[tuple[str, ...], Any]] = [((), table)]
    while rest:  # and no recursion, since tables can be nested as deep as a file is long
        key, value = rest.pop()
        if isinstance(value, Mapping):
            rest += [((*key, name), inner) for name, inner in value.items()]
        else:
            yield key, _value(value)


def _value(value: Any) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):  # a number of many digits, lists in lists
        return "something that is too long"


def _key(key: tuple[str, ...]) -> str:
    return _shorten(reduce(dotted, key, ""), MAX_KEY_CHARACTERS)


def _shorten(text: str, most_characters: int) -> str:
    line = "".join(c if c.isprintable() else "?" for c in text)
    return line if len(line) <= most_characters else f"{line[: most_characters - 1]}…"


def _replaced(files: FilesAtRevision, settings: Settings) -> Iterator[str]:
    """The models and coefficients of the repository that the branch has changed."""
    for key in ("embedder", "target_model", "coefficients"):
        named = getattr(settings, key)
        if named and files.differ(Path(named)):
            shown, revision = (
                _shorten(named, MAX_VALUE_CHARACTERS),
                _shorten(files.revision, MAX_VALUE_CHARACTERS),
            )
            yield f"{key}: {shown} here is not that of {revision} (used as it is here)"
