"""JSON documents: where in them the rows stand."""

from typing import Any

from tests.dataset.shapes.content import BY_LABEL, LABELS, NAMES, PAIRS, RECORDS, TEXTS, written
from tests.dataset.shapes.shape import ROWS, Shape

UNSEEN = (("My jacket came in the wrong size", "returns"), ("Can I still cancel it?", "returns"))


def numbered(values: list[Any]) -> dict[str, Any]:
    return {str(at): value for at, value in enumerate(values)}


ARTICLE = {
    "title": "Parcels",
    "paragraphs": [
        {
            "context": "Parcels come by van.",
            "qas": [
                {"id": "a", "question": text, "answers": [{"text": "by van", "answer_start": 13}]}
                for text in TEXTS[:3]
            ],
        }
    ],
}
OTHER = {
    "title": "Bills",
    "paragraphs": [
        {
            "context": "Bills come by mail.",
            "qas": [{"id": "b", "question": text, "answers": []} for text in TEXTS[3:]],
        }
    ],
}

SHAPES = (
    Shape(name="records.json", content=written(RECORDS)),
    Shape(
        name="clinc150.json",
        content=written(
            {
                "val": [list(UNSEEN[0])],
                "train": PAIRS[:4],
                "oos_val": [],
                "oos_train": PAIRS[4:],
                "oos_test": [list(UNSEEN[1])],
            }
        ),
        said=("'oos_train'", "each row is a pair of text and label"),
        held_out=UNSEEN,
    ),
    Shape(
        name="splits_of_records.json",
        content=written({"version": "1.0", "test": RECORDS[:1], "train": RECORDS}),
        said=("its splits",),
        held_out=ROWS[:1],
    ),
    Shape(
        name="splits_of_columns.json",
        content=written(
            {
                "train": {"sentence": TEXTS, "label": LABELS},
                "dev": {"sentence": [UNSEEN[0][0]], "label": [UNSEEN[0][1]]},
            }
        ),
        held_out=UNSEEN[:1],
    ),
    Shape(name="pairs.json", content=written(PAIRS), said=("pair of text and label",)),
    Shape(
        name="pairs_label_first.json",
        content=written([pair[::-1] for pair in PAIRS]),
        said=("pair of label and text",),
    ),
    Shape(
        name="pairs_header.json", content=written([["label", "text"], *(p[::-1] for p in PAIRS)])
    ),
    Shape(
        name="pairs.jsonl",
        content=b"\n".join(map(written, PAIRS)),
        said=("pair of text and label",),
    ),
    Shape(
        name="pairs_with_objects.json",  # spaCy's training data
        content=written([[t, {"cats": {n: float(n == g) for n in NAMES}}] for t, g in ROWS]),
        said=("'cats'",),
    ),
    Shape(
        name="lists_of_three.json",
        content=written([[str(i), *p] for i, p in enumerate(PAIRS)]),
        options=("--text", "2", "--label", "3"),
    ),
    Shape(
        name="columns.json", content=written({"text": TEXTS, "label": LABELS}), said=("columns",)
    ),
    Shape(
        name="columns_own_names.json",
        content=written({"satz": TEXTS, "art": LABELS}),
        said=("columns",),
    ),
    Shape(
        name="columns_of_two_lengths.json",
        content=written({"text": TEXTS, "label": LABELS[:5]}),
        refused="'text' (an array of 6 strings), 'label' (an array of 5 strings)",
    ),
    Shape(
        name="label_to_texts.json",  # as many of each: as columns they would have no label
        content=written(BY_LABEL),
        said=("its keys are the labels",),
    ),
    Shape(
        name="columns_and_class_names.json",
        content=written(
            {
                "data": TEXTS,
                "target": [NAMES.index(label) for label in LABELS],
                "target_names": NAMES,
                "DESCR": "Tickets of a shop",
            }
        ),
        options=("--text", "data"),
        said=("the arrays 'data', 'target' are its columns",),
    ),
    Shape(
        name="label_to_texts_in_splits.json",
        content=written(
            {
                "version": 2,
                "data": {
                    "train": BY_LABEL,
                    "test": {
                        "returns": [text for text, _ in UNSEEN],
                        "billing": ["Why is there a fee"],
                    },
                },
            }
        ),
        said=("its keys are the labels", "'train', 'test' are its splits"),
        held_out=(*UNSEEN, ("Why is there a fee", "billing")),
    ),
    Shape(name="text_to_label.json", content=written(dict(ROWS)), said=("keys are the texts",)),
    Shape(
        name="pairs_without_label.json",  # a premise and its hypothesis
        content=written([[text, f"So {text}"] for text in TEXTS]),
        refused="several columns could be the text",
    ),
    Shape(
        name="answer_of_a_database.json",
        content=written(
            {"columns": [{"name": "label"}, {"name": "text"}], "rows": [p[::-1] for p in PAIRS]}
        ),
    ),
    Shape(
        name="table_in_json.json",
        content=b"text,label\nIt broke,damage\n",
        refused="name what the file is",
        then=("--input-format", "csv"),
        rows=(("It broke", "damage"),),
    ),
    Shape(
        name="orient_split.json",
        content=written(
            {"columns": ["text", "label"], "index": [*range(len(PAIRS))], "data": PAIRS}
        ),
    ),
    Shape(name="orient_index.json", content=written(numbered(RECORDS)), said=("the ids",)),
    Shape(
        name="orient_columns.json",
        content=written({"text": numbered(TEXTS), "label": numbered(LABELS)}),
        said=("columns",),
    ),
    Shape(
        name="orient_table.json",
        content=written(
            {
                "schema": {
                    "fields": [{"name": "index", "type": "integer"}],
                    "primaryKey": ["index"],
                },
                "data": [{"index": at, **record} for at, record in enumerate(RECORDS)],
            }
        ),
    ),
    Shape(
        name="by_id.json",
        content=written({f"ticket-{at}": record for at, record in enumerate(RECORDS)}),
        said=("its keys are the ids of the rows",),
    ),
    Shape(
        name="dataset_viewer.json",
        content=written(
            {
                "dataset": "shop/tickets",
                "features": [
                    {"feature_idx": 0, "name": "text", "type": {"dtype": "string"}},
                    {
                        "feature_idx": 1,
                        "name": "label",
                        "type": {"names": NAMES, "_type": "ClassLabel"},
                    },
                ],
                "rows": [
                    {
                        "row_idx": at,
                        "row": {"text": text, "label": NAMES.index(label)},
                        "truncated_cells": ["text"] if at == 5 else [],
                    }
                    for at, (text, label) in enumerate(ROWS)
                ],
                "num_rows_total": 6,
            }
        ),
        rows=ROWS[:5],
        rejected=1,
    ),
    Shape(
        name="one_array.json",
        content=written({"meta": {"by": "me"}, "examples": RECORDS}),
        said=("its rows are the array 'examples' --table",),
    ),
    Shape(
        name="deep_array.json",
        content=written({"response": {"found": 6, "docs": RECORDS}}),
        said=("'response.docs'",),
    ),
    Shape(
        name="several_arrays.json",
        content=written({"tickets": RECORDS, "agents": [{"name": "Ada"}]}),
        refused="several arrays of records: 'tickets' (6), 'agents' (1)",
        then=("--table", "tickets"),
    ),
    Shape(
        name="array_asked_for.json",
        content=written({"old": RECORDS[:1], "new": {"rows of 2024": RECORDS}}),
        options=("--table", "new.rows of 2024"),
    ),
    Shape(
        name="array_that_is_not.json",
        content=written({"old": RECORDS[:1], "new": RECORDS}),
        options=("--table", "newer"),
        refused="no array 'newer' for --table; it has 'old', 'new'",
    ),
    Shape(
        name="no_rows.json",
        content=written({"name": "tickets", "size": 3, "about": {"by": "me"}, "tags": ["a", "b"]}),
        refused="found an object of 'name' (a string), 'size' (a number), 'about' (an object of 1),"
        " 'tags' (an array of 2 strings)",
    ),
    Shape(
        name="texts_alone.json", content=written(TEXTS), refused="found no column that is the label"
    ),
    Shape(
        name="squad.json",
        content=written({"version": "1.1", "data": [ARTICLE, OTHER]}),
        refused="questions and answers",
        then=("--table", "questions", "--text", "question", "--label", "title"),
        rows=tuple((t, "Parcels" if at < 3 else "Bills") for at, t in enumerate(TEXTS)),
    ),
    Shape(
        name="nested.jsonl",
        content=b"\n".join(
            written(
                {"data": {"body": text}, "annotations": [{"choice": label}, {"choice": "spam"}]}
            )
            for text, label in ROWS
        ),
        options=("--text", "data.body", "--label", "annotations.0.choice"),
    ),
    Shape(
        name="entities_beside.jsonl",  # what the first of them is called is no label of the text
        content=b"\n".join(
            written({"said": text, "desk": label, "entities": [{"label": label[::-1]}]})
            for text, label in ROWS
        ),
    ),
    Shape(
        name="objects_called_like_columns.jsonl",  # what is inside of them is meant
        content=b"\n".join(
            written({"text": {"body": text}, "label": {"name": label}}) for text, label in ROWS
        ),
    ),
    Shape(
        name="first_of_several.jsonl",
        content=b"\n".join(
            written({"text": text, "votes": [{"by": "ada", "choice": label}]})
            for text, label in ROWS
        ),
        refused="found no column that is the label",
    ),
    Shape(
        name="search_hits.json",
        content=written(
            [
                {"_index": "a", "_id": str(i), "_source": {"said": t, "product": g}}
                for i, (t, g) in enumerate(ROWS)
            ]
        ),
        options=("--text", "_source.said", "--label", "_source.product"),
    ),
    Shape(
        name="lines.json",
        content=b"\n".join(map(written, RECORDS)) + b"\n",
        said=("one after another",),
    ),
    Shape(
        name="spread.jsonl",
        content=written(RECORDS, indent=2),
        said=("one JSON document",),
    ),
    Shape(
        name="one_after_another.json",
        content=b"\n".join(written(record, indent=1) for record in RECORDS),
        said=("one after another",),
    ),
    Shape(
        name="several_lines_each.jsonl",
        content=b"".join(written(record, indent=1) for record in RECORDS),
        said=("several lines",),
    ),
    Shape(
        name="document_in_a_line.jsonl",
        content=written({"train": PAIRS}),
        said=("one JSON document", "pair of text and label"),
    ),
    Shape(
        name="long_numbers.jsonl",
        content=b"\n".join(
            written({"text": text, "label": 10**22 + len(label)}) for text, label in ROWS
        ),
        rows=tuple((text, str(10**22 + len(label))) for text, label in ROWS),
    ),
    Shape(
        name="lists_of_labels.jsonl",
        content=b"\n".join(
            written({"text": text, "label": [label, "urgent"] if at == 2 else [label]})
            for at, (text, label) in enumerate(ROWS)
        ),
        rows=(*ROWS[:2], *ROWS[3:]),
        rejected=1,
    ),
)
