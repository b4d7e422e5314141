"""Which pieces of a text to mark: its template's fixed words, or what no copy of it shares."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from auditor.structure.differences import aligned, between

# Scripts that put no space between words, of which each letter counts as one: Thai and Lao,
# Burmese, Khmer, kana, Chinese characters. Elsewhere the difference is told by words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])\w)+|\s+|[^\w\s]")
# The slots that templates have: what varies, or a kind of value masked by a general rule.
_SLOT = re.compile(r"(<(?:\*|email|url|date|id|number)>)")
_LONGEST_UNMARKED = 480  # characters; longer stretches are cut in their middle
_LONGEST = 900  # characters of one example in all


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is marked, or is not."""

    text: str
    marked: bool = False


def plain(text: str) -> tuple[Piece, ...]:
    """`text` with nothing marked, shortened where it is long."""
    return _shorten([Piece(text)])


def slots(pattern: str) -> tuple[Piece, ...]:
    """A template's skeleton with its slots marked."""
    return _shorten([Piece(s, bool(_SLOT.fullmatch(s))) for s in _SLOT.split(pattern) if s])


def fixed_words(text: str, pattern: str) -> tuple[Piece, ...]:
    """`text` with the words marked that its template's skeleton holds in the same order."""
    tokens = _tokens(text)
    places = _places(tokens)
    words = [tokens[i].lower() for i in places]
    runs = [_words(s) for s in _SLOT.split(pattern.lower()) if not _SLOT.match(s)]
    ends = [*accumulate(map(len, runs))]
    # Where a slot is before several words: these belong together.
    starts = {end - len(run) for end, run in zip(ends, runs, strict=True) if len(run) > 1}
    held = {places[j] for _, j in aligned([w for run in runs for w in run], words, starts)}
    # A space between two fixed words belongs to the frame as well.
    spaces = {i for i, t in enumerate(tokens) if t.isspace() and {i - 1, i + 1} <= held}
    return _shorten(_pieces(tokens, held | spaces))


def differences(texts: Sequence[str]) -> list[tuple[Piece, ...]]:
    """Each text with the tokens marked that set it off from the first one (that one: from any)."""
    split = [_tokens(text) for text in texts]
    differs = [set[int]() for _ in split]
    for at, tokens in enumerate(split[1:], 1):
        for first, other in _changed(split[0], tokens):
            differs[0].update(first)
            differs[at].update(other)
    return [_shorten(_pieces(t, d)) for t, d in zip(split, differs, strict=True)]


def changes(before: str, after: str) -> list[tuple[str, str]]:
    """What stands in `before` and what in its place in `after`, in order; either may be empty."""
    old, new = _tokens(before), _tokens(after)
    return [
        ("".join(old[a.start : a.stop]), "".join(new[b.start : b.stop]))
        for a, b in _changed(old, new)
    ]


def _changed(first: Sequence[str], other: Sequence[str]) -> Iterator[tuple[range, range]]:
    """The tokens of both that differ. Words are compared; spaces go with the words beside them."""
    own, theirs = (_places(tokens) for tokens in (first, other))
    words = [first[i] for i in own], [other[j] for j in theirs]
    alike = ((own[i], theirs[j]) for i, j in aligned(*words))
    for a, b in between(alike, (len(first), len(other))):
        if [first[i] for i in a] != [other[j] for j in b]:
            start = bool(a and b and first[a[0]] == other[b[0]])
            end = bool(a[start:] and b[start:] and first[a[-1]] == other[b[-1]])
            yield a[start : len(a) - end], b[start : len(b) - end]


def _places(tokens: Sequence[str]) -> list[int]:
    """Where those stand that are no spaces."""
    return [i for i, token in enumerate(tokens) if not token.isspace()]


def _words(text: str) -> list[str]:
    return [t for t in _tokens(text) if not t.isspace()]


def _tokens(text: str) -> list[str]:
    """Words, spaces and single marks; an accent or a vowel sign stays with its letter."""
    tokens: list[str] = []
    for token in _TOKEN.findall(text):
        if tokens and unicodedata.category(token[0])[0] == "M":
            tokens[-1] += token
        else:
            tokens.append(token)
    return tokens


def _pieces(tokens: Sequence[str], marked: set[int]) -> list[Piece]:
    """Neighbouring tokens of one kind joined."""
    pieces: list[Piece] = []
    for at, token in enumerate(tokens):
        if pieces and pieces[-1].marked == (at in marked):
            pieces[-1] = Piece(pieces[-1].text + token, pieces[-1].marked)
        else:
            pieces.append(Piece(token, at in marked))
    return pieces


def _shorten(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces with long unmarked stretches cut in their middle, and all of them at a limit."""
    short: list[Piece] = []
    left = _LONGEST
    for piece in pieces:
        text = piece.text
        if len(text) > _LONGEST_UNMARKED and not piece.marked:
            half = _LONGEST_UNMARKED // 2
            text = f"{text[:half]} [… {len(text) - 2 * half:,} characters …] {text[-half:]}"
        if len(text) > left:
            rest = sum(len(p.text) for p in pieces[len(short) :]) - left
            return (*short, Piece(text[:left], piece.marked), Piece(f" [… {rest:,} characters]"))
        short.append(Piece(text, piece.marked))
        left -= len(text)
    return tuple(short)
