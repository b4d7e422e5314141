"""Words that the texts of all rows begin or end with: an instruction, a form that is filled in.

They tell nothing of a row, and would make one template of the whole set; so they are left out of
the texts, and said. What counts, the more the less it looks like a part of its own:

    lines of their own      however short
    sentences, or up to a colon      MIN_WORDS words
    other words                      MIN_INLINE words

A set may also have several instructions, as paraphrases of one: first lines that few rows lack, and
that say nothing of the category. Where they do, they are what the audit is to find.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from auditor.records.dataset import Decision

MIN_ROWS = 4  # texts that begin alike by more than luck, on a line of its own
MIN_ROWS_INLINE = 20  # within a line
MIN_WORDS = 4
MIN_INLINE = 8
NEARLY_ALL = 0.95  # of the texts, where some lack what the others share
MIN_OF_SEVERAL = 10  # rows of each of several instructions
MAX_SEVERAL = 20
SHOWN = 3  # of several instructions
LONGEST_SHOWN = 120  # characters of each
ALPHA = 0.001  # of instructions that have nothing to do with the category

_SENTENCE = re.compile(r"""[.:!?。：？！।;][)"'”’»」』]*(?:\s+|$)|[。：？！।]""")
_OWN = re.compile(r"[^\W\d_]")  # a letter: what is left of a text must hold one


def without_prompts(
    texts: Sequence[str], categories: Sequence[str]
) -> tuple[list[str], list[Decision]]:
    """The texts (n,) without what all of them begin or end with, and what was decided.

    categories (n,): of the texts, "" where they have none. A text that would lose its last word
    stays as it is.
    """
    kept, decisions = list(texts), []
    for end in (False, True):
        found = _shared(kept, categories, at_end=end)
        rows = _having(kept, found, at_end=end)
        if not rows:
            continue
        for i, prompt in rows.items():
            kept[i] = kept[i][: -len(prompt)] if end else kept[i][len(prompt) :]
        decisions.append(_said(found, len(rows), len(kept), at_end=end))
    return kept, decisions


def _shared(texts: Sequence[str], categories: Sequence[str], *, at_end: bool) -> list[str]:
    """What the texts begin, or end, with; several, where they take turns."""
    if len(texts) < MIN_ROWS:
        return []
    one = len(set(categories)) == 1 and categories[0] != ""
    read = [text[::-1] for text in texts] if at_end else texts
    whole = _common(min(read), max(read), at_end)
    part = _part(whole, len(texts), at_end=at_end, one_category=one)
    if part or len(texts) < MIN_ROWS_INLINE:
        return [part] if part else []
    most = _most_common(sorted(read), at_end)
    part = _part(most, len(texts), at_end=at_end, one_category=one)
    options = [[part] if part else [], [] if at_end else _first_lines(texts)]
    for found in options:
        rows = _having(texts, found, at_end=at_end)
        if rows and _by_chance(rows, categories):
            return found
    return []


def _common(one: str, other: str, at_end: bool) -> str:
    differ = (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    shared = one[: next(differ, min(len(one), len(other)))]
    return shared[::-1] if at_end else shared


def _most_common(ordered: Sequence[str], at_end: bool) -> str:
    """The longest beginning of nearly all texts, in their order: then they stand together."""
    size = int(np.ceil(NEARLY_ALL * len(ordered)))
    starts = range(len(ordered) - size + 1)
    return max((_common(ordered[i], ordered[i + size - 1], at_end) for i in starts), key=len)


def _part(shared: str, rows: int, *, at_end: bool, one_category: bool) -> str:
    """As much of the shared words as is a part of its own; "" where nothing is.

    Of a single category, what all texts begin with may be the template that makes them up, and no
    instruction; but on a line of its own, or up to a colon.
    """
    lines = _line(shared, at_end)
    lines = lines if _OWN.search(lines) else ""
    if rows < MIN_ROWS_INLINE:
        return lines
    sentences = _sentence(shared, at_end)
    colon = not at_end and sentences.rstrip().endswith((":", "："))
    told = _size(sentences) >= MIN_WORDS and (colon or not one_category)
    if told and len(sentences) > len(lines):
        return sentences
    words = _inline(shared, at_end)
    return lines or (words if _size(words) >= MIN_INLINE and not one_category else "")


def _size(part: str) -> float:
    """Words; of a script that puts no space between them, two characters are one."""
    return max(len(part.split()), sum(not c.isascii() and c.isalpha() for c in part) / 2)


def _line(shared: str, at_end: bool) -> str:
    """Whole lines, with the break between them and the rest."""
    if at_end:
        at = shared.find("\n")
        return shared[at:] if at >= 0 else ""
    return shared[: shared.rfind("\n") + 1]


def _sentence(shared: str, at_end: bool) -> str:
    """Whole sentences."""
    ends = [match.end() for match in _SENTENCE.finditer(shared)]
    if at_end:
        return shared[ends[0] :] if ends and ends[0] < len(shared) else ""
    return shared[: ends[-1]] if ends else ""


def _inline(shared: str, at_end: bool) -> str:
    """Whole words."""
    spaces = [match.end() for match in re.finditer(r"\s+", shared)]
    if at_end:
        return shared[spaces[0] :] if spaces else ""
    return shared[: spaces[-1]] if spaces else ""


def _first_lines(texts: Sequence[str]) -> list[str]:
    """First lines that many rows begin with, and each of them often enough."""
    counts = Counter(text[: text.index("\n") + 1] for text in texts if "\n" in text)
    found = sorted(line for line, rows in counts.items() if rows >= MIN_OF_SEVERAL)
    return found if 1 < len(found) <= MAX_SEVERAL else []


def _having(texts: Sequence[str], prompts: Iterable[str], *, at_end: bool) -> dict[int, str]:
    """Row -> what it begins or ends with, where something of its own is left."""
    having: dict[int, str] = {}
    for prompt in prompts:
        for i, text in enumerate(texts):
            if text.endswith(prompt) if at_end else text.startswith(prompt):
                rest = text[: -len(prompt)] if at_end else text[len(prompt) :]
                if _OWN.search(rest) or not rest.isascii():
                    having[i] = prompt
    return having if len(having) >= NEARLY_ALL * len(texts) else {}


def _by_chance(having: dict[int, str], categories: Sequence[str]) -> bool:
    """Whether which instruction a row has says nothing of its category (chi-squared test)."""
    prompts = [having.get(i, "") for i in range(len(categories))]
    rows, columns = (np.unique(v, return_inverse=True)[1] for v in (prompts, categories))
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1)
    if min(table.shape) < 2:
        return True
    from scipy.stats import chi2_contingency

    return bool(chi2_contingency(table).pvalue > ALPHA)


def _said(prompts: Sequence[str], rows: int, of: int, *, at_end: bool) -> Decision:
    texts = "all texts" if rows == of else f"{rows} of {of} texts"
    same = "the same words" if len(prompts) == 1 else f"one of {len(prompts)} lines"
    where = "end" if at_end else "begin"
    return Decision(
        what=f"{texts} {where} with {same}, which are left out",
        values=tuple(" ".join(prompt.split())[:LONGEST_SHOWN] for prompt in prompts[:SHOWN]),
        otherwise="--keep-prompt",
    )
