"""Words that all texts begin or end with."""

import pandas as pd
import pytest

from auditor.dataset import load_dataset, load_texts
from auditor.dataset.prompts import without_prompts
from auditor.settings import Settings

THINGS = ("Kettle", "Lamp", "Saddle", "Curtain", "Drill")
FAULTS = ("leaks", "hums all night", "came without screws", "smells of smoke", "is too short")
TEXTS = [f"{thing} {fault}" for thing in THINGS for fault in FAULTS]  # 25
MOODS = [("angry", "calm", "sad")[i % 3] for i in range(25)]
RULE = "Sort the message by mood."


def kept(texts, moods=MOODS):
    return without_prompts(texts, moods[: len(texts)])[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{RULE}\n", ""),
        ("Mood?\n\n", ""),
        ("", "\n\nMood:"),
        ("### Instruction:\nSort the message.\n\n### Input:\n", "\n\n### Response:\n"),
        ("Which mood has this message: ", ""),
        ("Sort this message by its mood. ", ""),
        ("Please say in one word which mood the writer has ", ""),
        ("请判断下面这段话的情绪：", ""),
        ("", " Mood:"),
        (f"{RULE}\nMessage: ", "\nMood:"),
    ],
)
def test_what_frames_every_text_is_left_out(before, after):
    assert kept([f"{before}{text}{after}" for text in TEXTS]) == TEXTS


def test_a_last_word_that_all_texts_share_is_no_part_of_the_form_below_it():
    texts = [f"{text}, too" for text in TEXTS]
    assert kept([f"{text}\nMood:" for text in texts]) == texts


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS,
        [f"My {text}" for text in TEXTS],
        [f"Review: {text}" for text in TEXTS],
        [f"I write to you as {text}" for text in TEXTS],
        [f"{text}. Sent from my phone." for text in TEXTS],
        [f"This is the text of the row that has the number {i}" for i in range(25)],
        [f"{RULE}\n{i}" for i in range(25)],
        [RULE] * 25,
        [f"{RULE}\n{TEXTS[0]}"] * 25,
        [f"Mood?\n{text}" for text in TEXTS[:10]],
        [f"{text}\nand a line" for text in TEXTS[:10]],
        [f"{RULE}\n{text}" for text in TEXTS[:3]],
        [f"Which mood has this message: {text}" for text in TEXTS[:10]],
    ],
    ids=lambda texts: texts[0][:30],
)
def test_what_may_be_of_the_text_itself_stays(texts):
    assert kept(texts) == texts


def test_a_few_texts_may_lack_the_instruction():
    texts = [*(f"{RULE}\n{text}" for text in TEXTS[:-1]), TEXTS[-1]]
    found, [decision] = without_prompts(texts, MOODS)
    assert found == TEXTS
    assert decision.what.startswith("24 of 25 texts begin with the same words")
    assert kept([*texts[:-3], *TEXTS[-3:]]) == [*texts[:-3], *TEXTS[-3:]]


def test_instructions_may_take_turns():
    rules = (f"{RULE}\n", "Which mood is this?\n", "Tell me the mood:\n")
    rows = [(rules[i % 3], text, MOODS[i // 3 % 3]) for i, text in enumerate(TEXTS * 3)]
    found, [decision] = without_prompts([r + t for r, t, _ in rows], [mood for *_, mood in rows])
    assert found == TEXTS * 3
    assert "begin with one of 3 lines" in decision.what


def test_instructions_that_tell_the_category_are_for_the_audit_to_find():
    rules = {"angry": f"{RULE}\n", "calm": "Which mood is this?\n", "sad": "Tell me the mood:\n"}
    texts = [rules[mood] + text for text, mood in zip(TEXTS * 3, MOODS * 3, strict=True)]
    assert without_prompts(texts, MOODS * 3) == (texts, [])


def test_of_one_category_a_template_is_no_instruction():
    texts = [f"Sort this message by its mood. {text}" for text in TEXTS]
    assert kept(texts, ["sad"] * 25) == texts
    asked = [f"Which mood has this message: {text}" for text in TEXTS]
    assert kept(asked, ["sad"] * 25) == TEXTS


def test_the_order_of_rows_decides_nothing():
    texts = [*(f"{RULE}\n{text}" for text in TEXTS[:-1]), TEXTS[-1]]
    assert kept(texts[::-1], MOODS[::-1]) == TEXTS[::-1]


@pytest.fixture
def forms(tmp_path):
    """The same rows as they are, and with an instruction in three formats."""
    rows = [
        {"instruction": RULE, "input": text, "output": "-", "mood": mood}
        for text, mood in zip(TEXTS, MOODS, strict=True)
    ]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    pd.DataFrame({"text": TEXTS, "mood": MOODS}).to_csv(tmp_path / "plain.csv", index=False)
    return [tmp_path / name for name in ("plain.csv", "a.csv", "a.parquet", "a.jsonl")]


def test_no_format_and_no_instruction_changes_what_is_audited(forms):
    read = [load_dataset(path, Settings(label="mood")) for path in forms]
    assert {dataset.fingerprint for dataset in read} == {read[0].fingerprint}
    assert [len(dataset.decisions) for dataset in read] == [0, 1, 1, 1]


def test_the_instruction_may_be_kept(forms):
    plain, *others = [load_dataset(p, Settings(label="mood", keep_prompt=True)) for p in forms]
    assert {d.fingerprint for d in others} == {others[0].fingerprint} != {plain.fingerprint}


def test_texts_of_real_use_lose_it_as_well(forms):
    assert [load_texts(path, Settings())[0] for path in forms] == [TEXTS] * 4
    assert load_texts(forms[1], Settings(keep_prompt=True))[0][0] == f"{RULE}\n{TEXTS[0]}"
