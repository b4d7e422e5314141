"""Examples of what people say to an assistant, under the intent of each.

nlu.py         Rasa and Snips: nlu_yaml.py (yaml_nodes.py reads YAML), nlu_markdown.py
conll.py       sentences of tokens, with intents in comments
entities.py    marks inside of examples
"""
