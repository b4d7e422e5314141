"""Folders: of the Hugging Face hub, and of tools that keep a file for each part."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.dataset.shapes.content import BY_LABEL, pieces
from tests.dataset.shapes.shape import ROWS, Row, Shape

NAMES = ["delivery", "billing"]
HELD_OUT: tuple[Row, ...] = (("Which box is mine?", "delivery"), ("Who pays the fee?", "billing"))
GERMAN: tuple[Row, ...] = (
    ("Mein Paket kam nass an", "delivery"),
    ("Der Bote hat nicht geklingelt", "delivery"),
    ("Die Rechnung stimmt nicht", "billing"),
    ("Das wurde doppelt abgebucht", "billing"),
)


def csv_of(rows: tuple[Row, ...], numbers: bool = False) -> bytes:
    lines = (f"{text},{NAMES.index(label) if numbers else label}\n" for text, label in rows)
    return ("text,label\n" + "".join(lines)).encode()


def folder(files: dict[str, bytes | str]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        for name, content in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            written = content.encode() if isinstance(content, str) else content
            (path / name).write_bytes(written)

    return make


def card(head: str) -> str:
    return f"---\nlicense: mit\n{head}---\n# Tickets\n"


CONFIGS = """configs:
- config_name: en
  data_files:
  - split: train
    path: "english/part-*.csv"
  - split: test
    path:
    - english/held_out.csv
- config_name: de
  data_files: german/*.csv
"""
LANGUAGES = {
    "english/part-0.csv": csv_of(ROWS[:3]),
    "english/part-1.csv": csv_of(ROWS[3:]),
    "english/held_out.csv": csv_of(HELD_OUT),
    "german/rows.csv": csv_of(GERMAN),
}
CLASSES = """dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': delivery
          '1': billing
"""
INFOS = json.dumps(
    {"plain": {"features": {"label": {"names": NAMES, "_type": "ClassLabel"}}, "splits": {}}}
)


def parquet_of(path: Path) -> None:
    path.mkdir()
    (path / "dataset_infos.json").write_text(INFOS)
    numbers = [NAMES.index(label) for _, label in ROWS]
    table = pa.table({"text": [text for text, _ in ROWS], "label": numbers})
    pq.write_table(table, path / "train-00000-of-00001.parquet")


SHAPES = (
    Shape(
        name="hub_configurations",
        content=folder({"README.md": card(CONFIGS), **LANGUAGES}),
        refused="holds several configurations: 'en', 'de'",
        then=("--table", "en"),
        held_out=HELD_OUT,
    ),
    Shape(
        name="hub_configuration_asked_for",
        content=folder({"README.md": card(CONFIGS), **LANGUAGES}),
        options=("--table", "de"),
        rows=GERMAN,
    ),
    Shape(
        name="hub_configuration_that_is_not",
        content=folder({"README.md": card(CONFIGS), **LANGUAGES}),
        options=("--table", "fr"),
        refused="no configuration 'fr' for --table; it has 'en', 'de'",
    ),
    Shape(
        name="hub_default_by_its_flag",
        content=folder({"README.md": card(CONFIGS + "  default: true\n"), **LANGUAGES}),
        rows=GERMAN,
        said=("the configuration of 2 is 'de' --table",),
    ),
    Shape(
        name="hub_default_by_its_name",
        content=folder({"README.md": card(CONFIGS.replace(": en\n", ": default\n")), **LANGUAGES}),
        held_out=HELD_OUT,
        said=("the configuration of 2 is 'default'",),
    ),
    Shape(
        name="hub_files_not_downloaded",
        content=folder({"README.md": card(CONFIGS), "german/rows.csv": csv_of(GERMAN)}),
        options=("--table", "en"),
        refused="names files that are not in the folder: 'english/part-*.csv'",
    ),
    Shape(
        name="hub_files_outside",
        content=folder(
            {"README.md": card("configs:\n- config_name: x\n  data_files: ../shapes/*.csv\n")}
        ),
        refused="names files that are not in the folder",
    ),
    Shape(
        name="hub_card_without_configurations",
        content=folder({"README.md": card(CLASSES), "data/train.csv": csv_of(ROWS, numbers=True)}),
    ),
    Shape(
        name="hub_card_damaged",
        content=folder({"README.md": card("configs: [\n"), "train.csv": csv_of(ROWS)}),
        refused="README.md, its head: line",
    ),
    Shape(
        name="hub_infos_and_csv",
        content=folder({"dataset_infos.json": INFOS, "train.csv": csv_of(ROWS, numbers=True)}),
    ),
    Shape(name="hub_infos_and_parquet", content=parquet_of),
    Shape(
        name="hub_number_without_a_name",
        content=folder(
            {"dataset_infos.json": INFOS, "train.csv": csv_of(ROWS, numbers=True) + b"Hello,2\n"}
        ),
        rejected=1,
    ),
    Shape(
        name="folder_for_each_dataset",
        content=folder({"de/train.csv": csv_of(GERMAN), "en/train.csv": csv_of(ROWS)}),
        refused="holds several configurations: 'de', 'en'",
        then=("--table", "de"),
        rows=GERMAN,
    ),
    Shape(
        name="folder_of_one_dataset",
        content=folder({"all/train/0.csv": csv_of(ROWS), "all/test/0.csv": csv_of(HELD_OUT)}),
        held_out=HELD_OUT,
        said=("the configuration is 'all'",),
    ),
    Shape(
        name="folder_for_each_split",
        content=folder(
            {
                "test/a.csv": csv_of(HELD_OUT),
                "train/a.csv": csv_of(ROWS[:2]),
                "train/b.csv": csv_of(ROWS[2:]),
            }
        ),
        held_out=HELD_OUT,
    ),
    Shape(
        name="dialogflow_agent",
        content=folder(
            {
                "agent.json": json.dumps({"description": "", "language": "en"}),
                "package.json": json.dumps({"version": "1.0.0"}),
                **{f"intents/{name}.json": json.dumps({"name": name}) for name in NAMES},
                **{
                    f"intents/{name}_usersays_en.json": json.dumps(
                        [
                            {"id": str(at), "data": pieces(text), "isTemplate": False, "count": 0}
                            for at, text in enumerate(texts)
                        ]
                    )
                    for name, texts in BY_LABEL.items()
                },
                "entities/thing.json": json.dumps({"name": "thing"}),
            }
        ),
        said=("the intent that the file's name tells",),
    ),
    Shape(
        name="snips_folder",
        content=folder(
            {
                f"{split}_{name}.json": json.dumps({name: [{"data": pieces(t)} for t in texts]})
                for name, all_texts in BY_LABEL.items()
                for split, texts in (("train", all_texts[:2]), ("validate", all_texts[2:]))
            }
        ),
        rows=(*ROWS[:2], *ROWS[3:5]),
        held_out=(ROWS[2], ROWS[5]),
    ),
    Shape(
        name="rasa_project",
        content=folder(
            {
                "data/nlu.yml": "nlu:\n"
                + "".join(
                    f"- intent: {name}\n  examples: |\n"
                    + "".join(f"    - {text}\n" for text in texts)
                    for name, texts in BY_LABEL.items()
                ),
                "data/stories.yml": "stories: []\n",
                "domain.yml": "intents: [delivery, billing]\n",
                "README.md": "# Our assistant\n",
            }
        ),
    ),
)
