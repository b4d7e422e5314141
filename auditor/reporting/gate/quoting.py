"""Text of the data in GitHub's Markdown, where it must be text and nothing else.

A backslash or an entity keeps text from becoming markup, but GitHub still finds mentions, links,
issues and emoji in what is drawn. It looks for none of them inside code. So what could act is put
into a code span, the rest of a sentence stays as it is.
"""

from __future__ import annotations

import re

from auditor.reporting.gate.phrases import cut
from auditor.reporting.inert import inert, one_line

_LONG = 10_000  # columns: `one_line` is to keep all; what is cut is counted
# A word of a sentence that means nothing to Markdown or to GitHub. Other scripts are no markup.
_PLAIN = re.compile(r"[(\"'+]*(?:[a-zA-Z0-9]|[^\x00-\x7f]|(?<=\w)[-+.,'/%](?=\w))+[%.,;:!?)\"']*")
# Links, issues, advisories and commits, which GitHub finds in plain words.
_FOUND = re.compile(r"(?i)\W*(?:www\.|gh-|ghsa-|[0-9a-f]{7,40}\W*$)")
_NUMBERED = re.compile(r"\d+[.)]")  # begins a list, where it begins a line
_FENCE = re.compile("`+")


def code_span(text: str, limit: int = 300) -> str:
    """`text` as a code span on one line, cut to `limit` characters."""
    shown = _line(text, limit) or "(empty)"
    fence = "`" * (1 + max(map(len, _FENCE.findall(shown)), default=0))
    # A space beside the fence is taken off again where there is one on either side.
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str, limit: int = 400) -> str:
    """A sentence with every word that could act in a code span; neighbours share one."""
    said: list[str] = []
    acting: list[str] = []
    for at, word in enumerate(_line(text, limit).split(" ")):
        begins = at == 0 and _NUMBERED.fullmatch(word)
        if _PLAIN.fullmatch(word) and not _FOUND.match(word) and not begins:
            said += [*_spans(acting), word]
            acting = []
        else:
            acting.append(word)
    return " ".join([*said, *_spans(acting)])


def cell(text: str) -> str:
    """What `prose` or `code_span` made, in a table, where a bar would begin another cell."""
    # No escape for a bar in code means the same to all readers of Markdown; this only looks alike.
    return text.replace("|", "\N{BROKEN BAR}")


def _spans(words: list[str]) -> list[str]:
    text = " ".join(words)
    return [code_span(text, len(text))] if text.strip() else []


def _line(text: str, limit: int) -> str:
    return one_line(cut(inert(text), limit), _LONG)
