"""What a text says, without what carries nothing."""

import time

import pytest

from auditor.structure.normal_form import wording


def tokens(text):
    return list(wording(text).tokens)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("C++ or C#", ["c", "+", "+", "or", "c", "#"]),
        ("-3 °C", ["-", "3", "°", "c"]),
        ("late again :-(", ["late", "again", ":", "-", "("]),
        ("x != y", ["x", "!", "=", "y"]),
        ("foo_bar", ["foo", "_", "bar"]),
        ("room 4 12", ["room", "4", "12"]),
        ("我要退票", ["我", "要", "退", "票"]),
        ("don't", ["don't"]),
    ],
)
def test_marks_that_mean_something_are_tokens(text, found):
    assert tokens(text) == found


@pytest.mark.parametrize(
    ("text", "end"),
    [("is it open", ""), ("is it open??", "?"), ("it is open.", "."), ("it is open;", "")],
)
def test_marks_at_the_end_say_only_whether_it_asks(text, end):
    assert wording(text).end == end
    assert len(wording(text).tokens) == 3


def test_a_factorial_and_inches_belong_to_their_number():
    assert tokens("what is 5!") == ["what", "is", "5", "!"]
    assert tokens('a pipe of 5"') == ["a", "pipe", "of", "5", '"']


def test_a_text_of_marks_keeps_them():
    assert tokens("?!?") == ["?!?"]
    assert tokens(":)") == [":", ")"]


def test_pauses_are_kept_beside_the_tokens():
    asked = wording("it broke, what now? who pays")
    assert asked.tokens == ("it", "broke", "what", "now", "who", "pays")
    assert asked.pauses == {(2, False), (4, True)}


def test_a_line_break_is_a_space():
    assert wording("it broke\nagain") == wording("it broke again")


def test_case_tells_milli_from_mega():
    assert tokens("10 mW") != tokens("10 MW")
    assert tokens("10 KG") == tokens("10 kg")


@pytest.mark.parametrize(
    "text",
    [
        "Hello, where does the tram stop?",
        "Hi there! where does the tram stop? Thanks!",
        "Hi Mr. Lind, where does the tram stop? Best, Maja",
        "Dear Ms Lind, where does the tram stop. Kind regards, Maja",
        "hey guys where does the tram stop cheers",
        "Please, where does the tram stop",
        "Good morning team, where does the tram stop? Many thanks in advance, Ola Nord",
        "where does the tram stop, bye",
    ],
)
def test_politeness_around_a_text_is_not_what_it_says(text):
    assert tokens(text) == ["where", "does", "the", "tram", "stop"]


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("how do i say thanks", "how do i say thanks"),  # spoken of
        ("i want more soup no thanks", "i want more soup no thanks"),  # refused
        ("thanks for the answer", "thanks for the answer"),
        ("hi there is a hole in it", "there is a hole in it"),
        ("how are you going to pay", "how are you going to pay"),
        ("it works, thank you so much", "it works thank you so much"),  # most of what is said
        ("thanks, Anna", "thanks anna"),
        ("which of them is the best", "which of them is the best"),
    ],
)
def test_politeness_that_is_the_point_stays(text, point):
    assert " ".join(tokens(text)) == point


def test_please_is_dropped_inside_a_text_too():
    assert tokens("could you, please, hold the line") == tokens("could you hold the line")


def test_a_text_of_politeness_keeps_it():
    assert tokens("Hi, thank you!") == ["hi", "thank", "you"]


def test_words_with_a_capital_inside_may_be_names():
    assert wording("Ask Maja about the Tram").names == {"maja", "tram"}
    assert wording("ASK MAJA").names == set()


@pytest.mark.parametrize(
    "piece", [" ", ".", "!", "-", "a", '"', " \n", "' ", "a.", "please ", "\u0301"]
)
def test_a_hostile_text_costs_no_more_than_another(piece):
    """A hundred thousand of anything in a row; what backtracks would take hours."""
    started = time.process_time()
    wording("x " + piece * 100_000 + " x")
    assert time.process_time() - started < 20
