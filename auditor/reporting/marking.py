"""Which pieces of a text to mark: its template's fixed words, or what no copy of it shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
# The slots that templates have: what varies, or a kind of value masked by a general rule.
_SLOT = re.compile(r"(<(?:\*|email|url|date|id|number)>)")
_TOKENS_COMPARED = 400  # comparing is quadratic; a longer text stays unmarked from here on
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


def slots(skeleton: str) -> tuple[Piece, ...]:
    """A template's skeleton with its slots marked."""
    return _shorten([Piece(s, bool(_SLOT.fullmatch(s))) for s in _SLOT.split(skeleton) if s])


def fixed_words(text: str, skeleton: str) -> tuple[Piece, ...]:
    """`text` with the words marked that its template's skeleton holds in the same order."""
    frame = [t.lower() for s in _SLOT.split(skeleton) if not _SLOT.match(s) for t in _words(s)]
    tokens = _TOKEN.findall(text)
    words = [i for i, t in enumerate(tokens[:_TOKENS_COMPARED]) if not t.isspace()]
    matcher = SequenceMatcher(None, frame, [tokens[i].lower() for i in words], autojunk=False)
    common = {
        words[b] for block in matcher.get_matching_blocks() for b in _span(block.b, block.size)
    }
    # A space between two fixed words belongs to the frame as well.
    spaces = {i for i, t in enumerate(tokens) if t.isspace() and {i - 1, i + 1} <= common}
    return _shorten(_pieces(tokens, common | spaces))


def differences(texts: Sequence[str]) -> list[tuple[Piece, ...]]:
    """Each text with the tokens marked that set it off from the first one (that one: from any)."""
    split = [_TOKEN.findall(text) for text in texts]
    first, differs = split[0][:_TOKENS_COMPARED], [set[int]() for _ in split]
    for at, tokens in enumerate(split[1:], 1):
        matcher = SequenceMatcher(None, first, tokens[:_TOKENS_COMPARED], autojunk=False)
        for kind, a, a_end, b, b_end in matcher.get_opcodes():
            if kind != "equal":
                differs[0].update(range(a, a_end))
                differs[at].update(range(b, b_end))
    return [_shorten(_pieces(t, d)) for t, d in zip(split, differs, strict=True)]


def _words(text: str) -> list[str]:
    return [t for t in _TOKEN.findall(text) if not t.isspace()]


def _span(start: int, size: int) -> range:
    return range(start, start + size)


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
