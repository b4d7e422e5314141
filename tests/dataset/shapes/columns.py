"""Tables whose columns have to be told apart: names, content, several labels, shared instructions.

Six rows, or all pairs of the halves of sentences below where a column must show what it is.
"""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.dataset.shapes.shape import ROWS, Row, Shape

TEXTS = [text for text, _ in ROWS]
LABELS = [label for _, label in ROWS]
BEGINNINGS = (
    "The kettle leaks",
    "Your driver was rude",
    "My voucher is void",
    "The zip came off",
    "A wheel is missing",
)
ENDINGS = (
    "and nobody answers the phone",
    "although I paid for the better one",
    "so I want my money back",
    "as it did the last time",
)
MANY = [f"{b} {e}" for b in BEGINNINGS for e in ENDINGS]  # 20
LONG = [f"{text}. I have written to you three times, and kept every receipt." for text in MANY]
TITLES = [f"{e} it says {b}".capitalize() for b in BEGINNINGS for e in ENDINGS]
MOODS = ["angry", "calm"] * 10
GRADES = ["1", "5", "4", "1"] * 5
NUMBERS = [str(n) for n in range(20)]
DAYS = [f"2021-03-{n + 1:02d} 10:00" for n in range(20)]


def table(**columns: Sequence[str]) -> bytes:
    return named(dict(columns))


def named(columns: dict[str, Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue().encode()


def lines(rows: Sequence[object]) -> bytes:
    return "\n".join(map(json.dumps, rows)).encode()


def pairs(texts: Sequence[str], labels: Sequence[str]) -> tuple[Row, ...]:
    return tuple(zip(texts, labels, strict=True))


RULE = "File the message under one of our topics."
ALPACA = [{"instruction": RULE, "input": t, "output": "done", "category": c} for t, c in ROWS]


def parquet(path: Path) -> None:
    pd.DataFrame(ALPACA).to_parquet(path)


SEVERAL = [["angry"], ["angry", "late"], ["late"], ["calm"]] * 5
SET = {name: [str(int(name in of)) for of in SEVERAL] for name in ("angry", "late", "calm")}
EACH = tuple((text, label) for text, of in zip(MANY, SEVERAL, strict=True) for label in of)

NAMED = (
    Shape(
        name="marks_called_feedback.csv",
        content=table(feedback=["0", "1"] * 10, review=MANY, mood=MOODS),
        rows=pairs(MANY, MOODS),
        said=("'feedback' holds no words; the text is column 'review'", "'mood'", "--label"),
    ),
    Shape(
        name="two_values_called_feedback.csv",
        content=table(feedback=["good", "bad"] * 10, opinion=MANY, sentiment=MOODS),
        rows=pairs(MANY, MOODS),
        said=("'feedback' holds few values; the text is column 'opinion'",),
    ),
    Shape(
        name="chat_in_a_cell.csv",
        content=table(
            messages=[json.dumps([{"role": "user", "content": t}]) for t in TEXTS], topic=LABELS
        ),
    ),
    Shape(
        name="chat_as_python_writes_it.csv",
        content=table(
            messages=[str([{"role": "user", "content": t}]) for t in TEXTS], topic=LABELS
        ),
    ),
    Shape(
        name="json_called_content.csv",
        content=table(content=['{"a": [1, 2]}', '{"b": 3}'] * 3, remark=TEXTS, topic=LABELS),
        said=("'content' holds JSON; the text is column 'remark'",),
    ),
    Shape(
        name="is_a_flag.csv",
        content=table(instruction=MANY, is_classification=["True", "False"] * 10),
        rows=pairs(MANY, ["True", "False"] * 10),
        refused="one column may be the label: 'is_classification' (2 different, such as 'False'",
        then=("--label", "is_classification"),
    ),
    Shape(
        name="spam_with_spare_columns.csv",
        content=named({"v1": MOODS, "v2": MANY, "Unnamed: 2": ["x y z", *[""] * 19]}),
        rows=pairs(MANY, MOODS),
        said=("the text is column 'v2'", "the label is column 'v1'"),
    ),
    Shape(
        name="counts_of_votes.csv",
        content=named(
            {
                "": NUMBERS,
                "count": ["3", "3", "6", "3"] * 5,
                "hate_speech": ["0", "1", "2", "0"] * 5,
                "neither": ["3", "2", "1", "0"] * 5,
                "class": ["2", "0", "1", "1"] * 5,
                "tweet": MANY,
            }
        ),
        rows=pairs(MANY, ["2", "0", "1", "1"] * 5),
    ),
    Shape(
        name="reviews_with_stars.csv",
        content=table(
            review_id=[f"r{n}-Kq9" for n in NUMBERS],
            stars=GRADES,
            useful=["0", "3", "1", "0"] * 5,
            text=MANY,
            date=DAYS,
        ),
        rows=pairs(MANY, GRADES),
        said=("the label is column 'stars'",),
    ),
    Shape(
        name="review_and_its_summary.csv",
        content=table(summary=TITLES, reviewText=LONG, overall=[f"{g}.0" for g in GRADES]),
        rows=pairs(LONG, GRADES),
        said=("--text summary --text reviewText", "written with '.0'"),
    ),
    Shape(
        name="headline_and_body.csv",
        content=named({"Class Index": GRADES, "Title": TITLES, "Description": LONG}),
        rows=pairs([f"{t}\n{d}" for t, d in zip(TITLES, LONG, strict=True)], GRADES),
        refused="several columns could be the text: 'Description' (such as",
        then=("--text", "Title", "--text", "Description"),
    ),
    Shape(
        name="title_and_body.csv",
        content=table(Title=TITLES, Body=LONG, Y=MOODS, CreationDate=DAYS),
        rows=pairs(LONG, MOODS),
        said=("'Title' may be part of the text", "--text Title --text Body"),
    ),
    Shape(
        name="premise_and_hypothesis.csv",
        content=table(premise=MANY, hypothesis=TITLES, label=GRADES),
        rows=pairs([f"{a}\n{b}" for a, b in zip(MANY, TITLES, strict=True)], GRADES),
        said=("the text is 'premise' and 'hypothesis' together, as one text",),
    ),
    Shape(
        name="two_sentences.csv",
        content=table(idx=NUMBERS, sentence1=MANY, sentence2=TITLES, label=GRADES),
        rows=pairs([f"{a}\n{b}" for a, b in zip(MANY, TITLES, strict=True)], GRADES),
        said=("--text sentence1",),
    ),
    Shape(
        name="text_and_what_was_made_of_it.csv",
        content=table(
            clean_text=[t.lower() for t in MANY],
            text=MANY,
            tokens=[str(t.split()) for t in MANY],
            label=GRADES,
        ),
        rows=pairs(MANY, GRADES),
    ),
    Shape(
        name="only_what_was_made_of_it.csv",
        content=table(clean_text=MANY, category=MOODS),
        rows=pairs(MANY, MOODS),
        said=("the text is column 'clean_text'",),
    ),
    Shape(
        name="numbers_and_their_names.csv",
        content=table(text=MANY, label=["0", "1"] * 10, label_text=MOODS),
        rows=pairs(MANY, MOODS),
        said=("'label_text', which names the values of 'label' --label label",),
    ),
    Shape(
        name="name_beside_a_number.csv",
        content=table(text=MANY, category_id=["0", "1"] * 10, category=MOODS),
        rows=pairs(MANY, MOODS),
    ),
    Shape(
        name="coarse_and_fine.csv",
        content=table(text=MANY, coarse_label=MOODS, fine_label=GRADES),
        rows=pairs(MANY, MOODS),
        refused="'coarse_label' (2 different, such as 'angry', 'calm'); 'fine_label' (3 different",
        then=("--label", "coarse_label"),
    ),
    Shape(
        name="complaints.csv",
        content=named(
            {
                "Date received": DAYS,
                "Product": MOODS,
                "Sub issue": GRADES,
                "Issue": ["fee", "fee", "delay", "form"] * 5,
                "Consumer complaint narrative": LONG,
                "Complaint ID": [f"33{n:0>4}" for n in NUMBERS],
            }
        ),
        rows=pairs(LONG, MOODS),
        refused="several columns could be the label: 'Product' (2 different",
        then=("--label", "Product"),
    ),
    Shape(
        name="nothing_but_scores.csv",
        content=table(text=MANY, label=[f"{n}.37" for n in NUMBERS]),
        rows=pairs(MANY, [f"{n}.37" for n in NUMBERS]),
        refused="one column may be the label: 'label' (20 different, such as",
        then=("--label", "label"),
    ),
    Shape(
        name="two_long_columns.csv",
        content=named(
            {"a b": MANY, "c": TITLES, "d": MOODS, "e": ["red", "blue", "red", "green"] * 5}
        ),
        rows=pairs(TITLES, MOODS),
        refused="several columns could be the text",
        then=("--text", "c", "--label", "d"),
    ),
    Shape(
        name="partition.csv",
        content=table(
            locale=["en-GB"] * 20,
            partition=["train", "train", "train", "test"] * 5,
            intent=MOODS,
            utt=MANY,
            annot_utt=[f"[place] {t}" for t in MANY],
        ),
        rows=tuple(r for n, r in enumerate(pairs(MANY, MOODS)) if n % 4 < 3),
        held_out=tuple(r for n, r in enumerate(pairs(MANY, MOODS)) if n % 4 == 3),
        said=("the split is column 'partition'",),
    ),
    Shape(name="texto.csv", content=table(texto=TEXTS, etiqueta=LABELS)),
    Shape(name="kategorie.csv", content=table(Kundentext=TEXTS, Kategorie=LABELS, Datum=DAYS[:6])),
    Shape(name="biaoqian.csv", content=named({"文本": TEXTS, "标签": LABELS})),
    Shape(name="metka.csv", content=named({"Текст": TEXTS, "Категория": LABELS})),
)

SEVERAL_LABELS = (
    Shape(
        name="columns_of_0_and_1.csv",
        content=table(id=[f"a{n}f" for n in NUMBERS], comment_text=MANY, **SET),
        rows=EACH,
        refused="several columns are 0 or 1, or yes or no, as where a row has several labels",
        then=("--multi-label", "--label", "angry", "--label", "late", "--label", "calm"),
    ),
    Shape(
        name="columns_of_0_and_1_declared.csv",
        content=table(comment_text=MANY, **SET),
        options=("--multi-label",),
        rows=EACH,
        said=("the labels are 3 columns, from 'angry' to 'calm'",),
    ),
    Shape(
        name="rows_without_a_label.csv",
        content=table(text=MANY, angry=SET["angry"], late=SET["late"]),
        options=("--multi-label", "--label", "angry", "--label", "late"),
        rows=tuple((t, "(no label)" if label == "calm" else label) for t, label in EACH),
        said=("5 rows without a label are audited as the category '(no label)'",),
    ),
    Shape(
        name="one_of_the_columns.csv",
        content=table(
            text=MANY,
            **{m: [str(int(n % 3 == i)) for n in range(20)] for i, m in enumerate("abc")},
        ),
        rows=pairs(MANY, ["abc"[n % 3] for n in range(20)]),
        said=("the labels are 3 columns, from 'a' to 'c'",),
    ),
    Shape(
        name="several_in_a_cell.csv",
        content=table(text=MANY, labels=["; ".join(of) for of in SEVERAL]),
        rows=EACH,
        refused="holds labels that ';' separates",
        then=("--multi-label",),
    ),
    Shape(
        name="several_in_a_cell_as_one.csv",
        content=table(text=MANY, labels=["; ".join(of) for of in SEVERAL]),
        rows=pairs(MANY, ["; ".join(of) for of in SEVERAL]),
        options=("--no-multi-label",),
    ),
    Shape(
        name="paths_are_one_label.csv",
        content=table(text=MANY, label=["bill;fee", "bill;date", "car;wheel", "car;roof"] * 5),
        rows=pairs(MANY, ["bill;fee", "bill;date", "car;wheel", "car;roof"] * 5),
    ),
    Shape(
        name="lists_in_cells.csv",
        content=table(text=MANY, labels=[str([*of, "new"]) for of in SEVERAL]),
        rows=(*EACH, *((text, "new") for text in MANY)),
        refused="20 of 20 rows have several labels in column 'labels'; add --multi-label",
        then=("--multi-label",),
    ),
    Shape(
        name="lists_of_any_length.jsonl",
        content=lines(
            [
                {"text": text, "labels": [] if of == ["calm"] else of}
                for text, of in zip(MANY, SEVERAL, strict=True)
            ]
        ),
        options=("--multi-label",),
        rows=tuple((t, "(no label)" if label == "calm" else label) for t, label in EACH),
        said=("each label in the lists", "5 rows without a label"),
    ),
    Shape(
        name="lists_of_one_in_cells.csv",
        content=table(text=TEXTS, labels=[json.dumps([label]) for label in LABELS]),
        said=("lists in column 'labels' hold one label a row",),
    ),
)

PROMPTS = (
    Shape(name="one_rule.jsonl", content=lines(ALPACA), said=("begin with the same words",)),
    Shape(
        name="one_rule.csv",
        content=named({k: [row[k] for row in ALPACA] for k in ALPACA[0]}),
        said=("--keep-prompt",),
    ),
    Shape(name="one_rule.parquet", content=parquet, said=("--keep-prompt",)),
    Shape(
        name="one_rule_kept.jsonl",
        content=lines(ALPACA),
        options=("--keep-prompt",),
        rows=tuple((f"{RULE}\n{text}", label) for text, label in ROWS),
    ),
    Shape(
        name="one_rule_in_chats.jsonl",
        content=lines(
            [
                {"messages": [{"role": "user", "content": f"{RULE}\n\n{t}"}], "category": c}
                for t, c in ROWS
            ]
        ),
        said=("all texts begin with the same words",),
    ),
    Shape(
        name="a_form_around_the_text.csv",
        content=table(
            prompt=[f"Tell the mood of this message: {t}\nMood:" for t in MANY], label=MOODS
        ),
        rows=pairs(MANY, MOODS),
        said=("begin with the same words", "end with the same words"),
    ),
    Shape(
        name="an_answer_that_is_the_label.jsonl",
        content=lines([{"instruction": RULE, "input": t, "output": c} for t, c in ROWS]),
        said=("the label is column 'output'",),
    ),
    Shape(
        name="a_short_beginning_is_text.csv",
        content=table(text=[f"Sample row number {n}" for n in NUMBERS], label=MOODS),
        rows=pairs([f"Sample row number {n}" for n in NUMBERS], MOODS),
    ),
)

NUMERALS = (
    Shape(
        name="one_and_one.jsonl",
        content=lines(
            [
                {"text": t, "label": n}
                for t, n in zip(TEXTS, (1, "1", 1.0, 2, "2", 2.0), strict=True)
            ]
        ),
        rows=pairs(TEXTS, ["1", "1", "1", "2", "2", "2"]),
        said=("with and without '.0' are read as one",),
    ),
    Shape(
        name="not_one.jsonl",
        content=lines(
            [
                {"text": t, "label": n}
                for t, n in zip(TEXTS, (1, "01", True, "1", "01", 1), strict=True)
            ]
        ),
        rows=pairs(TEXTS, ["1", "01", "true", "1", "01", "1"]),
        said=("numbers in some rows and strings in others",),
    ),
    Shape(
        name="floats_beside_a_gap.csv",
        content=table(text=TEXTS, label=["0.0", "1.0", "", "1.0", "0.0", "1.0"]),
        rows=tuple(r for r in pairs(TEXTS, ["0", "1", "", "1", "0", "1"]) if r[1]),
        rejected=1,
        said=("whole numbers written with '.0'",),
    ),
    Shape(
        name="halves.csv",
        content=table(text=TEXTS, label=["1.0", "1.5", "2.0", "1.5", "2.0", "1.0"]),
        rows=pairs(TEXTS, ["1.0", "1.5", "2.0", "1.5", "2.0", "1.0"]),
    ),
)

# What is easily misread.
DOUBTED = (
    Shape(
        name="several_scales.csv",
        content=table(text=MANY, sentiment=list("12341" * 4), respect=list("43214" * 4)),
        rows=pairs(MANY, list("12341" * 4)),
        said=("'respect' could be it too, but the label is column 'sentiment'",),
    ),
    Shape(  # the whole prompt, as it is trained on, which ends with the answer
        name="rendered_prompts.jsonl",
        content=lines(
            [
                {"instruction": f"{RULE}", "input": t, "output": g, "text": f"{RULE}\n{t}\n{g}"}
                for t, g in ROWS
            ]
        ),
    ),
    Shape(
        name="class_of_goods.csv",
        content=named({"Review Text": LONG, "Rating": GRADES, "Class Name": MOODS}),
        rows=pairs(LONG, MOODS),
        said=("'Rating' could be it too, but the label is column 'Class Name'", "--label"),
    ),
    Shape(
        name="blank_labels.csv",
        content=table(text=MANY, label=[""] * 20, prediction=MOODS),
        rows=pairs(MANY, MOODS),
        refused="'label' is blank",
        then=("--label", "prediction"),
    ),
    Shape(
        name="words_for_nothing.csv",
        content=table(text=MANY, label=["nan", "NULL", *MOODS[2:]]),
        rows=pairs(MANY, ["nan", "NULL", *MOODS[2:]]),
        said=("'NULL' (1 rows) and 'nan' (1 rows) in column 'label' count as labels",),
    ),
    Shape(
        name="joined_by_a_hash.csv",
        content=table(text=MANY, label=["angry#calm", *MOODS[1:]]),
        rows=pairs(MANY, ["angry#calm", *MOODS[1:]]),
        refused="'#' separates",
        then=("--no-multi-label",),
    ),
    Shape(
        name="choices_in_cells.csv",
        content=table(text=MANY, label=['{"choices":["angry","calm"]}', *MOODS[1:]]),
        rows=pairs(MANY[1:], MOODS[1:]),
        rejected=1,
    ),
    Shape(
        name="predicted_and_true.csv",
        content=table(text=MANY, predicted_label=MOODS[::-1], true_label=MOODS),
        rows=pairs(MANY, MOODS),
        refused="several columns could be the label",
        then=("--label", "true_label"),
    ),
    Shape(
        name="label_of_splits.csv",
        content=table(text=MANY, label=["train", "test"] * 10, topic=MOODS),
        rows=pairs(MANY, MOODS),
    ),
    Shape(
        name="answers_as_json.jsonl",
        content=lines(
            [
                {
                    "messages": [
                        {"role": "user", "content": t},
                        {"role": "assistant", "content": json.dumps({"topic": g})},
                    ]
                }
                for t, g in ROWS
            ]
        ),
        rows=tuple((t, json.dumps({"topic": g})) for t, g in ROWS),
        refused="one column may be the label: 'assistant'",
        then=("--label", "assistant"),
    ),
    Shape(
        name="reviews.xml",
        content=b"<?xml version='1.0'?>\n<reviews>\n<review>It leaks</review>\n</reviews>\n",
        refused="is XML or SGML; convert it to a table",
    ),
)
SHAPES = (*NAMED, *SEVERAL_LABELS, *PROMPTS, *NUMERALS, *DOUBTED)
