"""One shape, and the rows that most of them hold."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Row = tuple[str, str]  # text, label

ROWS: tuple[Row, ...] = (
    ("My parcel was left in the rain", "delivery"),
    ("The courier never rang the bell", "delivery"),
    ("Nobody was at home when you called", "delivery"),
    ("I was charged twice this month", "billing"),
    ("The invoice shows another address", "billing"),
    ("Your bill lists a fee I do not know", "billing"),
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A file or folder called `name`, and what is to be read of it.

    content: its bytes, or what makes it at the path that it is given.
    rows: (text, label) of each row audited, in any order; where it is first refused, of the reading
    with the options `then`.
    """

    name: str
    content: bytes | Callable[[Path], None]
    rows: tuple[Row, ...] = ROWS
    options: tuple[str, ...] = ()  # as typed after `auditor audit FILE`
    said: tuple[str, ...] = ()  # parts of what is decided, and of how to decide otherwise
    refused: str = ""  # part of the message; "": it is read
    then: tuple[str, ...] = ()  # the options that the message names, which read it
    held_out: tuple[Row, ...] = ()
    rejected: int = 0

    def write(self, folder: Path) -> Path:
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)
        return path
