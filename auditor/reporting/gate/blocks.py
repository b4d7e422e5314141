"""The blocks that a comment is made of, fitted into the room that there is.

What does not fit is counted, never just cut off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.reporting.gate import phrases
from auditor.reporting.gate.quoting import prose
from auditor.reporting.wording import listing

_NOTE = 600  # characters kept for what is said of the hidden
_LISTED = 50  # lines of a block


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that stand together; what of them is hidden is counted by `name`."""

    name: str
    before: str = ""
    lines: Sequence[str]
    after: str = ""


def section(title: str, name: str, lines: Sequence[str], head: str = "") -> Block:
    heading = f"\n#### {prose(title)}\n" if title else ""
    return Block(name=name, before=f"{heading}\n{head}", lines=lines)


def folded(block: Block) -> Block:
    """The same behind a line that opens it."""
    title = f"<summary>{block.name.capitalize()} ({len(block.lines):,})</summary>"
    before = f"\n<details>{title}\n{block.before}"
    return replace(block, before=before, after="\n</details>\n")


def fitted(blocks: Iterable[Block], limit: int) -> str:
    """The blocks as far as there is room, and what is left out."""
    said, hidden, room = "", Counter[str](), limit - _NOTE
    for block in blocks:
        left = room - len(said) - len(block.before) - len(block.after)
        shown = [*_as_far_as(block.lines[:_LISTED], left)]
        if shown:
            said += block.before + "".join(shown) + block.after
        hidden[block.name] += len(block.lines) - len(shown)
    if counted := [f"{number:,} {name}" for name, number in hidden.items() if number]:
        said += f"\nNot shown here: {listing(counted, len(counted))}. {phrases.HAS_ALL}.\n"
    return said


def _as_far_as(lines: Iterable[str], room: int) -> Iterator[str]:
    """The first of the lines that fit together."""
    for line in lines:
        room -= len(line)
        if room < 0:
            return
        yield line
