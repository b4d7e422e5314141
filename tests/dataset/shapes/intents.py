"""Intents, as assistants and their services keep them."""

from tests.dataset.shapes.content import BY_LABEL, NAMES, pieces, written
from tests.dataset.shapes.shape import ROWS, Shape

SERVICES = {
    "luis_schema_version": "7.0.0",
    "name": "shop",
    "culture": "en-us",
    "intents": [{"name": "billing"}, {"name": "delivery"}, {"name": "None"}],
    "entities": [{"name": "thing", "roles": []}],
    "utterances": [{"text": t, "intent": g, "entities": []} for t, g in ROWS],
}

SHAPES = (
    Shape(
        name="intents.json",
        content=written(
            {
                "intents": [
                    {"tag": label, "patterns": texts, "responses": ["One moment."], "context": [""]}
                    for label, texts in BY_LABEL.items()
                ]
            }
        ),
        said=("'tag' is the label of each text in 'patterns'",),
    ),
    Shape(
        name="watson.json",
        content=written(
            {
                "name": "shop",
                "intents": [
                    {"intent": g, "examples": [{"text": t} for t in texts], "description": ""}
                    for g, texts in BY_LABEL.items()
                ],
                "entities": [{"entity": "thing", "values": []}],
                "dialog_nodes": [{"type": "standard", "title": "Hello"}],
            }
        ),
        said=("'intent' is the label",),
    ),
    Shape(
        name="alexa.json",
        content=written(
            {
                "interactionModel": {
                    "languageModel": {
                        "invocationName": "my shop",
                        "intents": [
                            {"name": g, "slots": [], "samples": t} for g, t in BY_LABEL.items()
                        ],
                        "types": [{"name": "THING", "values": []}],
                    }
                }
            }
        ),
    ),
    Shape(
        name="snips_nlu_benchmark.json",
        content=written({g: [{"data": pieces(t)} for t in ts] for g, ts in BY_LABEL.items()}),
        said=("its keys are the labels",),
    ),
    Shape(
        name="snips_nlu.json",
        content=written(
            {
                "intents": {
                    g: {"utterances": [{"data": pieces(t)} for t in ts]}
                    for g, ts in BY_LABEL.items()
                },
                "entities": {"thing": {"data": [], "use_synonyms": True}},
                "language": "en",
            }
        ),
    ),
    Shape(
        name="rasa_nlu.json",
        content=written(
            {
                "rasa_nlu_data": {
                    "common_examples": [{"text": t, "intent": g, "entities": []} for t, g in ROWS],
                    "regex_features": [{"name": "zip", "pattern": "[0-9]{5}"}],
                    "lookup_tables": [],
                    "entity_synonyms": [{"value": "parcel", "synonyms": ["box"]}],
                }
            }
        ),
    ),
    Shape(name="luis.json", content=written(SERVICES)),
    Shape(
        name="clu.json",
        content=written(
            {
                "projectFileVersion": "2023-04-01",
                "assets": {
                    "projectKind": "Conversation",
                    "intents": [{"category": name} for name in NAMES],
                    "entities": [{"category": "thing"}],
                    "utterances": [
                        {"text": t, "intent": g, "dataset": "Test" if at == 5 else "Train"}
                        for at, (t, g) in enumerate(ROWS)
                    ],
                },
            }
        ),
        rows=ROWS[:5],
        held_out=ROWS[5:],
    ),
    Shape(
        name="rasa_nlu.yml",
        content=b"""version: "3.1"
nlu:
# what people ask
- intent: delivery
  examples: |
    - My [parcel](thing) was left in the rain
    - The courier never rang the bell
    - Nobody was at [home]{"entity": "place", "value": "house"} when you called
- synonym: parcel
  examples: |
    - box
- intent: billing
  examples:
  - text: |
      I was charged twice this month
    metadata: {sure: true}
  - text: "The invoice shows another address"
  - Your bill lists a fee I do not know
- regex: zip
  examples: |
    - [0-9]{5}
responses:
  utter_hello:
  - text: Hello
""",
        said=("entities marked in them are plain words",),
    ),
    Shape(
        name="rasa_yes_and_no.yaml",  # neither is a boolean
        content=b"""nlu:
- intent: no
  examples: |
    - Not today
    - not a list [of](links
- intent: yes
  examples: |
    - 1e3
    a line without a stroke
""",
        rows=(("Not today", "no"), ("not a list [of](links", "no"), ("1e3", "yes")),
        rejected=1,
    ),
    Shape(
        name="rasa_stories.yml",
        content=b"stories:\n- story: hello\n  steps:\n  - intent: greet\n",
        refused="holds no examples of intents",
    ),
    Shape(
        name="yaml_aliases.yml",
        content=b"a: &a [x, x]\nb: &b [*a, *a]\nnlu: [*b, *b]\n",
        refused="line 2: an alias of YAML",
    ),
    Shape(name="yaml_deep.yml", content=b"[" * 100_000, refused="nested too deep"),
    Shape(
        name="rasa_nlu.md",
        content=b"""<!-- exported
- by hand -->
## intent:delivery
- My [parcel](thing:box) was left in the rain
- The courier never rang the bell
* Nobody was at home when you called

## synonym:parcel
- box

## intent: billing
- I was charged twice this month
- The invoice shows another address
- Your bill lists a fee I do not know
## lookup:city
data/cities.txt
""",
    ),
    Shape(
        name="snips.yaml",
        content=b"""# delivery
---
type: intent
name: delivery
slots:
  - name: thing
utterances:
  - My [thing](parcel) was left in the rain
  - The courier never rang the bell
  - Nobody was at [place:where](home) when you called
---
type: entity
name: thing
values: [parcel, box]
---
type: intent
name: billing
utterances:
  - I was charged twice this month
  - The invoice shows another address
  - Your bill lists a fee I do not know
""",
    ),
    Shape(
        name="intents.conllu",
        content="\n".join(
            f"# text: {text}\n# intent: {label}\n# slots:\n"
            + "".join(f"{at}\t{word}\tO\n" for at, word in enumerate(text.split(), start=1))
            for text, label in ROWS
        ).encode(),
    ),
    Shape(
        name="intents.conll",
        content=(
            "-DOCSTART- O\n\n"
            + "".join(
                f"# intent = {label}\n" + "".join(f"{word} O\n" for word in text.split()) + "\n"
                for text, label in ROWS
            )
            + "Nobody O\nsaid O\n"
        ).encode(),
        said=("its tokens with spaces between",),
        rejected=1,
    ),
    Shape(
        name="entities.conll",
        content=b"My O\nparcel B-thing\n\n",
        refused="expected a comment '# intent: NAME'; found no comments",
    ),
)
