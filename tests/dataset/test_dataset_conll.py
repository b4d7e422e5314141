"""Sentences of tokens: .conll and .conllu."""

import pytest

from auditor.errors import DataError

SENTENCES = """# sent_id = 1
# intent: alarm
Wake\tO
me\tO
#now\tO

# intent: weather
# a remark
1\tIs\tO
2\tit\tO
3\t3\tO

No\tO
"""


def test_a_sentence_has_the_line_that_it_begins_on_and_its_tokens(load):
    dataset = load("a.conll", SENTENCES)
    found = sorted((e.line, e.text, e.category) for e in dataset.examples)
    assert found == [(1, "Wake me #now", "alarm"), (7, "Is it 3", "weather")]
    assert [(r.row, r.line, r.reason) for r in dataset.rejected] == [
        (2, 13, "the sentence has no comment '# intent: NAME'")
    ]


def test_the_text_that_a_comment_has_is_the_text(load):
    dataset = load("a.conllu", "# text = Wake me, now!\n# label = alarm\nWake O\nme O\n")
    assert (dataset.texts, dataset.categories) == (("Wake me, now!",), ("alarm",))
    assert dataset.decisions == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [("Wake O\nme O\n", "found no comments"), ("# id: 3\nWake O\n", "the comments are 'id'")],
)
def test_sentences_without_a_label_are_refused(write, refusal, content, told):
    assert told in refusal(DataError, write("a.bio", content))
