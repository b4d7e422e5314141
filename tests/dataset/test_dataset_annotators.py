"""Texts that several annotators labelled by design, and columns that look like annotators."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from auditor.dataset import load_dataset
from auditor.settings import Settings

LABELS = ("calm", "cross", "glad")


def asked(texts=60, people=9, each=9, column="worker_name", seed=0):
    """Each text under `each` of the people, once."""
    draw = random.Random(seed)
    rows = [
        {
            "text": f"The lift in house {i} stops between floors",
            "label": draw.choice(LABELS),
            column: f"w{who}",
            "seconds": str(draw.randrange(3, 40)),
        }
        for i in range(texts)
        for who in draw.sample(range(people), each)
    ]
    draw.shuffle(rows)
    return pd.DataFrame(rows)


def by_accident(rows=400, copies=40, people=4, seed=1):
    """Copies, dealt out to people as any other rows."""
    draw = random.Random(seed)
    texts = [f"Parcel {i} has a dent" for i in range(rows)]
    texts += draw.sample(texts, copies)
    draw.shuffle(texts)
    return pd.DataFrame(
        {
            "text": texts,
            "label": [draw.choice(LABELS) for _ in texts],
            "annotator": [f"a{draw.randrange(people)}" for _ in texts],
        }
    )


def load(frame, **settings):
    return load_dataset(frame, Settings(**settings))


def test_a_text_that_each_annotator_labels_once_is_asked_by_design():
    assert load(asked(column="annotator")).several_annotators
    assert load(asked(texts=12, people=3, each=3, column="annotator")).several_annotators
    assert load(asked(column="who"), roles={"annotator": "who"}).several_annotators


def test_a_tenth_of_the_texts_labelled_twice_is_by_design():
    single = asked(texts=300, people=5, each=1, column="annotator")
    double = asked(texts=30, people=5, each=2, column="annotator", seed=3)
    double["text"] = double["text"].str.replace("lift", "stairs")
    assert load(pd.concat([single, double])).several_annotators
    assert not load(single).several_annotators


def test_copies_by_accident_fall_to_one_annotator_as_often_as_any_rows():
    assert not load(by_accident()).several_annotators


def test_copies_by_one_annotator_are_no_design():
    frame = asked(texts=40, each=1, column="annotator")
    assert not load(pd.concat([frame, frame])).several_annotators


@pytest.mark.parametrize(("people", "each"), [(9, 9), (3, 3), (12, 3)])
def test_a_column_that_deals_texts_out_so_is_proposed_whatever_its_name(people, each):
    dataset = load(asked(people=people, each=each, column="col_7"))
    assert dataset.annotator_columns == ("col_7",)
    assert not dataset.several_annotators


def test_ids_times_labels_and_copies_by_accident_are_not_proposed():
    frame = asked()
    frame["line"] = [str(i) for i in range(len(frame))]
    frame["text_id"] = frame["text"].str.extract(r"(\d+)")[0]
    frame["label_number"] = frame["label"].map(LABELS.index).astype(str)
    assert load(frame).annotator_columns == ("worker_name",)
    accident = by_accident().rename(columns={"annotator": "desk"})
    assert load(accident).annotator_columns == ()


def test_where_annotators_are_named_nothing_is_proposed():
    frame = asked(column="annotator")
    frame["copy_of_it"] = frame["annotator"]
    assert load(frame).annotator_columns == ()


def test_annotators_of_one_text_and_label_stand_in_an_order_of_their_own():
    frame = asked(column="annotator")
    orders = [
        [(e.content, e.annotator) for e in load(frame.sample(frac=1, random_state=seed)).examples]
        for seed in range(3)
    ]
    assert orders[0] == orders[1] == orders[2]
