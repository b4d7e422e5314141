"""What sets two lists of tokens apart, by the tokens that both have in one order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import Indel, Levenshtein, Opcodes

# Indel keeps as many tokens as can be kept (a longest common subsequence), but one bit of memory
# for each pair of tokens: this many are 125 MB. Beyond, Levenshtein, in little memory (Hirschberg).
MAX_PAIRS = 10**9
# What of the longer list is first taken to differ at most. Of 160,000 tokens with one in a hundred
# changed the answer takes 0.5 s with such a guess and 11 s without; a wrong one costs little.
GUESS = 0.05


def common(first: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The positions of the tokens that both have in one order, as many as can be, in that order."""
    for block in _opcodes(first, other):
        if block.tag == "equal":
            own, theirs = (block.src_start, block.src_end), (block.dest_start, block.dest_end)
            yield from zip(range(*own), range(*theirs), strict=True)


def aligned(
    first: Sequence[str], other: Sequence[str], starts: Collection[int] = ()
) -> list[tuple[int, int]]:
    """The same, of equal tokens those that stand by others, as a reader would take them.

    Right after the last one: to "It is late." is added " Thanks.", and not ". Thanks" before the
    full stop. Else right before the next one. starts: positions in `first` of tokens that belong
    to the next one and not to the last.
    """
    pairs = [*common(first, other)]
    for at in range(1, len(pairs)):
        i, j = pairs[at - 1]
        if i + 1 not in starts:
            pairs[at] = _realigned(pairs[at], (i + 1, j + 1), first, other)
    for at in reversed(range(len(pairs) - 1)):
        (i, j), (i_next, j_next) = pairs[at], pairs[at + 1]
        follows = at and pairs[at - 1] == (i - 1, j - 1) and i not in starts
        if not follows and i_next not in starts:
            pairs[at] = _realigned((i, j), (i_next - 1, j_next - 1), first, other)
    return pairs


def _realigned(
    pair: tuple[int, int], place: tuple[int, int], first: Sequence[str], other: Sequence[str]
) -> tuple[int, int]:
    """`place` if one of the two tokens of the pair stands there and it holds the same two."""
    i, j = place
    return place if (i == pair[0] or j == pair[1]) and first[i] == other[j] else pair


def changed(first: Sequence[str], other: Sequence[str]) -> Iterator[tuple[range, range]]:
    """What stands between those tokens, in both; one of the two may be empty."""
    stretches = between(aligned(first, other), (len(first), len(other)))
    return ((own, theirs) for own, theirs in stretches if own or theirs)


def between(
    pairs: Iterable[tuple[int, int]], sizes: tuple[int, int]
) -> Iterator[tuple[range, range]]:
    """The positions before, between and after `pairs`, in two lists of these sizes."""
    for (i, j), (i_next, j_next) in pairwise(((-1, -1), *pairs, sizes)):
        yield range(i + 1, i_next), range(j + 1, j_next)


def _opcodes(first: Sequence[str], other: Sequence[str]) -> Opcodes:
    if len(first) * len(other) <= MAX_PAIRS:
        return Indel.opcodes(first, other)
    guess = int(GUESS * max(len(first), len(other)))
    return Levenshtein.opcodes(first, other, score_hint=guess)
