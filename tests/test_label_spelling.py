"""Labels that are one category, written in several ways, and labels that only look so."""

import tomllib
import unicodedata

import pytest

from auditor.label_spelling import as_toml, displayed_form, is_blank, spelled, spelling_key, visible

NFD = unicodedata.normalize("NFD", "réclamation")
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
WALES = "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("late parcel", " late parcel "),
        ("late parcel", "late  parcel"),
        ("late parcel", "late\u00a0parcel"),
        ("late parcel", "late\tparcel\n"),
        ("late", "la\u200bte"),
        ("late", "\ufefflate"),
        ("late", "late\u200e"),
        ("late", "la\u00adte"),
        ("late", "late\x07"),
        ("réclamation", NFD),
        ("환불", unicodedata.normalize("NFD", "환불")),
        ("300 K", "300 \u212a"),
    ],
    ids=ascii,
)
def test_what_no_reader_can_see_makes_no_other_look(one, other):
    assert displayed_form(one) == displayed_form(other)
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Late", "late"),
        ("US", "us"),
        ("ΕΠΙΣΤΡΟΦΗΣ", "επιστροφης"),
        ("ＬＡＴＥ", "late"),
        ("ｶｰﾄﾞ", "カード"),
        ("ﬁling", "filing"),
        ("late-parcel", "late_parcel"),
        ("late-parcel", "late parcel"),
        ("late - parcel", "late_parcel"),
        ("late\u2011parcel", "late\u2013parcel"),
        ("can't log in", "can\u2019t log in"),
        ("ग्राहक सेवा", "ग्राहक_सेवा"),
    ],
    ids=ascii,
)
def test_what_can_be_seen_may_still_be_a_spelling(one, other):
    assert displayed_form(one) != displayed_form(other)
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("c", "c++"),
        ("c", "c#"),
        ("A", "A-"),
        ("+1", "-1"),
        ("at -1", "at 1"),
        ("1", "01"),
        ("1", "1.0"),
        ("12", "1 2"),
        ("m2", "m²"),
        ("102", "10²"),
        ("Maße", "Masse"),
        ("schon", "schön"),
        ("resign", "re-sign"),
        ("sent", "send"),
        (":)", ":("),
        ("👍", "👍🏽"),
        (SCOTLAND, WALES),
        ("日本", "日木"),
    ],
    ids=ascii,
)
def test_marks_that_can_carry_meaning_keep_labels_apart(one, other):
    assert spelling_key(one) != spelling_key(other)


@pytest.mark.parametrize("label", ["Late ", NFD, "ﬁ - x", "", "  ", "ẞ", "\u200b", SCOTLAND])
def test_a_key_is_its_own_key(label):
    assert spelling_key(spelling_key(label)) == spelling_key(label)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("order status", "order status"),
        ("billing ", "billing␣"),
        (" billing", "␣billing"),
        ("order  status", "order␣␣status"),
        ("order\u00a0status", "order⟨U+00A0⟩status"),
        ("bill\u200bing", "bill⟨U+200B⟩ing"),
        ("bill\u200ding", "bill⟨U+200D⟩ing"),
        ("Zoë", "Zoë"),
        ("Zoe\u0308", "Zoe⟨U+0308⟩"),
        ("\u1112\u1161\u11ab", "⟨U+1112⟩⟨U+1161⟩⟨U+11AB⟩"),
        ("हिन्दी", "हिन्दी"),
        ("a\tb\n", "a⟨U+0009⟩b⟨U+000A⟩"),
        (" ", "␣"),
    ],
)
def test_names_that_look_alike_are_spelled_apart(name, shown):
    assert spelled(name) == shown


def test_a_label_is_quoted_with_what_cannot_be_seen():
    assert visible("late") == "'late'"
    assert visible("late ") == "'late␣'"
    assert visible(" very  late") == "'␣very␣␣late'"
    assert visible("la\u200bte\u00a0one") == "'la⟨U+200B⟩te⟨U+00A0⟩one'"
    assert visible(NFD) == "'re⟨U+0301⟩clamation'"
    assert visible("re\u2011send") == "'re⟨U+2011⟩send'"
    assert visible("Größe 日本 👍") == "'Größe 日本 👍'"


@pytest.mark.parametrize(
    "label",
    [
        "late",
        "late ",
        " a  b ",
        'say "no"',
        "back\\slash",
        "la\u200bte",
        NFD,
        "tab\tnew\nline",
        "🏴",
    ],
    ids=ascii,
)
def test_a_label_can_be_pasted_into_a_file_of_settings(label):
    assert tomllib.loads(f'{as_toml(label)} = "x"') == {label: "x"}
    assert as_toml(label).isprintable()


@pytest.mark.parametrize(
    "label", ["", " ", "\u00a0", "\u200b", "\u2060 \ufeff", "\u3164"], ids=ascii
)
def test_a_label_of_which_nothing_is_seen_is_blank(label):
    assert is_blank(label)
    assert not is_blank(f"{label}0")
