"""Hugging Face dataset folders."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.dataset import load_dataset
from auditor.errors import DataError
from auditor.settings import Settings

FEATURES = {
    "text": {"dtype": "string", "_type": "Value"},
    "label": {"names": ["delay", "damage"], "_type": "ClassLabel"},
}


def save(folder, *shards):
    """A folder as `Dataset.save_to_disk` leaves it."""
    folder.mkdir(parents=True)
    names = [f"data-{i:05}-of-{len(shards):05}.arrow" for i in range(len(shards))]
    for name, shard in zip(names, shards, strict=True):
        table = pa.table(shard)
        with pa.ipc.new_stream(folder / name, table.schema) as writer:
            writer.write_table(table)
    files = [{"filename": name} for name in names]
    (folder / "state.json").write_text(json.dumps({"_data_files": files, "_split": None}))
    (folder / "dataset_info.json").write_text(json.dumps({"features": FEATURES}))
    return folder


def values(examples):
    return sorted((e.row, e.text, e.category, e.split) for e in examples)


def test_class_numbers_get_their_names_and_shards_follow_one_another(tmp_path):
    shards = (
        {"text": ["Too late"], "label": [0]},
        {"text": ["It broke", "Who knows"], "label": [1, -1]},
    )
    dataset = load_dataset(save(tmp_path / "orders", *shards), Settings())
    assert dataset.name == "orders"
    assert values(dataset.examples) == [
        (0, "Too late", "delay", None),
        (1, "It broke", "damage", None),
    ]
    assert [(r.row, r.reason) for r in dataset.rejected] == [(2, "label is missing")]


def test_a_dataset_dict_gives_each_row_its_split_training_first(tmp_path):
    save(tmp_path / "test", {"text": ["It broke"], "label": [1]})
    save(tmp_path / "train", {"text": ["Too late"], "label": [0]})
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["test", "train"]}')
    dataset = load_dataset(tmp_path, Settings())
    assert values(dataset.examples) == [(0, "Too late", "delay", "train")]
    assert values(dataset.held_out) == [(1, "It broke", "damage", "test")]
    assert dataset.roles["split"] == "split"


@pytest.mark.parametrize("inside", [".", "data"])
def test_plain_files_are_split_by_their_names(tmp_path, inside):
    folder = tmp_path / inside
    folder.mkdir(exist_ok=True)
    (folder / "test.jsonl").write_text('{"text": "It broke", "label": "damage"}\n')
    (folder / "my_train.csv").write_text("text,label\nToo late,delay\nshort\n")
    table = pa.table({"text": ["Lost"], "label": ["loss"]})
    pq.write_table(table, folder / "validation-00000-of-00001.parquet")
    (folder / "categories.json").write_text('["delay", "damage"]')
    (folder / "README.md").write_text("# Orders")
    dataset = load_dataset(tmp_path, Settings())
    assert values(dataset.examples) == [(0, "Too late", "delay", "train")]
    assert values(dataset.held_out) == [
        (2, "It broke", "damage", "test"),
        (3, "Lost", "loss", "validation"),
    ]
    [reject] = dataset.rejected
    assert (reject.row, reject.line) == (1, 3)
    assert reject.reason.endswith("my_train.csv: 1 fields where the header has 2")


def test_files_without_a_split_in_their_names_are_one_dataset(tmp_path):
    (tmp_path / "a.csv").write_text("text,label,annotator\nToo late,delay,ada\n")
    (tmp_path / "b.csv").write_text("text,label\nIt broke,damage\n")
    dataset = load_dataset(tmp_path, Settings())
    assert values(dataset.examples) == [
        (0, "Too late", "delay", None),
        (1, "It broke", "damage", None),
    ]
    assert {e.annotator for e in dataset.examples} == {"ada", None}


def test_labels_of_shards_that_differ_in_type_are_one(tmp_path):
    for name, label in (("a", ["1", "1"]), ("b", [1, 1]), ("c", ["1"])):
        table = pa.table({"text": [f"It broke {name}{i}" for i in label], "label": label})
        pq.write_table(table, tmp_path / f"{name}.parquet")
    dataset = load_dataset(tmp_path, Settings())
    assert (dataset.categories, dataset.rejected) == (("1",), ())
    assert "numbers in some rows and strings in others" in dataset.decisions[0].what


def test_a_state_that_leads_out_of_the_folder_is_refused(tmp_path, refusal):
    folder = save(tmp_path / "orders", {"text": ["It broke"], "label": [1]})
    (folder / "state.json").write_text('{"_data_files": [{"filename": "../secret.arrow"}]}')
    assert "names a file outside its folder" in refusal(DataError, folder)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ("{", "state.json cannot be read"),
        (
            '{"_data_files": [{"filename": "data-9.arrow"}]}',
            "data-9.arrow is missing",
        ),
        ('{"_data_files": 3}', "the folder holds no data"),
        ("[]", "the folder holds no data"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path, refusal, state, message):
    folder = save(tmp_path / "orders", {"text": ["It broke"], "label": [1]})
    (folder / "state.json").write_text(state)
    assert message in refusal(DataError, folder)


def test_an_empty_folder_is_refused(tmp_path, refusal):
    assert "the folder holds no data" in refusal(DataError, tmp_path)


def test_an_error_names_the_file_inside_the_folder(tmp_path, refusal):
    (tmp_path / "train.csv").write_bytes(b"text,label\ncaf\xe9,a\n")
    assert f"{tmp_path}: train.csv: line 2: byte 14" in refusal(DataError, tmp_path)


def test_a_file_is_no_folder(write, refusal):
    path = write("a.csv", "text,label\nIt broke,damage\n")
    assert "expected a dataset folder" in refusal(DataError, path, input_format="huggingface")
