"""Training data of assistants: Rasa's YAML and Markdown, and the YAML of Snips."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from auditor.dataset.intents.nlu_markdown import Found, is_markdown, of_markdown
from auditor.dataset.intents.nlu_yaml import of_yaml
from auditor.dataset.json.objects import Fault
from auditor.dataset.opening.decoding import encoding_of, open_text
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import ReadOptions, Rows, Table

BARE = Decision(what="examples of intents are the rows; entities marked in them are plain words")


class Nlu:
    """Examples under intents; synonyms, regular expressions and lookup tables are no rows."""

    name = "nlu"
    suffixes: tuple[str, ...] = (".yml", ".yaml", ".md")

    def open(self, path: Path, options: ReadOptions) -> Table:
        """Rows with the line of each example. Raises DataError where there is none."""
        encoding = encoding_of(path, options.encoding)
        with open_text(path, encoding.name) as file:
            text = file.read()
        found = of_markdown(text) if is_markdown(text) else of_yaml(text)
        return Table(rows=partial(_rows, found), decisions=(*encoding.decisions, BARE))


def _rows(found: list[Found]) -> Rows:
    for row, (line, text, intent) in enumerate(found):
        if isinstance(text, Fault):
            yield line, Reject(row=row, line=line, reason=str(text))
        else:
            yield line, {"text": text, "label": intent}


NLU = Nlu()
