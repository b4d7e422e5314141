"""Parquet and Arrow."""

import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from auditor.dataset import load_dataset
from auditor.dataset.typed import columnar
from auditor.errors import DataError
from auditor.settings import Settings

TEXTS = ["Where is my parcel?", "It came broken.", "The second one is late."]
FORMATS = ["parquet", "pq", "arrow", "feather", "ipc", "stream.arrow"]


@pytest.fixture
def save(tmp_path):
    """Writes a table in one of the formats."""

    def save(table, suffix, **options):
        path = tmp_path / f"orders.{suffix}"
        if suffix in ("parquet", "pq"):
            pq.write_table(table, path, **options)
        else:
            new = pa.ipc.new_stream if suffix.startswith("stream") else pa.ipc.new_file
            with new(path, table.schema) as writer:
                writer.write_table(table, max_chunksize=2)
        return path

    return save


def labels_of(path):
    dataset = load_dataset(path, Settings())
    return [e.category for e in sorted(dataset.examples, key=lambda e: e.row)]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (pa.array(["NA", "01", "late "]), ["NA", "01", "late "]),
        (pa.array(["NA", "01", "late"], pa.large_string()), ["NA", "01", "late"]),
        (pa.array([3, 0, 12]), ["3", "0", "12"]),
        (pa.array([3, 0, 255], pa.uint8()), ["3", "0", "255"]),
        (pa.array([True, False, True]), ["true", "false", "true"]),
        (pa.array([0.1, 1.0, 2.0], pa.float32()), ["0.1", "1.0", "2.0"]),
        (pa.array(["late", "lost", "late"]).dictionary_encode(), ["late", "lost", "late"]),
        (pa.array([0, 365, 0], pa.date32()), ["1970-01-01", "1971-01-01", "1970-01-01"]),
    ],
    ids=["string", "large", "int", "uint8", "bool", "float", "dictionary", "date"],
)
def test_every_plain_type_becomes_its_string(save, suffix, labels, expected):
    assert labels_of(save(pa.table({"text": TEXTS, "label": labels}), suffix)) == expected


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_null_is_a_missing_value(save, suffix):
    table = pa.table(
        {
            "text": [*TEXTS, None],
            "label": pa.array(["status", None, "delay", "delay"]).dictionary_encode(),
            "annotator": pa.array([None, None, "ada", None]),
            "nothing": pa.nulls(4),
        }
    )
    dataset = load_dataset(save(table, suffix), Settings())
    assert [(r.row, r.line, r.reason) for r in dataset.rejected] == [
        (1, None, "label is missing"),
        (3, None, "text is missing"),
    ]
    assert {e.row: e.annotator for e in dataset.examples} == {0: None, 2: "ada"}


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_columns_that_hold_no_text_do_no_harm_until_they_are_named(save, refusal, suffix):
    columns = {
        "text": TEXTS,
        "label": ["a", "b", "a"],
        "embedding": pa.array([[0.5, 1.0], None, [2.0, 3.0]]),
        "image": pa.array([b"\xff", b"\x00", None]),
        "meta": pa.array([{"n": 1}, {"n": 2}, None]),
    }
    path = save(pa.table(columns), suffix)
    assert labels_of(path) == ["a", "b", "a"]
    assert "text is a list, expected a string" in refusal(DataError, path, text="embedding")
    assert "text is bytes, expected a string" in refusal(DataError, path, text="image")
    assert "text is an object, expected a string" in refusal(DataError, path, text="meta")


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_the_class_names_of_hugging_face_are_used_where_the_schema_has_them(save, suffix):
    about = (
        '{"info": {"features": {"label": {"names": ["delay", "damage"], "_type": "ClassLabel"}}}}'
    )
    table = pa.table({"text": [*TEXTS, "Hello"], "label": [1, 0, -1, 2]})
    path = save(table.replace_schema_metadata({"huggingface": about}), suffix)
    dataset = load_dataset(path, Settings())
    assert {e.row: e.category for e in dataset.examples} == {0: "damage", 1: "delay"}
    assert [r.reason for r in dataset.rejected] == [
        "label is missing",
        "label is a class number without a name, expected a string",
    ]


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_extension_types_are_refused(save, refusal, suffix):
    known = pa.ExtensionArray.from_storage(pa.uuid(), pa.array([b"0" * 16] * 3, pa.binary(16)))
    path = save(pa.table({"text": TEXTS, "label": ["a", "b", "a"], "key": known}), suffix)
    assert "column 'key' has an extension type" in refusal(DataError, path)


def test_extension_types_that_are_not_registered_are_refused_alike(save, refusal):
    marked = pa.field("label", pa.string(), metadata={"ARROW:extension:name": "evil.pickle"})
    schema = pa.schema([pa.field("text", pa.string()), marked])
    path = save(pa.table([TEXTS, ["a", "b", "a"]], schema=schema), "arrow")
    assert "column 'label' has an extension type" in refusal(DataError, path)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_cut_short_is_refused(save, refusal, suffix):
    path = save(pa.table({"text": TEXTS * 50, "label": ["a", "b", "a"] * 50}), suffix)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cannot be read as" in refusal(DataError, path)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("content", [b"", b"text\0label", b"PAR1\0", b"ARROW1\0\0"])
def test_a_file_of_another_kind_is_refused(write, refusal, suffix, content):
    assert "cannot be read as" in refusal(DataError, write(f"a.{suffix}", content))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_without_rows_is_refused(save, refusal, suffix):
    schema = pa.schema({"text": pa.string(), "label": pa.string()})
    assert "holds no rows" in refusal(DataError, save(schema.empty_table(), suffix))


def test_two_columns_of_one_name_are_refused(save, refusal):
    table = pa.table([TEXTS, ["a"] * 3, ["b"] * 3], names=["text", "label", "label"])
    assert "two columns are named 'label'" in refusal(DataError, save(table, "arrow"))


def test_offsets_that_lead_nowhere_are_noticed(save, refusal):
    offsets = pa.py_buffer(b"".join(n.to_bytes(4, "little") for n in (0, 900_000, 3, 5)))
    bad = pa.StringArray.from_buffers(3, offsets, pa.py_buffer(b"abcde"))
    path = save(pa.table({"text": TEXTS, "label": ["a", "b", "a"]}), "arrow")
    with pa.ipc.new_file(path, pa.schema({"text": pa.string()})) as writer:
        writer.write_batch(pa.record_batch([bad], names=["text"]))
    assert "cannot be read as Arrow" in refusal(DataError, path)


def test_bytes_that_are_no_utf_8_are_noticed(save, refusal):
    bad = pa.array([b"caf\xe9", b"b", b"c"]).view(pa.string())
    path = save(pa.table({"text": bad, "label": ["a", "b", "a"]}), "parquet")
    assert "cannot be read as Parquet" in refusal(DataError, path)


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_a_small_file_that_decodes_to_far_too_much_is_refused(save, refusal, monkeypatch, suffix):
    monkeypatch.setattr(columnar, "ALWAYS_ALLOWED", 100_000)
    monkeypatch.setattr(columnar, "ALLOWED_RATIO", 1)
    table = pa.table({"text": ["late " * 1000] * 1000, "label": ["delay"] * 1000})
    path = save(table, "parquet")
    if suffix == "arrow":
        path = path.with_suffix(".arrow")
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_file(path, table.schema, options=options) as writer:
            writer.write_table(table)
    assert path.stat().st_size < 100_000
    assert "out of all proportion to its size" in refusal(DataError, path)


def test_a_dictionary_shared_by_many_rows_is_decoded_once_a_batch(save):
    labels = [f"intent {i % 700}" for i in range(3000)]
    table = pa.table({"text": [f"Question number {i}" for i in range(3000)], "label": labels})
    coded = table.set_column(1, "label", table["label"].combine_chunks().dictionary_encode())
    assert labels_of(save(coded, "parquet")) == labels


def test_what_pandas_wrote_reads_back(tmp_path):
    frame = pd.DataFrame({"text": TEXTS, "label": pd.Categorical(["a", "b", "a"])})
    frame.to_parquet(tmp_path / "a.parquet")
    assert labels_of(tmp_path / "a.parquet") == ["a", "b", "a"]


def test_values_inside_of_objects_are_columns_with_dotted_names(save):
    labels = [{"topic": {"name": "a"}}, {"topic": {"name": "b"}}, None]
    votes = [[{"by": "ada", "said": "x"}], [{"by": "bo", "said": "y"}], []]
    path = save(pa.table({"text": TEXTS, "about": labels, "votes": votes}), "parquet")
    dataset = load_dataset(path, Settings(text="text", label="about.topic.name"))
    assert sorted(e.category for e in dataset.examples) == ["a", "b"]
    dataset = load_dataset(path, Settings(text="text", label="votes.0.said"))
    assert sorted(e.category for e in dataset.examples) == ["x", "y"]


@pytest.mark.parametrize("inner", [{"names": ["a", "b"], "_type": "ClassLabel"}])
@pytest.mark.parametrize("wrap", [lambda f: [f], lambda f: {"feature": f, "_type": "Sequence"}])
def test_a_list_of_one_class_is_that_class(save, inner, wrap):
    table = pa.table({"text": TEXTS, "label": [[1], [0], [0, 1]]})
    about = {"info": {"features": {"label": wrap(inner)}}}
    named = table.replace_schema_metadata({"huggingface": json.dumps(about)})
    dataset = load_dataset(save(named, "parquet"), Settings())
    assert {e.text: e.category for e in dataset.examples} == dict(zip(TEXTS, "ba", strict=False))
    assert [r.reason for r in dataset.rejected] == [
        "label is a list of several, expected one; a list of labels is read with --multi-label"
    ]
