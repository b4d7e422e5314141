"""Frames that rows are filled from, and what a row says without them."""

import random

import pytest

from auditor.structure.templates import MIN_SAME_MESSAGE, pattern_text, tokenise, without_templates

PEOPLE = (
    *("Anna from Oslo", "Ben from Quito", "Chloe from Turin", "Dmitri from Accra"),
    *("Esra from Porto", "Femi from Leeds", "Greta from Lyon", "Hugo from Ghent"),
)
PROBLEMS = (
    "the lamp flickers at night",
    "my boots are a size too small",
    "a refund for this broken kettle",
    "can the sofa be reupholstered",
    "our garden hose leaks badly",
    "no manual came with my drill",
    "which batteries fit this scale",
    "one curtain is a shade too dark",
)


def letter(i, problem=None):
    return (
        f"Dear team, this is {PEOPLE[i]}. I wrote to you on 2024-03-{i + 2:02d} about order "
        f"{4100 + i}: {problem or PROBLEMS[i]}. Kind regards!"
    )


def form(i):
    name, _, city = PEOPLE[i].split()
    return f"Ticket #{900 + i}\nCustomer: {name}\nCity: {city}\n\nProblem:\n{PROBLEMS[i]}\n"


def code(i):
    return f"Your code is {1000 + 37 * i}. It is valid for 10 minutes. Never share it."


LETTERS = [letter(i) for i in range(8)]
FORMS = [form(i) for i in range(8)]
CODES = [code(i) for i in range(6)]
LATE = ", and it has been three weeks without any answer from your side"
LONGER = [letter(i, p + LATE) for i, p in enumerate(PROBLEMS)]


def matches(templates):
    return [t for t in templates if t.excess > 0 and len(t.members) >= 4]


def test_a_prose_template_is_found_with_all_its_rows_and_no_other(
    make_dataset, varied, templates_of
):
    [found] = matches(templates_of(make_dataset(varied + LETTERS)))
    assert found.members.tolist() == list(range(30, 38))


def test_a_document_layout_is_found_with_all_its_rows_and_no_other(
    make_dataset, varied, templates_of
):
    [found] = matches(templates_of(make_dataset(varied + FORMS)))
    assert found.members.tolist() == list(range(30, 38))


def test_varied_messages_have_no_template(make_dataset, varied, templates_of):
    assert matches(templates_of(make_dataset(varied))) == []


def test_a_phrase_that_people_share_is_no_template(make_dataset, templates_of):
    texts = [
        *["Could you tell me where my parcel is?", "Could you tell me what the fee is for"],
        *["could you tell me if it fits a bike", "Could you tell me how to reset this thing?"],
        *["Hi, could you tell me when you open", "can somebody tell me what I did wrong"],
    ]
    assert matches(templates_of(make_dataset(texts))) == []


def test_the_pattern_reads_like_the_rows_with_slots_for_what_varies(
    make_dataset, varied, templates_of
):
    [found] = matches(templates_of(make_dataset(varied + LETTERS)))
    assert found.pattern == (
        "dear team, this is <*> from <*>. i wrote to you on <date> about order <number>: <*>. "
        "kind regards!"
    )


def test_the_pattern_of_a_layout_keeps_its_lines(make_dataset, varied, templates_of):
    [found] = matches(templates_of(make_dataset(varied + FORMS)))
    assert found.pattern == "ticket #<number>\ncustomer: <*>\ncity: <*>\nproblem:\n<*>\n"


def test_share_and_coverage_are_measured_on_the_category(make_dataset, varied, templates_of):
    texts, categories = varied + LETTERS, ["varied"] * 30 + ["framed"] * 8
    [found] = matches(templates_of(make_dataset(texts, categories)))
    tokens = sum(len(row.tokens) for row in tokenise(LETTERS))
    assert (found.category, found.share) == ("framed", 1.0)
    assert found.fixed_tokens == len([t for t in found.tokens if t != "<*>"])
    assert found.coverage == pytest.approx(8 * found.fixed_tokens / tokens)


def test_a_template_is_sought_within_a_category(make_dataset, templates_of):
    """Two letters of each of four categories are no template of any of them."""
    categories = ["account", "billing", "returns", "shipping"] * 2
    assert templates_of(make_dataset(LETTERS, categories)) == ()


def test_two_alike_rows_are_no_template(make_dataset, templates_of):
    assert templates_of(make_dataset(LETTERS[:2])) == ()


def test_a_template_inside_a_template_is_found_as_well(make_dataset, templates_of):
    outer, *inner = matches(templates_of(make_dataset(LETTERS + LONGER)))
    assert outer.members.tolist() == list(range(16))
    [late] = [t for t in inner if t.members.tolist() == list(range(8, 16))]
    assert late.fixed_tokens > outer.fixed_tokens
    assert "three weeks without any answer" in late.pattern


def test_templates_stand_in_the_order_of_their_size(make_dataset, varied, templates_of):
    sizes = [len(t.members) for t in templates_of(make_dataset(varied + CODES + LETTERS))]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) >= 2


def test_the_order_of_the_rows_does_not_matter(make_dataset, varied, templates_of):
    texts = varied + LETTERS + FORMS
    shuffled = random.Random(4).sample(texts, len(texts))

    def found(texts):
        templates = matches(templates_of(make_dataset(texts)))
        return {(t.pattern, frozenset(texts[i] for i in t.members)) for t in templates}

    assert found(shuffled) == found(texts)
    assert len(found(texts)) == 2


def test_bigger_families_need_less_of_a_template(make_dataset, varied, templates_of):
    [few] = matches(templates_of(make_dataset(varied + LETTERS[:4])))
    [many] = matches(templates_of(make_dataset(varied + LETTERS)))
    assert many.excess > few.excess > 0


def test_without_its_template_a_row_keeps_what_it_says(make_dataset, varied, templates_of):
    texts = varied + LETTERS
    stripped = without_templates(texts, templates_of(make_dataset(texts)))
    assert stripped[30] == "Anna Oslo the lamp flickers at night"
    for text, problem in zip(stripped[30:], PROBLEMS, strict=True):
        assert problem in text
        assert "team" not in text
        assert "2024" not in text


def test_rows_outside_templates_are_left_as_they_are(make_dataset, varied, templates_of):
    texts = varied + LETTERS
    stripped = without_templates(texts, templates_of(make_dataset(texts)))
    assert stripped[:30] == varied


def test_a_row_keeps_words_that_are_called_like_a_mask(make_dataset, varied, templates_of):
    """People write about their email, a date, a number, a url and an id."""
    own = [
        *["change my email now", "wrong date somewhere", "new number since May"],
        *["dead url inside", "lost id card", *PROBLEMS[5:]],
    ]
    texts = varied + [letter(i, problem) for i, problem in enumerate(own)]
    stripped = without_templates(texts, templates_of(make_dataset(texts)))
    assert [t.split(maxsplit=2)[2] for t in stripped[30:35]] == own[:5]


def test_a_template_that_is_all_of_its_rows_is_left_in(make_dataset, varied, templates_of):
    texts = varied + CODES
    templates = templates_of(make_dataset(texts))
    [found] = matches(templates)
    assert found.coverage >= MIN_SAME_MESSAGE
    assert without_templates(texts, templates) == texts


def test_of_nested_templates_the_outermost_goes(make_dataset, templates_of):
    texts = LETTERS + LONGER
    stripped = without_templates(texts, templates_of(make_dataset(texts)))
    assert "three weeks without any answer" in stripped[8]
    assert "Kind regards" not in stripped[8]


def test_a_row_that_is_only_template_keeps_its_whole_text(make_dataset, templates_of):
    bare = "Dear team, this is from. I wrote to you on 2024-03-30 about order 4200:. Kind regards!"
    texts = [*LETTERS, bare]
    templates = templates_of(make_dataset(texts))
    assert 8 in templates[0].members
    assert without_templates(texts, templates)[8] == bare


def test_without_templates_changes_nothing_where_there_are_none(varied):
    assert without_templates(varied, ()) == varied


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (["hello", ",", "<*>", "!"], "hello, <*>!"),
        (["name", ":", "\n", "<*>", "\n", "city"], "name:\n<*>\ncity"),
        (["ticket", "#", "<number>", "(", "late", ")"], "ticket #<number> (late)"),
        ([], ""),
    ],
)
def test_a_pattern_is_written_as_people_write(pattern, text):
    assert pattern_text(pattern) == text


def test_messages_in_hindi_have_no_template_either(make_dataset, templates_of):
    texts = [
        *["मेरा पार्सल अभी तक नहीं आया है", "मैं अपना ऑर्डर रद्द करना चाहता हूँ"],
        *["क्या आप मुझे बिल भेज सकते हैं", "डिलीवरी कब होगी कृपया बताइए"],
        *["मेरा पता बदल गया है नया पता लिखिए", "पैसे वापस कब मिलेंगे मुझे"],
    ]
    assert matches(templates_of(make_dataset(texts))) == []


def test_copies_make_no_template_but_are_of_their_example_s(make_dataset, templates_of, varied):
    """Eight copies of one letter are one example; a ninth row that copies a form is a form."""
    copies = [LETTERS[0]] * 8
    assert matches(templates_of(make_dataset(varied + copies), [*range(30), *[30] * 8])) == []
    forms = [*FORMS, FORMS[0]]
    [found] = matches(templates_of(make_dataset(varied + forms), [*range(38), 30]))
    assert found.members.tolist() == list(range(30, 39))


MINUTES = (
    "At the meeting of 2024-03-{:02d} in {}, the tenants stated as follows. {} The statement was "
    "noted without a vote."
)


def rambling(varied, words, seed):
    """A text of so many words of the messages, in no order: no phrase of it is in another."""
    return " ".join(random.Random(seed).sample(" ".join(varied).split(), words))


def test_a_template_that_is_a_small_part_of_long_texts_is_found(make_dataset, templates_of, varied):
    """The template makes up a fifth of each text."""
    towns = ("Oslo", "Quito", "Turin", "Accra", "Porto", "Leeds")
    said = [rambling(varied, 90, i) for i in range(36)]
    templated = [MINUTES.format(i + 1, town, said[i]) for i, town in enumerate(towns)]
    plain = said[6:]
    [found] = matches(templates_of(make_dataset(plain + templated)))
    assert found.members.tolist() == list(range(30, 36))
    assert found.coverage < 0.3
    assert found.pattern.startswith(
        "at the meeting of <date> in <*>, the tenants stated as follows"
    )
    assert found.pattern.endswith("the statement was noted without a vote.")


def test_messages_in_one_form_are_one_template(make_dataset, templates_of, varied):
    """Three messages in one form, five times each: one template, not three."""
    match = "Quick question from {} in {}: {}"
    asked = (
        "when does the shop in the old harbour close on Sundays?",
        "which of your lamps may hang above a bathtub?",
        "could somebody take the old fridge along with them?",
    )
    people = [person.split(" from ") for person in PEOPLE[:5]]
    texts = [match.format(name, town, ask) for ask in asked for name, town in people]
    outermost = matches(templates_of(make_dataset(varied + texts)))[0]
    assert outermost.members.tolist() == list(range(30, 45))
    assert outermost.pattern == "quick question from <*> in <*>: <*>?"


def test_how_all_texts_are_written_is_no_template_of_long_ones(make_dataset, templates_of, varied):
    """The headings stand in each text of every category."""
    said = [(rambling(varied, 40, i), rambling(varied, 60, i + 99)) for i in range(30)]
    texts = [f"Summary of the case\n{a}\nNext steps that we took\n{b}" for a, b in said]
    dataset = make_dataset(texts, ["account", "billing", "returns"] * 10)
    assert matches(templates_of(dataset)) == []


def test_in_a_larger_category_the_same_template_is_less_evident(make_dataset, templates_of, varied):
    """Phrases that a few rows share by chance grow in number with the rows."""
    asked = [
        f"when will my {thing} get to {town}"
        for thing, town in zip(
            ("lamp", "sofa", "tent", "kettle"), ("Oslo", "Quito", "Turin", "Accra"), strict=True
        )
    ]

    def excess(others):
        texts = [rambling(varied, 9, i) for i in range(others)] + asked
        return max(t.excess for t in templates_of(make_dataset(texts)) if others in t.members)

    assert excess(100) == pytest.approx(excess(500))
    assert excess(1400) < excess(500) - 1.5


def test_a_mark_and_one_word_are_no_template(make_dataset, templates_of, varied):
    """Forty messages that end by calling the shop's assistant by name."""
    texts = [f"{rambling(varied, 3, i)}, Olly." for i in range(60)]
    assert matches(templates_of(make_dataset(texts))) == []
