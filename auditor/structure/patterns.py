"""Patterns: what the rows of a template have in common, as a person would write it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq

from auditor.structure.characters import is_unspaced
from auditor.structure.tokens import MASKS, tokens

MIN_SHARE_OF_ROWS = 0.8  # of a template's rows that hold a token of its pattern
# Share of the other rows that hold a token as well ("the", a full stop), which is then chance.
CHANCE_SHARE = 0.5
SMALL_COVERAGE = (
    0.3  # coverage of a row, below which single tokens may be chance, and only runs count
)
MIN_RUN = 3  # tokens in a row
STRUCTURAL = 3  # what a mark, line break or masked value weighs; a word weighs 1
SLOT = "<*>"
_WIDE_MARKS = "，。、！？：；（）「」『』《》【】"  # they bring their own space
Pattern = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TokenisedText:
    """One text as templates see it."""

    tokens: tuple[str, ...]
    text: str
    spans: tuple[tuple[int, int], ...]  # of each token in the text


def tokenise(texts: Sequence[str]) -> list[TokenisedText]:
    """Each text with its tokens and where they stand."""
    rows = []
    for text in texts:
        pieces = tokens(text)
        rows.append(TokenisedText(tuple(p[0] for p in pieces), text, tuple(p[1:] for p in pieces)))
    return rows


def is_word(token: str) -> bool:
    """Whether a token is a word: no mark, line break, masked value or slot."""
    return token[0].isalnum()


def fixed(pattern: Pattern) -> list[str]:
    """The tokens of a pattern that are no slots."""
    return [t for t in pattern if t != SLOT]


def pattern_of(
    medoid: TokenisedText,
    group: Sequence[TokenisedText],
    rows_holding: Counter[str],
    outside: int,
    usual: Sequence[bool],
) -> Pattern:
    """What four in five rows of the `group` have in common with its `medoid`, in order.

    rows_holding: how many of all rows hold each token, `outside` of which are not of the group;
    usual (tokens,): whether the 3-gram around each token of the medoid is how others write, too.
    """
    inside = Counter(t for row in group for t in set(row.tokens))
    common = {
        t for t in set(medoid.tokens) if rows_holding[t] - inside[t] >= CHANCE_SHARE * outside
    }
    kept = _kept(medoid, group, common)
    if len(kept) < SMALL_COVERAGE * np.mean([len(r.tokens) for r in group]):
        kept = _in_runs([k for k in kept if not usual[k]], len(medoid.tokens))
    return _slotted([medoid.tokens[k] for k in kept], group)


def _kept(medoid: TokenisedText, group: Sequence[TokenisedText], common: set[str]) -> list[int]:
    """Places of the medoid's tokens that most rows hold; `common` ones only next to another."""
    counts: Counter[int] = Counter()
    for row in group:
        for block in LCSseq.opcodes(medoid.tokens, row.tokens):
            if block.tag == "equal":
                places = range(block.src_start, block.src_end)
                if len(places) > 1 or medoid.tokens[block.src_start] not in common:
                    counts.update(places)
    return [k for k in sorted(counts) if counts[k] >= MIN_SHARE_OF_ROWS * len(group)]


def _in_runs(places: Sequence[int], size: int) -> list[int]:
    """Those of `places` that stand in a run; the beginning and the end of a row are part of one."""
    filled = {-1, size, *places}
    out = []
    for k in places:
        start, end = k, k
        while start - 1 in filled:
            start -= 1
        while end + 1 in filled:
            end += 1
        if end - start + 1 >= MIN_RUN:
            out.append(k)
    return out


def _slotted(kept: Sequence[str], group: Sequence[TokenisedText]) -> Pattern:
    """The kept tokens with a slot wherever one row in five or more has something between."""
    gaps: Counter[int] = Counter()
    for row in group:
        for block in LCSseq.opcodes(tuple(kept), row.tokens):
            if block.tag != "equal" and block.dest_end > block.dest_start:
                gaps[block.src_start] += 1
    out: list[str] = []
    for k in range(len(kept) + 1):
        if gaps[k] >= (1 - MIN_SHARE_OF_ROWS) * len(group):
            out.append(SLOT)
        out += kept[k : k + 1]
    return tuple(out)


def shared(one: Pattern, other: Pattern) -> Pattern:
    """How both patterns begin and end, with a slot for what lies between."""
    shorter = min(len(one), len(other))
    start = next((k for k in range(shorter) if one[k] != other[k]), shorter)
    end = next((k for k in range(shorter - start) if one[-1 - k] != other[-1 - k]), shorter - start)
    head, tail = one[:start], one[len(one) - end :]
    return (*head, *([SLOT] if SLOT not in (*head[-1:], *tail[:1]) else []), *tail)


_OPENS = ("\n", "(", "[", "#", *_WIDE_MARKS)
_CLOSES = frozenset(("\n", *".,;:!?)]'", *_WIDE_MARKS))


def pattern_text(pattern: Sequence[str]) -> str:
    """A pattern as a person would write it: no space before a comma, around a line break, or
    between characters of a script without spaces."""
    out = ""
    for token in pattern:
        tight = not out or out.endswith(_OPENS) or token in _CLOSES or _unspaced(out, token)
        out += token if tight else f" {token}"
    return out


def _unspaced(before: str, after: str) -> bool:
    return is_unspaced(after[0]) and (
        is_unspaced(before[-1]) or (len(before) > 1 and is_unspaced(before[-2]))
    )


def words_outside(row: TokenisedText, pattern: Pattern) -> str:
    """The words of `row` outside the pattern; the whole text where none are left."""
    inside = np.zeros(len(row.tokens), dtype=bool)
    for block in LCSseq.opcodes(tuple(fixed(pattern)), row.tokens):
        if block.tag == "equal":
            inside[block.dest_start : block.dest_end] = True
    masks = {f"<{name}>" for name in MASKS}
    left = [
        span
        for token, span, fixed_here in zip(row.tokens, row.spans, inside, strict=True)
        if not fixed_here and token not in masks
    ]
    if not any(row.text[a:b].isalpha() for a, b in left):
        return row.text
    out, end = "", 0
    for a, b in left:
        together = a == end and is_unspaced(row.text[a]) and out
        out += row.text[a:b] if together or not out else f" {row.text[a:b]}"
        end = b
    return out
