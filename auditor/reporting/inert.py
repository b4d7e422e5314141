"""Dataset text made harmless to look at: in a page, on a terminal, in a CI log.

Jinja's autoescape keeps text from becoming markup. What is left are characters that act where
they are shown: terminal controls, bidirectional overrides that reorder what stands around them,
invisible characters that hide a difference. They become visible symbols here.
"""

from __future__ import annotations

import re

from auditor.reporting.terminal import cut

# C0 without tab and newline, DEL and C1; soft hyphen, the bidi controls, invisible spaces, line
# separators, lone surrogates and tag characters. The joiners U+200C and U+200D stay: Persian and
# emoji are written with them.
_ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_BREAKS = str.maketrans({"\n": "\N{SYMBOL FOR NEWLINE}", "\t": " "})
# GitHub and Azure obey these anywhere in a line of a log.
_COMMAND = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)


def inert(text: str) -> str:
    """`text` with every character that would act on its surroundings made visible."""
    return _ACTIVE.sub(_symbol, text)


def one_line(text: str, columns: int = 100) -> str:
    """`text` fit for one line of a terminal or CI log, cut to `columns` cells."""
    line = _COMMAND.sub("# #", inert(text).translate(_LINE_BREAKS))
    if line.lstrip().startswith("::"):  # a workflow command, even when indented
        line = f"' {line.lstrip()}"
    return cut(line, columns)


def _symbol(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point < 0x20:
        return chr(0x2400 + point)  # Unicode's own pictures of control characters
    return "\N{SYMBOL FOR DELETE}" if point == 0x7F else f"⟨U+{point:04X}⟩"
