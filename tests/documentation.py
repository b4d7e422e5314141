"""The pages of the documentation, and what is found in them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

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
