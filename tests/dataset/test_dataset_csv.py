"""CSV and TSV."""

import pytest

from auditor.errors import DataError

HEADER = "text,label\n"


def rows(dataset):
    ordered = sorted(dataset.examples, key=lambda e: e.row)
    return [(e.row, e.text, e.category) for e in ordered]


def rejects(dataset):
    return [(r.row, r.line, r.reason) for r in dataset.rejected]


@pytest.mark.parametrize(
    "label", ["NA", "None", "null", "nan", "01", "1", "1e5", "true", "TRUE", "refund ", " refund"]
)
def test_labels_stay_the_strings_they_are(load, label):
    dataset = load("orders.csv", f"{HEADER}Where is my parcel?,{label}\nIt never came.,late\n")
    assert dataset.categories == tuple(sorted([label, "late"]))


def test_labels_that_differ_in_case_or_in_normal_form_are_different(load):
    labels = ["Refund", "refund", "caf\u00e9", "cafe\u0301"]
    content = HEADER + "".join(
        f"I would like my money back {i},{v}\n" for i, v in enumerate(labels)
    )
    assert set(load("orders.csv", content).categories) == set(labels)


def test_a_quoted_field_keeps_its_line_ends_quotes_and_delimiters(load):
    dataset = load("a.csv", HEADER + '"Dear all,\r\nthe ""new"" one\nbroke",damage\r\nFine.,praise')
    assert rows(dataset) == [
        (0, 'Dear all,\r\nthe "new" one\nbroke', "damage"),
        (1, "Fine.", "praise"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_of_three_ways(load, end):
    dataset = load("a.csv", end.join(["text,label", "Where is it?,status", "Too late.,delay", ""]))
    assert rows(dataset) == [(0, "Where is it?", "status"), (1, "Too late.", "delay")]


def test_line_ends_may_be_mixed_and_blank_lines_are_no_rows(load):
    dataset = load("a.csv", "text,label\r\nWhere is it?,status\n\n\rToo late.,delay\r\nOh,\n")
    assert rows(dataset) == [(0, "Where is it?", "status"), (1, "Too late.", "delay")]
    assert rejects(dataset) == [(2, 6, "label is blank")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_names_the_encoding(load, encoding):
    content = "text,label\nLa réponse est arrivée trop tard 😀,délai\n".encode(encoding)
    dataset = load("a.csv", content)
    assert rows(dataset) == [(0, "La réponse est arrivée trop tard 😀", "délai")]
    assert dataset.roles == {"text": "text", "label": "label"}


def test_big_endian_utf_16_is_read(load):
    dataset = load("a.csv", b"\xfe\xff" + "text,label\nWhere is it?,status\n".encode("utf-16-be"))
    assert rows(dataset) == [(0, "Where is it?", "status")]


@pytest.mark.parametrize(
    ("content", "line", "byte"),
    [
        (b"text,label\nfine,a\ncaf\xe9 au lait,b\n", 3, 21),
        (b"\xef\xbb\xbftext,label\r\n\xe9t\xe9,b\r\n", 2, 15),
        (b"text,label\rfine,a\rcut short \xf0\x9f", 3, 28),
        (b"text,label\n" + b"the same again,a\n" * 9000 + b"\xff\n", 9002, 11 + 17 * 9000),
        ("text,label\nfine,a\n".encode("utf-16") + b"\x00", 3, 38),
    ],
)
def test_bytes_that_cannot_be_decoded_are_named_with_line_and_offset(
    write, refusal, content, line, byte
):
    message = refusal(DataError, write("latin.csv", content))
    assert f"latin.csv: line {line}: byte {byte} is not valid" in message
    assert "--encoding" in message


def test_rows_with_too_few_or_too_many_fields_are_rejected(load):
    dataset = load("a.csv", HEADER + "only one field\nWhere, is it?,status\nToo late.,delay\n")
    assert rejects(dataset) == [
        (0, 2, "1 fields where the header has 2"),
        (1, 3, "3 fields where the header has 2"),
    ]
    assert rows(dataset) == [(2, "Too late.", "delay")]


def test_read_and_rejected_rows_are_all_rows(load):
    dataset = load("a.csv", HEADER + "Where is it?,status\n,status\n  ,status\nToo late.,\t\nx\n")
    assert dataset.rows_read + len(dataset.rejected) == 5
    assert rejects(dataset)[:3] == [
        (1, 3, "text is blank"),
        (2, 4, "text is blank"),
        (3, 5, "label is blank"),
    ]


def test_a_nul_character_rejects_its_row_only(load):
    dataset = load("a.csv", HEADER + "Where\0 is it?,status\nToo late.,delay\n")
    assert rejects(dataset) == [(0, 2, "the row holds a NUL character")]
    assert rows(dataset) == [(1, "Too late.", "delay")]


def test_a_quote_that_is_never_closed_swallows_no_rows(load):
    lines = "".join(f"Parcel {i} is late,delay\n" for i in range(500))
    dataset = load("a.csv", HEADER + 'Fine.,praise\n"It broke,damage\n' + lines)
    assert rows(dataset)[1:3] == [(1, '"It broke', "damage"), (2, "Parcel 0 is late", "delay")]
    assert (dataset.rows_read, rejects(dataset)) == (502, [])
    assert [d.otherwise for d in dataset.decisions] == ["--quoting"]


def test_a_quoted_row_that_is_cut_short_by_the_end_is_rejected(load):
    dataset = load("a.csv", HEADER + '"Late, again",delay\nFine.,praise\n"It broke, and th')
    assert rejects(dataset) == [(2, 4, "a quote is opened in this row and never closed")]
    assert rows(dataset) == [(0, "Late, again", "delay"), (1, "Fine.", "praise")]


def test_a_quote_that_may_swallow_rows_is_an_error_and_no_guess(write, refusal):
    path = write("a.csv", HEADER + '"It broke,damage\nFine.,praise\n"Late, again",delay\n')
    message = refusal(DataError, path)
    assert "line 2: a quote is opened in this row, and the lines after it look like rows" in message
    assert "--no-quoting" in message
    assert "--quoting" in message


def test_a_row_whose_quotes_break_off_is_rejected_where_others_need_theirs(load):
    dataset = load("a.csv", HEADER + '"Late" again,delay\n"It broke, twice",damage\n')
    assert rejects(dataset) == [(0, 2, "text follows the quote that closes a field")]
    assert rows(dataset) == [(1, "It broke, twice", "damage")]


def test_quotes_are_text_where_no_row_needs_them(load):
    dataset = load("a.csv", HEADER + '"Late" again,delay\nHe said "late",delay\n')
    assert rows(dataset) == [(0, '"Late" again', "delay"), (1, 'He said "late"', "delay")]


@pytest.mark.parametrize("length", [200_000, 10_000_000])
def test_a_field_may_be_very_long(load, length):
    dataset = load("a.csv", f"{HEADER}{'the parcel is late ' * (length // 19)},delay\n")
    assert len(dataset.texts[0]) == length // 19 * 19


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"text,label\n", "holds no rows"),
        (b"te\0xt,label\nIt broke,damage\n", "the row holds a NUL character"),
        (b"text,label\nIt broke\nToo late\n", "line 2: 1 fields where the header has 2"),
        (b"text,label\n,damage\n \n", "line 2: text is blank"),
        (b"text,label\nIt broke,\nToo late,\n", "line 2: label is blank"),
    ],
)
def test_a_file_with_nothing_to_audit_is_refused(write, refusal, content, message):
    assert message in refusal(DataError, write("a.csv", content))


def test_columns_without_a_name_are_left_aside(load):
    dataset = load("a.csv", ",text,label,,\n0,It broke,damage,,\n1,Too late,delay,,\n")
    assert rows(dataset) == [(0, "It broke", "damage"), (1, "Too late", "delay")]


@pytest.mark.parametrize("suffix", ["tsv", "tab", "TSV"])
def test_tab_separated_values_are_read_alike(load, suffix):
    dataset = load(f"a.{suffix}", 'text\tlabel\nIt broke, twice\tdamage\n"a\ttab"\tdelay\n')
    assert rows(dataset) == [(0, "It broke, twice", "damage"), (1, "a\ttab", "delay")]


@pytest.mark.parametrize(
    "payload",
    ["</script><script>alert(1)</script>", '"" onload=""x', "::error::x", "=HYPERLINK(1)",
     "\u202egnp.exe", "\x1b]8;;http://example.com\x1b\\", "It\u2028broke", "It\x85broke"],
)  # fmt: skip
def test_payloads_are_data_like_any_other(load, payload):
    dataset = load("a.csv", f'{HEADER}"{payload}","{payload}"\n')
    assert rows(dataset) == [(0, payload.replace('""', '"'), payload.replace('""', '"'))]
