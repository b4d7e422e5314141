"""YAML as what it is written as: every value a string, and nothing that grows or runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from auditor.errors import DataError

if TYPE_CHECKING:
    import yaml

DEEPEST = 30  # nodes within nodes


class Scalar(str):
    """A value, with the 1-based line on which it begins; of a block, its first line of text."""

    __slots__ = ("line",)

    line: int


@dataclass(slots=True)
class _Open:
    """A node whose end has not come yet; of a mapping, `items` has keys and values in turn."""

    mapping: bool
    items: list[Any] = field(default_factory=list)

    def closed(self) -> Any:
        if not self.mapping:
            return self.items
        keys = self.items[::2]
        if not all(isinstance(key, str) for key in keys):
            raise DataError("not read as YAML: a key is no plain value")
        if len(set(keys)) < len(keys):
            raise DataError("not read as YAML: a mapping names the same key twice")
        return dict(zip(keys, self.items[1::2], strict=True))


def documents(text: str) -> Iterator[Any]:
    """Each document of the text: dicts, lists and Scalars, whatever the scalars look like.

    Raises DataError for what is no YAML, for aliases, which may stand for far more than is written,
    and for nodes that nest too deep.
    """
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        yield from _built(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f"line {mark.line + 1}: "
        problem = getattr(error, "problem", None) or "a character that YAML does not allow"
        raise DataError(f"{place}not valid YAML ({problem}); mend it") from error


def _built(events: Iterator[yaml.Event]) -> Iterator[Any]:
    import yaml

    opened: list[_Open] = []
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise DataError(
                f"line {event.start_mark.line + 1}: an alias of YAML, which is not read; write the"
                " value out"
            )
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append(_Open(mapping=isinstance(event, yaml.MappingStartEvent)))
            if len(opened) > DEEPEST:
                raise DataError(f"line {event.start_mark.line + 1}: nested too deep")
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            node: Any = opened.pop().closed()
        elif isinstance(event, yaml.ScalarEvent):
            node = Scalar(event.value)
            node.line = event.start_mark.line + (2 if event.style in ("|", ">") else 1)
        else:
            continue
        if opened:
            opened[-1].items.append(node)
        else:
            yield node
