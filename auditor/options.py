"""The settings as keyword parameters of the public functions, for people, editors and checkers.

`Options` is `auditor.settings.Settings` once more, as type checkers and editors understand
`**options` (PEP 692); a test holds the two together. At run time `named_options` puts them into
the signature, which `help`, notebooks and `inspect` show.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, get_type_hints

from auditor.errors import UsageError
from auditor.settings import Probe, Settings, expect_known

Function = TypeVar("Function", bound=Callable[..., Any])


class Options(TypedDict, total=False):
    """Single settings by name, each on top of `settings`.

    All functions take all of them, so that one dict of options serves several calls; those that a
    function has no use for, such as `map_points` in a comparison, change nothing.
    """

    # Columns of the input by name; several are one text, or a label each.
    text: str | Sequence[str] | None  # None = detect
    label: str | Sequence[str] | None  # None = detect
    roles: Mapping[str, str]  # id, annotator, source, split, group, context -> column
    declared_columns: Sequence[str]  # others to check, such as product or region
    label_map: Mapping[str, str]  # label -> the one it is taken for
    label_names: str | None  # a file of what labels that are numbers mean
    multi_label: bool | None  # whether a text may have several labels; None = as its cells look
    keep_prompt: bool  # words that all texts begin or end with are text
    # Form of a file; None = as the file tells.
    input_format: str | None
    encoding: str | None
    delimiter: str | None
    header: bool | None  # whether the first line names the columns
    quoting: bool | None  # whether " encloses fields
    table: str | None  # a sheet, a table, a configuration
    # Models, and what the forecast may cost.
    embedder: str  # a name, a hub id or a folder
    probe: Probe | None  # None = head, or what the budget allows
    budget: float | None  # seconds that the forecast may take, about; None = no limit
    target_model: str | None  # what is fine-tuned; None = the embedder
    mitigations: Sequence[str]  # what the probe full measures against the update alone
    # The user's own fine-tuning; None = as in the default recipe.
    steps: int | None
    epochs: float | None
    learning_rate: float | None
    head_learning_rate: float | None
    batch_size: int | None
    frozen_layers: int | None
    lora_rank: int | None
    old_epochs: float | None
    coefficients: str | None  # a file of `auditor.backtest`; None = those shipped
    seed: int
    threads: int | None  # None = as many as torch would take
    cache_dir: str | None  # None = the user's cache folder
    offline: bool
    no_text: bool  # no text of the data in the result
    map_points: int  # rows on the map, at most
    checks: Mapping[str, Mapping[str, Any]]  # code -> limit -> value


def named_options(function: Function) -> Function:
    """`function`, which takes `**options: Unpack[Options]`, with a signature that names each.

    The defaults that it shows are those of `Settings`.
    """
    own = inspect.signature(function)
    named = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    defaults, hints = Settings(), get_type_hints(Options)
    options = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=getattr(defaults, name), annotation=hint
        )
        for name, hint in hints.items()
    ]
    vars(function)["__signature__"] = own.replace(parameters=[*named, *options])
    return function


def with_options(
    settings: Settings | None, options: Options, function: Callable[..., Any]
) -> Settings:
    """The settings, or the defaults, with the options that `function` was called with on top.

    Raises UsageError for a name that it does not take, with the nearest one, and for a wrong value.
    """
    if not isinstance(settings, Settings | None):
        raise UsageError(
            "settings must be an auditor.Settings, such as auditor.load_settings() gives, not "
            f"{type(settings).__name__}"
        )
    taken = inspect.signature(function).parameters
    expect_known(options, taken, "option", f"{function.__name__}()")
    return dataclasses.replace(settings or Settings(), **options)
