"""Which column is what."""

import json

import pytest

from auditor.dataset import load_dataset, load_texts
from auditor.errors import DataError, UsageError
from auditor.settings import Settings

QUESTIONS = [
    "Where is my parcel, please?",
    "My parcel came broken today.",
    "The second one is a week late.",
    "Can I pay with another card?",
    "How do I change my address?",
    "The voucher was not accepted.",
]
INTENTS = ["delivery", "damage", "delivery", "payment", "damage", "payment"]


@pytest.fixture
def table(write):
    """A file of some columns, each with its six values."""

    def table(**columns):
        rows = [dict(zip(columns, v, strict=True)) for v in zip(*columns.values(), strict=True)]
        return write("orders.jsonl", "\n".join(map(json.dumps, rows)))

    return table


def roles(path, **settings):
    return dict(load_dataset(path, Settings(**settings)).roles)


@pytest.mark.parametrize("text", ["text", "Sentence", "utterance", "Review", "clause", "raw text"])
@pytest.mark.parametrize("label", ["label", "Category", "intent", "CLASS", "Clause Type"])
def test_common_names_tell_text_and_label(table, text, label):
    path = table(**{label: INTENTS, text: QUESTIONS, "n": list("123456")})
    assert roles(path) == {"text": text, "label": label}


def test_a_surer_name_wins(table):
    path = table(title=QUESTIONS[::-1], text=QUESTIONS, topic=INTENTS[::-1], label=INTENTS)
    assert roles(path) == {"text": "text", "label": "label"}


def test_optional_roles_are_found_by_name_only(table):
    path = table(
        text=QUESTIONS,
        label=INTENTS,
        subtype=INTENTS,
        ID=list("abcdef"),
        annotator=["ada", "bob", "ada", None, " ", "bob"],
        Source=["human"] * 6,
        group_id=list("112233"),
        colour=["red"] * 6,
    )
    dataset = load_dataset(path, Settings())
    assert dict(dataset.roles) == {
        "text": "text",
        "label": "label",
        "id": "ID",
        "annotator": "annotator",
        "source": "Source",
        "group": "group_id",
    }
    by_row = {e.row: e for e in dataset.examples}
    assert (by_row[0].id, by_row[0].annotator, by_row[0].group) == ("a", "ada", "1")
    assert (by_row[3].annotator, by_row[4].annotator) == (None, None)


def test_content_tells_where_names_do_not(table):
    path = table(a=list("123456"), b=QUESTIONS, c=INTENTS)
    assert roles(path) == {"text": "b", "label": "c"}


def test_content_decides_between_names_as_good(table):
    path = table(prompt=QUESTIONS, message=["yes"] * 6, label=INTENTS)
    assert roles(path)["text"] == "prompt"


def test_the_order_of_rows_decides_nothing(write):
    rows = [{"prompt": q, "kind": i} for q, i in zip(QUESTIONS, INTENTS, strict=True)]
    rows.append({"kind": "delay", "prompt": "Late once more.", "uid": "7", "id": "8"})
    rows.append({"kind": "delay", "prompt": "Late, and late.", "uuid": "9"})
    lines = [json.dumps(row) for row in rows]
    found = [roles(write(f"{s}.jsonl", "\n".join(lines[::s]))) for s in (1, -1)]
    assert found[0] == found[1] == {"text": "prompt", "label": "kind", "id": "id"}


@pytest.mark.parametrize(
    ("columns", "flag"),
    [
        ({"text": QUESTIONS, "x": QUESTIONS}, "name it with --label COL"),
        ({"text": QUESTIONS, "subtype": INTENTS}, "say which, as with --label subtype;"),
        ({"label": INTENTS, "x": list("123456")}, "name it with --text COL"),
        ({"label": INTENTS, "x": QUESTIONS, "z y": QUESTIONS[::-1]}, "(--text x --text 'z y')"),
        (
            {"text": QUESTIONS, "intent": INTENTS, "category": INTENTS[::-1]},
            "as with --label category",
        ),
    ],
)
def test_where_a_choice_is_left_the_message_lists_the_columns_and_the_flag(
    table, refusal, columns, flag
):
    message = refusal(DataError, table(**columns))
    assert flag in message
    assert "the columns are " + ", ".join(map(repr, columns)) in message


def test_the_user_has_the_first_word(table):
    path = table(text=QUESTIONS, notes=QUESTIONS[::-1], label=INTENTS, who=list("ababab"))
    assert roles(path, text="notes", label="label", roles={"annotator": "who"}) == {
        "text": "notes",
        "label": "label",
        "annotator": "who",
    }


def test_a_column_never_has_two_roles(table, refusal):
    path = table(text=QUESTIONS, source=INTENTS)
    assert roles(path, label="source") == {"text": "text", "label": "source"}
    message = refusal(UsageError, path, label="source", roles={"group": "source"})
    assert "column 'source' is named for two roles" in message


def test_a_column_that_does_not_exist_is_met_with_the_nearest_one(table, refusal):
    path = table(text=QUESTIONS, category=INTENTS)
    message = refusal(UsageError, path, label="categroy")
    assert "no column 'categroy' for --label; did you mean 'category'?" in message
    assert "the columns are 'text', 'category'" in message


def test_a_declared_column_is_neither_text_nor_label(table):
    """Either of the two could be the label; the one that is declared is not."""
    path = table(text=QUESTIONS, intent=INTENTS, category=INTENTS[::-1])
    dataset = load_dataset(path, Settings(declared_columns=["category"]))
    assert dataset.roles["label"] == "intent"
    assert dataset.declared == ("category",)


def test_a_column_may_be_declared_and_have_an_optional_role(table):
    path = table(text=QUESTIONS, label=INTENTS, source=list("ababab"))
    dataset = load_dataset(path, Settings(declared_columns=["source"]))
    assert all(e.declared == (e.source,) for e in dataset.examples)


def test_a_declared_column_that_does_not_exist_is_met_with_the_nearest_one(table, refusal):
    path = table(text=QUESTIONS, label=INTENTS, region=list("ababab"))
    message = refusal(UsageError, path, declared_columns=["regoin"])
    assert "no column 'regoin' for --column; did you mean 'region'?" in message


def test_text_and_label_cannot_be_declared_as_well(table, refusal):
    path = table(text=QUESTIONS, label=INTENTS)
    message = refusal(UsageError, path, label="label", declared_columns=["label"])
    assert "column 'label' is named for --column and as text or label" in message


def test_an_update_file_may_lack_a_declared_column(table):
    path = table(text=QUESTIONS, label=INTENTS)
    dataset = load_dataset(path, Settings(declared_columns=["region"]), strict_roles=False)
    assert {e.declared for e in dataset.examples} == {(None,)}


def test_an_update_file_may_call_its_columns_otherwise(table):
    path = table(text=QUESTIONS, category=INTENTS)
    settings = Settings(text="Kundentext", label="Klasse", roles={"annotator": "wer"})
    dataset = load_dataset(path, settings, strict_roles=False)
    assert dict(dataset.roles) == {"text": "text", "label": "category"}


def test_without_labels_no_label_is_looked_for(table):
    dataset = load_dataset(table(text=QUESTIONS, source=["web"] * 6), Settings(), labelled=False)
    assert dict(dataset.roles) == {"text": "text", "source": "source"}
    assert dataset.categories == ("",)


def test_a_file_without_a_header_does_not_lose_its_first_row(write, refusal):
    content = (
        "My parcel came broken,damage\nThe second one broke,damage\nAll broken today,damage\n"
        "The last one is late,delay\nIt is late again now,delay\n"
    )
    assert load_dataset(write("a.csv", content), Settings()).rows_read == 5
    first = "I would like to know where my parcel is,status\n"
    assert "--no-header" in refusal(DataError, write("a.csv", first + content))


def test_texts_come_from_the_only_column_whatever_its_name(write):
    path = write("live.csv", "anfrage\nWhere is it?\n\n \nToo late.\n")
    assert load_texts(path, Settings(text="text")) == (["Where is it?", "Too late."], [0, 2])


def test_texts_are_found_by_the_same_name_or_by_detection(write):
    path = write("live.csv", "utterance,notes\nWhere is it?,a\n,b\nToo late.,c\n")
    assert load_texts(path, Settings(text="notes")) == (["a", "b", "c"], [0, 1, 2])
    assert load_texts(path, Settings(label="intent")) == (["Where is it?", "Too late."], [0, 2])


def test_texts_that_are_all_blank_are_refused(write):
    with pytest.raises(DataError, match="column 'text' holds no text"):
        load_texts(write("live.jsonl", '{"text": ""}\n{"text": null}\n'), Settings())


def test_candidates_are_shown_with_values_but_not_without_text(table, refusal):
    path = table(text=QUESTIONS, mood=["sad", "calm"] * 3, colour=["red", "blue", "red"] * 2)
    message = refusal(DataError, path)
    assert "'mood' (2 different, such as 'calm', 'sad')" in message
    assert "say which, as with --label colour" in message
    hidden = refusal(DataError, path, no_text=True)
    assert "'mood' (2 different)" in hidden
    assert not [word for word in ("sad", "calm", "red", "blue") if f"'{word}'" in hidden]


def test_what_is_told_by_content_is_said_with_values(table, caplog):
    path = table(a=list("123456"), b=QUESTIONS, c=INTENTS)
    with caplog.at_level("INFO", logger="auditor"):
        text, label = load_dataset(path, Settings()).decisions
    assert (text.what, len(text.values)) == ("the text is column 'b'", 2)
    assert (label.what, len(label.values)) == ("the label is column 'c'", 3)
    assert text.values[0] in caplog.text
    caplog.clear()
    with caplog.at_level("INFO", logger="auditor"):
        load_dataset(path, Settings(no_text=True))
    assert "the text is column 'b' (else: --text COL)" in caplog.text
    assert not [value for value in (*QUESTIONS, *INTENTS) if value in caplog.text]


def test_a_plain_table_says_nothing(table):
    assert load_dataset(table(text=QUESTIONS, label=INTENTS), Settings()).decisions == ()


def test_splits_are_not_quoted_without_text(table, refusal):
    path = table(text=QUESTIONS, label=INTENTS, split=["alpha"] * 6)
    assert "'alpha'" in refusal(DataError, path)
    assert "alpha" not in refusal(DataError, path, no_text=True)
