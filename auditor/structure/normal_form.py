"""What a text says, without what carries nothing: the form in which copies are one and the same.

Nothing is carried by case, by spaces, by marks at the end, by variants of one mark (quotes,
dashes, full width, composed or not), by marks without width, and by politeness. Every other mark
is a token like a word: ":)" is not ":(", "+5" not "-5", "C#" not "C".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import regex

from auditor.structure.characters import UNSPACED, fold, with_plain_characters
from auditor.structure.languages import LANGUAGES, vocabulary

Pause = Literal["", "\n", ",", ".", "?"]  # the stronger the later in order
End = Literal["", ".", "?"]
Pauses = frozenset[tuple[int, bool]]

_LETTER = rf"(?:[\p{{L}}--[{UNSPACED}]]\p{{M}}*)"
_STOP = r",;:.!?…،؛؟।॥။։።፧、。，；：！？"
_ON = r"(?:[\p{L}\p{N}\p{So}\"'¿¡@#$€£]|\(\p{L})"  # how a sentence goes on
# No part of it can match one run of characters in two ways: hostile text costs no more than other.
_TOKEN = regex.compile(
    rf"""
      (?P<word>{_LETTER}+(?:'{_LETTER}+)*|[{UNSPACED}]\p{{M}}*)
    | (?P<number>\p{{Nd}}+)
    | (?P<pause> (?!(?<=\p{{Nd}})!)                     # a factorial
      (?: \n
      | [{_STOP}]++(?=\s{_ON})                         # "yes, please"; "it broke. what now"
      | (?<=[\p{{L}}\p{{M}}])[,.!?…]++(?=\s|\p{{So}})      # "all done! :)"
      | (?<=\p{{L}}{{2}})[,;!?]++(?=\p{{L}}{{2}})          # "yes,please"
      | [،؛؟।॥။։።፧、。，；！？¿¡]+
      | (?<=\p{{L}}{{2}}\s)-++(?=\s\p{{L}}{{2}})           # "it broke - what now"
      | (?<!\p{{Nd}}\s?)["']                            # not inches and feet
      ))
    | (?P<mark>[{_STOP}]++|\S)
    """,
    regex.VERSION1 | regex.VERBOSE,
)
_ENDING = f" \n\"'{_STOP}"
_PART_OF_A_FACE = frozenset("-_=~<>*^/\\|")  # right before a mark at the end: "-_-."
_ASKS, _TELLS = frozenset("?？؟፧"), frozenset(".!…。！।॥။։።")
# Only case tells milli from mega, metres from millions, bits from bytes (SI brochure, 9th ed.).
_UNIT = regex.compile(r"m(?:[WVAHJNPM].*)?|[KMGT]b(?:ps)?")

# Words. "hi Anna" and "thanks, Anna" are two messages; "it works, thank you so much" is thanks.
MIN_POINT_WORDS = 3
MAX_PHRASE = 24  # tokens; in scripts without spaces each character is one


class Token(NamedTuple):
    """One word, digit or mark that means something, and what stood before it."""

    text: str
    pause: Pause = ""
    name: bool = False  # with a capital inside a sentence: maybe a name


@dataclass(frozen=True, slots=True)
class Wording:
    """What one text says. Two with the same tokens are copies, unless pauses or ends clash."""

    tokens: tuple[str, ...]  # without politeness
    whole: tuple[str, ...]  # with it
    pauses: Pauses  # (tokens before it, whether it asks) of each inner pause
    end: End  # asking, telling, or unmarked
    names: frozenset[str]  # tokens that may be names


def wording(text: str) -> Wording:
    """What `text` says."""
    lines = (" ".join(line.split()) for line in with_plain_characters(text).splitlines())
    text, end = _ended("\n".join(filter(None, lines)))
    whole = _tokens(text) or [Token(c) for c in text.split()]
    start, stop = _point(whole)
    if stop < len(whole):
        end = "?" if whole[stop].pause == "?" else ""
    core = _without_please(whole[start:stop]) or whole
    inner = enumerate(core[1:], 1)
    return Wording(
        tokens=tuple(t.text for t in core),
        whole=tuple(t.text for t in whole),
        pauses=frozenset((i, t.pause == "?") for i, t in inner if t.pause > "\n"),
        end=end,
        names=frozenset(t.text for t in core if t.name),
    )


def _ended(text: str) -> tuple[str, End]:
    """The text without the marks at its end, and what they say."""
    before = text.rstrip(_ENDING)
    marks = text[len(before) :]
    if not before or (marks and before[-1] in _PART_OF_A_FACE):
        return text, ""
    if before[-1].isdigit() and marks in ("!", '"', "'"):  # a factorial, five inches or feet
        return text, ""
    return before, "?" if _ASKS & set(marks) else "." if _TELLS & set(marks) else ""


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    pause: Pause = ""
    shouted = text.isupper()
    for match in _TOKEN.finditer(text):
        kind, piece = match.lastgroup, match.group()
        if kind == "pause":
            pause = max(pause, _strength(piece))
        else:
            unit = bool(found) and found[-1].text.isdecimal() and _UNIT.fullmatch(piece)
            name = kind == "word" and bool(found) and not shouted and piece[0].isupper()
            found.append(Token(piece if unit else fold(piece), pause, name))
            pause = ""
    return found


def _strength(marks: str) -> Pause:
    if _ASKS & set(marks):
        return "?"
    return "." if _TELLS & set(marks) else "," if marks.strip() else "\n"


# --- politeness --------------------------------------------------------------------------------


def _point(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where the point starts and stops between greetings, thanks and sign-offs."""
    start, stop = _opening(tokens), len(tokens)
    while (shorter := _closing(tokens[start:stop])) < stop - start:
        stop = start + shorter
    min_words = MIN_POINT_WORDS
    if stop < len(tokens) and start:
        min_words -= 1
    elif stop < len(tokens) and tokens[stop].pause in ("", ","):
        min_words += min(len(tokens) - stop - 1, 2)
    if sum(t.text[0].isalpha() for t in tokens[start:stop]) < min_words:
        return 0, len(tokens)
    return start, stop


def _opening(tokens: Sequence[Token]) -> int:
    """Where the point begins, after greetings, thanks and whom they address."""
    start = 0
    while size := _greeting(tokens[start:]):
        start += size
    return start


def _greeting(tokens: Sequence[Token]) -> int:
    """How many tokens greet or thank; 0 = none."""
    if size := _at_start(tokens, "opening", "anywhere"):
        return size + _addressee(tokens[size:])
    if size := _at_start(tokens, "remark", "either"):  # "thanks for the answer" is the point
        return size if _pause_after(tokens, size) else 0
    if size := _at_start(tokens, "dear"):
        named = _addressee(tokens[size:])
        return size + named if named else 0
    return 0


def _addressee(tokens: Sequence[Token]) -> int:
    """How many tokens say who is greeted, up to a pause: "team", "Sir or Madam", "Ms Ito"."""
    if not tokens or tokens[0].pause:
        return 0
    if size := _at_start(tokens, "addressed"):
        generic = vocabulary("common").isdisjoint(t.text for t in tokens[:size])
        if generic or _pause_after(tokens, size):  # "hi there is a hole in it"
            return size
    titled = tokens[0].text in vocabulary("titles")  # "Mr. Jones": the stop is no pause
    size = next((i for i, t in enumerate(tokens[1 + titled : 4], 1 + titled) if t.pause), 0)
    return size if all(t.name for t in tokens[titled:size]) else 0


def _pause_after(tokens: Sequence[Token], size: int) -> bool:
    return size == len(tokens) or bool(tokens[size].pause)


def _closing(tokens: Sequence[Token]) -> int:
    """Where the point ends, before one phrase of thanks or a sign-off, maybe with a name."""
    for named in (0, 1, 2):
        rest, name = tokens[: len(tokens) - named], tokens[len(tokens) - named :]
        if not rest or rest[-1].text not in _edges(-1, "closing", "either", "parting"):
            continue
        signed = all(t.name for t in name)
        size = _at_end(rest, "closing", *(("either",) if signed else ()))
        if not size and (size := _at_end(rest, "parting")) and not (signed and rest[-size].pause):
            size = 0
        if named == 2 and not signed:
            size = 0
        if size and _said(rest[: len(rest) - size]):
            return len(rest) - size
    return len(tokens)


def _said(before: Sequence[Token]) -> bool:
    """Whether thanks after these tokens are said: not refused ("no thanks"), not spoken of."""
    refused = bool(before) and before[-1].text in vocabulary("negations")
    return not refused and vocabulary("mentions").isdisjoint(t.text for t in before[-3:])


def _without_please(tokens: Sequence[Token]) -> list[Token]:
    if _edges(0, "anywhere").isdisjoint(t.text for t in tokens):
        return list(tokens)
    kept: list[Token] = []
    place = 0
    while place < len(tokens):
        size = _at_start(tokens[place : place + MAX_PHRASE], "anywhere")
        if not size or (kept and kept[-1].text in vocabulary("mentions")):
            kept.append(tokens[place])
            place += 1
        else:
            place += size
            if place < len(tokens) and kept:  # what sets "please" apart is no pause of its own
                kept.append(tokens[place]._replace(pause=""))
                place += 1
    return kept


@cache
def _phrases(*kinds: str) -> Collection[tuple[str, ...]]:
    """The phrases of these kinds in all languages, as tokens."""
    listed = (p for table in LANGUAGES.values() for k in kinds for p in table.get(k, ()))
    return frozenset(tuple(t.text for t in _tokens(with_plain_characters(p))) for p in listed)


@cache
def _edges(at: int, *kinds: str) -> frozenset[str]:
    return frozenset(phrase[at] for phrase in _phrases(*kinds))


def _at_start(tokens: Sequence[Token], *kinds: str) -> int:
    """How many tokens the longest phrase of these kinds at the start has."""
    if not tokens or tokens[0].text not in _edges(0, *kinds):
        return 0
    texts = tuple(t.text for t in tokens[:MAX_PHRASE])
    phrases = _phrases(*kinds)
    return next((n for n in range(len(texts), 0, -1) if texts[:n] in phrases), 0)


def _at_end(tokens: Sequence[Token], *kinds: str) -> int:
    if not tokens or tokens[-1].text not in _edges(-1, *kinds):
        return 0
    texts = tuple(t.text for t in tokens[-MAX_PHRASE:])
    phrases = _phrases(*kinds)
    return next((n for n in range(len(texts), 0, -1) if texts[-n:] in phrases), 0)
