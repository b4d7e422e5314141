"""Files, folders and standard input."""

import gzip
import io
import os
import sys
import threading
from pathlib import Path

import pytest

from auditor.dataset import FILE_READERS, READERS, load_dataset
from auditor.errors import DataError, UsageError
from auditor.settings import Settings

CSV = "text,label\nIt broke,damage\nToo late,delay\n"


@pytest.fixture
def stdin(monkeypatch, tmp_path):
    """Puts bytes on standard input; temporary files go to a folder that can be looked into."""
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))

    def put(content):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        return spool

    return put


def test_standard_input_is_read_and_leaves_nothing_behind(stdin):
    spool = stdin(CSV.encode())
    dataset = load_dataset("-", Settings(input_format="csv"))
    assert (dataset.name, dataset.rows_read) == ("stdin", 2)
    assert list(spool.iterdir()) == []


def test_standard_input_that_cannot_be_read_leaves_nothing_behind(stdin, refusal):
    spool = stdin(b"caf\xe9")
    assert refusal(DataError, "-", input_format="csv").startswith("stdin: line 1: byte 3")
    assert list(spool.iterdir()) == []


def test_standard_input_needs_a_format(stdin, refusal):
    stdin(b"")
    assert "stdin: name the format with --input-format (csv," in refusal(UsageError, "-")


def test_a_named_pipe_is_read_once(tmp_path):
    pipe = tmp_path / "orders.csv"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(CSV,))
    writer.start()
    assert load_dataset(pipe, Settings()).rows_read == 2
    writer.join()


def test_a_dataset_is_called_after_its_file(write):
    path = write("my.orders.csv", CSV)
    assert load_dataset(str(path), Settings()).name == "my.orders"


def test_the_format_that_is_named_wins_over_the_suffix(write):
    path = write("orders.txt", CSV)
    assert load_dataset(path, Settings(input_format="CSV")).rows_read == 2


def test_what_is_unpacked_is_left_nowhere(write, tmp_path, monkeypatch):
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    packed = write("my.orders.csv.gz", gzip.compress(CSV.encode()))
    dataset = load_dataset(packed, Settings())
    assert (dataset.name, dataset.rows_read) == ("my.orders", 2)
    with pytest.raises(DataError):
        load_dataset(write("late.csv.gz", packed.read_bytes()[:20]), Settings())
    assert list(spool.iterdir()) == []


def test_what_unpacks_to_far_too_much_is_refused(write, refusal, monkeypatch):
    monkeypatch.setattr("auditor.dataset.opening.packed.allowed_bytes", lambda path: 10_000)
    packed = gzip.compress(b"text,label\n" + b"It broke,damage\n" * 1_000)
    assert "unpacks to more than" in refusal(DataError, write("a.csv.gz", packed))


def test_packed_standard_input_is_unpacked(stdin):
    spool = stdin(gzip.compress(CSV.encode()))
    assert load_dataset("-", Settings(input_format="csv")).rows_read == 2
    assert list(spool.iterdir()) == []


def test_a_dataset_of_a_pattern_is_called_after_what_its_files_share(write, tmp_path):
    for part in range(2):
        write(f"orders-{part}.csv", CSV)
    assert load_dataset(tmp_path / "orders-*.csv", Settings()).name == "orders"
    assert load_dataset(tmp_path / "*.csv", Settings()).name == tmp_path.name


def test_a_link_leads_to_its_file(write, tmp_path):
    (tmp_path / "link.csv").symlink_to(write("orders.csv", CSV))
    assert load_dataset(tmp_path / "link.csv", Settings()).rows_read == 2


def test_an_unknown_suffix_is_met_with_the_known_ones(write, refusal):
    message = refusal(UsageError, write("orders.foo", bytes(9)))
    assert "orders.foo: unknown file type '.foo'" in message
    assert "--input-format" in message
    for reader in FILE_READERS:
        assert all(suffix in message for suffix in reader.suffixes)
        assert reader.name in message


def test_an_unknown_format_is_met_with_the_nearest_one(write, refusal):
    message = refusal(UsageError, write("orders.csv", CSV), input_format="parket")
    assert "unknown --input-format 'parket'; did you mean 'parquet'?" in message


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("missing.csv", "missing.csv: no such file"),
        ("https://example.com/a.csv", "only local files are read"),
        ("/dev/null", "neither a file nor a folder"),
        ("a\nb.csv", "a\\nb.csv: no such file"),
    ],
)
def test_what_is_no_local_file_is_refused(refusal, source, message):
    assert message in refusal(DataError, source)


def test_a_folder_is_no_csv_file(tmp_path, refusal):
    assert "expected a csv file" in refusal(DataError, tmp_path, input_format="csv")


def test_every_reader_has_its_own_name_and_suffixes():
    names = [reader.name for reader in READERS]
    suffixes = [suffix for reader in READERS for suffix in reader.suffixes]
    assert len(set(names)) == len(names)
    assert len(set(suffixes)) == len(suffixes)
    assert [reader.name for reader in READERS if not reader.suffixes] == ["huggingface"]  # a folder


def test_the_docstring_of_the_stage_names_its_files():
    folder = Path(load_dataset.__code__.co_filename).parent
    story = (folder / "__init__.py").read_text()
    kept = [p for p in folder.iterdir() if not p.name.startswith("__")]
    assert [p.name for p in kept if (p.name if p.is_file() else f"{p.name}/") not in story] == []
