"""Examples of intents: .yml and .md of Rasa, .yaml of Snips."""

import pytest

from auditor.dataset import load_dataset
from auditor.errors import DataError
from auditor.settings import Settings

RASA = """nlu:
- intent: greet
  examples: |
    - Hello from [Oslo](city)

    - Good [evening]{"entity": "time"}[{"role": "x"}]
    Hello
- intent: chat/name
  examples:
  - Who are you
  - text: |
      What are you
"""


def rows(dataset):
    return sorted((e.line, e.text, e.category) for e in dataset.examples)


def test_an_example_has_its_line_its_intent_and_its_plain_words(load):
    dataset = load("nlu.yml", RASA)
    assert rows(dataset) == [
        (4, "Hello from Oslo", "greet"),
        (6, "Good evening", "greet"),
        (10, "Who are you", "chat/name"),
        (12, "What are you", "chat/name"),
    ]
    [reject] = dataset.rejected
    assert (reject.line, reject.reason) == (7, "a line of examples that does not begin with '-'")


def test_line_ends_of_windows_end_lines(load):
    assert rows(load("nlu.yml", RASA.replace("\n", "\r\n"))) == rows(load("a.yml", RASA))


@pytest.mark.parametrize("text", ["Ends [here", "[x] (y)", "[a](b(c))", "[](b)", "a](b)", "[a][b]"])
def test_what_is_no_entity_stays(write, text):
    path = write("nlu.md", f"## intent:a\n- {text}\n")
    assert load_dataset(path, Settings(text="text", label="label")).texts == (text,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("nlu: [", "not valid YAML"),
        ("a: 1\na: 2\n", "names the same key twice"),
        ("? [a]\n: b\n", "a key is no plain value"),
        ("version: 3\nrules: []\n", "the keys are 'version', 'rules'"),
        ("- a\n- b\n", "found no keys"),
        ("", "found no keys"),
        ("nlu: \x07", "not valid YAML"),
        ("!!python/object/apply:os.system [ls]", "holds no examples"),
    ],
)
def test_yaml_without_examples_is_refused(write, refusal, content, message):
    assert message in refusal(DataError, write("nlu.yml", content))


def test_a_lookup_table_alone_is_refused(write, refusal):
    path = write("nlu.md", "## lookup:city\n- Oslo\n")
    assert "expected '## intent:NAME'" in refusal(DataError, path)


def test_a_slot_of_snips_is_the_words_in_it(load):
    content = "type: intent\nname: light\nutterances:\n- Light in the [room:where](old kitchen)\n"
    assert rows(load("light.yaml", content)) == [(4, "Light in the old kitchen", "light")]
