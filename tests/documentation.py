"""The pages of the documentation, and what is found in them."""

from __future__ import annotations

import difflib
import importlib.util
import re
from pathlib import Path
from types import ModuleType

from auditor.embedding.transformer import _precision

ROOT = Path(__file__).parent.parent


def _generate() -> ModuleType:
    """`docs/generate.py`, which is a script and in no package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _generate()
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "docs").rglob("*.md"))
}
PAGES = {"README.md": README, **DOCS}
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a language; without one they are what is typed into a shell."""
    return [code for named, code in FENCED.findall(page) if named == language]


def marked(name: str) -> str:
    """The block of the README after the comment `<!-- name -->`."""
    [found] = re.findall(rf"<!-- {name} -->\n```\n(.*?)```", README, re.DOTALL)
    return found


def plain(page: str) -> str:
    """A page without its code blocks."""
    return FENCED.sub("", page)


def anchors(page: str) -> set[str]:
    """What headings are called in links, as GitHub does it."""
    headings = re.findall(r"^#+ (.*)$", plain(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
OTHERS = 0.05  # of the words of two outputs, or
A_ROW = 4  # words, where these are most of what is printed in a line


# What the pages quote was printed where bfloat16 is multiplied: there it holds to the letter.
OF_THE_PAGES = "bfloat16"


def is_quoted(found: str, said: str) -> bool:
    """Whether what a command prints is what a page says, as far as the processor decides it."""
    lines = [[line.rstrip() for line in text.strip("\n").splitlines()] for text in (found, said)]
    return lines[0] == lines[1] if _precision("cpu") == OF_THE_PAGES else says_the_same(found, said)


def says_the_same(found: str, said: str) -> bool:
    """Whether two outputs of a command differ in nothing but what the processor decides.

    One multiplies bfloat16 and another float32, so that a vector is another in its fourth digit: a
    row more or less is listed, and a word of a group is another. Numbers may differ by three or a
    tenth, and one word of twenty or one short row.
    """
    words = [text.split() for text in (found, said)]
    masked = [[NUMBER.sub("#", word) for word in of] for of in words]
    matcher = difflib.SequenceMatcher(None, *masked, autojunk=False)
    pairs = (
        pair
        for block in matcher.get_matching_blocks()
        for i in range(block.size)
        for pair in zip(
            *(NUMBER.findall(of[at + i]) for of, at in zip(words, block[:2], strict=True)),
            strict=True,
        )
    )
    whole = sum(map(len, words))
    others = whole * (1 - matcher.ratio())
    few = others <= max(OTHERS * whole, min(A_ROW, whole / 4))
    return few and all(_near(*pair) for pair in pairs)


def _near(one: str, other: str) -> bool:
    a, b = (float(number.replace(",", "")) for number in (one, other))
    return abs(a - b) <= max(3, 0.1 * max(a, b))
