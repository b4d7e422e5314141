"""Documents that their keys tell: the hub's viewer, SQuAD, and exports of intent services.

{"features": [...], "rows": [{"row": {...}}, ...]}       Hugging Face's dataset viewer
{"data": [{"title": ..., "paragraphs": [...]}, ...]}     SQuAD, which has no label
{"utterances": [...]}, {"assets": {"utterances": ...}}   LUIS, and what follows it
{"rasa_nlu_data": {"common_examples": [...]}}            Rasa, and ATIS as it is given away
{"intents": {"light": {"utterances": [...]}}}            Snips NLU
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.dataset.json.forms.texts import text_of
from auditor.dataset.json.layouts.arrays import array_called
from auditor.dataset.json.layouts.laid import Laid
from auditor.dataset.json.objects import Fault
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision

QUESTIONS = "questions"
# Where the examples of a service stand; beside them stand arrays of intents, entities and more.
EXAMPLES = ("utterances", "assets.utterances", "rasa_nlu_data.common_examples")
# What these exports call the columns, and what they are.
RENAMED = {"intentName": "label", "intent": "label", "dataset": "split"}


def viewer(document: dict[str, Any]) -> Laid | None:
    """An answer of the dataset viewer; a row whose text it cut short is no row."""
    rows = document.get("rows")
    if not isinstance(rows, list) or not rows:
        return None
    if not all(isinstance(row, dict) and isinstance(row.get("row"), dict) for row in rows):
        return None
    cut = Fault("the dataset viewer cut a value short; export the dataset itself")
    return Laid(
        records=[cut if row.get("truncated_cells") else row["row"] for row in rows],
        classes=dict(_viewer_classes(document.get("features"))),
    )


def squad(document: dict[str, Any]) -> Laid | None:
    """Raises DataError for SQuAD: its questions have answers, and no label."""
    if _articles(document) is None:
        return None
    raise DataError(
        "holds questions and answers, as SQuAD writes them, and no label; to audit the questions"
        f" by the article that they ask of: --table {QUESTIONS} --text question --label title"
    )


def questions(document: Any, table: str) -> Laid | None:
    """SQuAD's questions, with the context and title of each, where `table` asks for them."""
    articles = _articles(document) if isinstance(document, dict) else None
    if table != QUESTIONS or articles is None:
        return None
    return Laid(records=list(_questions(articles)))


def service(document: dict[str, Any]) -> Laid | None:
    """The examples of LUIS, Rasa or Snips NLU."""
    for path in EXAMPLES:
        try:
            found = array_called(document, path)
        except UsageError:
            continue
        if isinstance(found, list) and all(isinstance(item, dict) for item in found):
            return Laid(records=[_renamed(item) for item in found])
    intents = document.get("intents")
    if not isinstance(intents, dict) or not intents:
        return None
    listed = {n: i.get("utterances") for n, i in intents.items() if isinstance(i, dict)}
    given = {name: items for name, items in listed.items() if isinstance(items, list)}
    if len(given) < len(intents):
        return None
    told = Decision(what="the keys of 'intents' are the labels, each with its texts")
    records = [{"text": text_of(item), "label": n} for n, items in given.items() for item in items]
    return Laid(records=records, decisions=(told,))


def _renamed(example: Mapping[str, Any]) -> dict[str, Any]:
    return {RENAMED.get(key, key): value for key, value in example.items()}


def _viewer_classes(features: Any) -> Iterator[tuple[str, list[str]]]:
    listed = features if isinstance(features, list) else []
    for feature in (feature for feature in listed if isinstance(feature, dict)):
        kind = feature.get("type")
        names = kind.get("names") if isinstance(kind, dict) else None
        if isinstance(names, list):
            yield str(feature.get("name")), [str(name) for name in names]


def _articles(document: dict[str, Any]) -> list[dict[str, Any]] | None:
    data = document.get("data")
    if not isinstance(data, list) or not data:
        return None
    told = [a for a in data if isinstance(a, dict) and isinstance(a.get("paragraphs"), list)]
    return told if len(told) == len(data) and any(map(_asks, told)) else None


def _asks(article: Mapping[str, Any]) -> bool:
    return any(
        isinstance(p, dict) and isinstance(p.get("qas"), list) for p in article["paragraphs"]
    )


def _questions(articles: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for article in articles:
        for paragraph in article["paragraphs"]:
            shared = {"title": article.get("title"), "passage": paragraph.get("context")}
            for asked in paragraph.get("qas") or ():
                yield {**asked, **shared}
