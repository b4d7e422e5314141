"""Tables as text, and lines that begin with their labels."""

from collections.abc import Iterable

from tests.dataset.shapes.shape import ROWS, Row, Shape

COMMAS = "text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS)
# Names of columns by which nothing is told, so that a first line is seen to be a row by its values
NUMBERED = "columns are called 'column_1', 'column_2'"
LONG: tuple[Row, ...] = tuple((f"{text}, as I said, again", label) for text, label in ROWS)
QUOTED: tuple[Row, ...] = tuple((f'{text} "again"', label) for text, label in ROWS)
LETTERS: tuple[Row, ...] = (
    ("Dear all,\nthe box was wet, and\nnobody came.\n\nYours, Anna", "delivery"),
    ("Hello, Bob\nthe bell is broken", "delivery"),
    ("Thanks, but\nmy bill, twice now, is wrong", "billing"),
    ("Yours, Anna\nwrote of a fee", "billing"),
)
GERMAN: tuple[Row, ...] = (
    ("Das Päckchen lag im Regen", "Lieferung"),
    ("Der Bote hat nicht geläutet", "Lieferung"),
    ("Ich möchte das Geld zurück", "Rechnung"),
    ("Die Gebühr ist mir unerklärlich", "Rechnung"),
)
FRENCH: tuple[Row, ...] = (
    ("Le colis est resté sous la pluie", "livraison"),
    ("Personne n’a sonné à ma porte", "livraison"),
    ("J’ai été débité deux fois, ça suffit", "facture"),
    ("Où sont passés mes 30 € ?", "facture"),
)
POLISH: tuple[Row, ...] = (
    ("Paczka leżała na deszczu przez cały dzień i noc", "dostawa"),
    ("Kurier nie zadzwonił do drzwi, choć byłem w domu", "dostawa"),
    ("Zapłaciłem dwa razy, proszę o szybki zwrot pieniędzy", "rachunek"),
    ("Ta opłata jest dla mnie zupełnie niezrozumiała", "rachunek"),
    ("Gdzie jest moja przesyłka? Miała być wczoraj", "dostawa"),
    ("Proszę o wyjaśnienie, skąd wzięła się ta należność", "rachunek"),
)
RUSSIAN: tuple[Row, ...] = (
    ("Посылка весь день лежала под дождём", "доставка"),
    ("Курьер так и не позвонил", "доставка"),
    ("С меня дважды сняли деньги", "счёт"),
    ("Я не понимаю эту комиссию", "счёт"),
)
CHINESE: tuple[Row, ...] = (
    ("包裹在雨里放了一整天", "配送"),
    ("快递员没有按门铃就走了", "配送"),
    ("这个月我被重复扣款", "账单"),
    ("这笔费用我看不懂", "账单"),
)
JAPANESE: tuple[Row, ...] = (
    ("荷物が雨の中に置かれていました", "配達"),
    ("配達員は呼び鈴を鳴らしませんでした", "配達"),
    ("今月は二回も請求されました", "請求"),
    ("この手数料の意味がわかりません", "請求"),
)
POUNDS: tuple[Row, ...] = (
    ("You have won £1000 in our draw", "spam"),
    ("Call now for £500 – it’s free", "spam"),
    ("See you at the station at six", "ham"),
    ("I paid £3 for the ticket", "ham"),
)


def lines(rows: Iterable[Row], between: str, header: str = "text,label", end: str = "\n") -> str:
    """A line for each row, its text first, below the names of the columns."""
    head = header.replace(",", between) + end if header else ""
    return head + "".join(f"{text}{between}{label}{end}" for text, label in rows)


def labels_first(rows: Iterable[Row], between: str, header: str = "label,text") -> str:
    return lines(((label, text) for text, label in rows), between, header)


def enclosed(rows: Iterable[Row], quote: str = '"', inside: str = '""') -> str:
    """A CSV file of which quotes enclose every field."""
    written = [(text.replace(quote, inside), label) for text, label in (("text", "label"), *rows)]
    return "".join(f"{quote}{text}{quote},{quote}{label}{quote}\n" for text, label in written)


def shape(name: str, content: str | bytes, *said: str, **more: object) -> Shape:
    written = content.encode() if isinstance(content, str) else content
    return Shape(name=name, content=written, said=said, **more)


def stray(before: str, opened: str) -> str:
    """Lines of which one text begins with a quote that nobody closes."""
    return before.replace(opened, f'"{opened}')


SEPARATORS = (
    shape("commas.csv", COMMAS),
    shape("tabs.tsv", COMMAS.replace(",", "\t")),
    shape("semicolons.csv", lines(ROWS, ";"), "separated by ';' --delimiter"),
    shape("tabs.csv", lines(ROWS, "\t"), r"separated by '\t' --delimiter"),
    shape("pipes.csv", lines(ROWS, "|"), "separated by '|' --delimiter"),
    shape("commas.tsv", COMMAS, "separated by ',' --delimiter"),
    shape("commas.txt", COMMAS, "separated by ','"),
    shape("texts_with_commas.csv", lines(LONG, ";"), "separated by ';'", rows=LONG),
    shape("header_with_commas.csv", "Text, all of it;label\n" + lines(LONG, ";", ""),
          "separated by ';'", rows=LONG, options=("--text", "Text, all of it")),
    shape("excel_says_so.csv", "sep=;\r\n" + lines(ROWS, ";", end="\r\n"), "separated by ';'"),
    shape("carets.csv", lines(ROWS, "^"), options=("--delimiter", "^")),
    shape("blanks.txt", labels_first(ROWS, " ", ""), options=("--delimiter", " ")),
    shape("commas_or_tabs.csv", "".join(f"{t}, x\t{c}\n" for t, c in ROWS),
          refused="what separates the fields", then=("--delimiter", r"\t"),
          rows=tuple((f"{t}, x", c) for t, c in ROWS)),
    shape("ragged_commas.txt", labels_first(LONG[:3] + ROWS[3:], ","), rows=LONG[:3] + ROWS[3:],
          refused="what separates the fields", then=("--delimiter", ",")),
)  # fmt: skip
HEADERS = (
    shape("no_header.csv", lines(ROWS, ",", ""), f"first line is a row: {NUMBERED} --header"),
    shape("no_header.tsv", labels_first(ROWS, "\t", ""), NUMBERED),
    shape("label_tab_text.txt", labels_first(ROWS, "\t", ""), r"separated by '\t'", NUMBERED),
    shape("text_tab_label.dat", lines(ROWS, "\t", ""), NUMBERED),
    shape("collection", labels_first(ROWS, "\t", ""), NUMBERED),
    shape("news.csv", "".join(f'"{len(c)}","News {i}","{t}"\n' for i, (t, c) in enumerate(ROWS)),
          "the first line is a row", rows=tuple((t, str(len(c))) for t, c in ROWS),
          options=("--text", "column_3", "--label", "column_1")),
    shape("said_to_have_none.csv", lines(ROWS, ",", ""), options=("--no-header",)),
    shape("a_question_as_name.csv", lines(ROWS, ",", "Was the parcel on time?,label"),
          options=("--text", "Was the parcel on time?")),
    shape("one_of_each.csv", lines(ROWS[2:4], ",", ""), refused="line 1 may be a row",
          then=("--no-header",), rows=ROWS[2:4],
          options=("--text", "column_1", "--label", "column_2")),
    shape("comments.csv", "# made by hand\n# in May\n" + COMMAS, "the table begins after line 2"),
    shape("hash_before_names.tsv", "#id\ttext\tlabel\n" + "".join(
          f"{i}\t{t}\t{c}\n" for i, (t, c) in enumerate(ROWS))),
    shape("title.csv", "Tickets of May\n\n" + COMMAS, "the table begins after line 2"),
    shape("row_names.csv", '"text","label"\n' + "".join(
          f'"{i}","{t}","{c}"\n' for i, (t, c) in enumerate(ROWS, start=1)), "their number"),
    shape("one_name_twice.csv", "text,label,note,note\n" + "".join(
          f"{t},{c},x,y\n" for t, c in ROWS), "named 'note': they are called 'note_3', 'note_4'"),
    shape("two_labels.csv", "text,label,label\n" + "".join(f"{t},{c},{c[:4]}\n" for t, c in ROWS),
          refused="several columns could be the label: 'label_2'", then=("--label", "label_2")),
    shape("no_names_behind.csv", "v1,v2,,,\n" + "".join(f"{c},{t},,,\n" for t, c in ROWS)),
    shape("texts_behind.csv", "v1,v2,,\n" + "".join(f"{c},{t},,\n" for t, c in ROWS[:5])
          + f"{ROWS[5][1]},{ROWS[5][0]},and more,\n",
          "left aside; rows that hold something there: 1"),
    shape("commas_behind.csv", "text,label\n" + "".join(f"{t},{c},,\n" for t, c in ROWS)),
    shape("wide.csv", "text,label" + "".join(f",w{i}" for i in range(3000)) + "\n"
          + "".join(f"{t},{c}" + ",0" * 3000 + "\n" for t, c in ROWS)),
)  # fmt: skip
STRAY = labels_first(ROWS, "\t")
ENCLOSED_AND_STRAY = (
    COMMAS + '"Well, no",billing\n"Late again,delivery\nAnd again,delivery\nNo" way,billing\n'
)
SURPLUS = [(t, g, ",yes" if i % 3 == 0 else "") for i, (t, g) in enumerate(ROWS * 2)]
QUOTES = (
    Shape(  # the second and the third line of a survey say what its columns are
        name="qualtrics.csv",
        content=(
            "ResponseId,Q1,Q2\nResponse ID,What went wrong?,Topic\n"
            '"{""ImportId"":""_recordId""}","{""ImportId"":""QID1_TEXT""}","{""ImportId"":""QID2""}"\n'
            + "".join(f"R_{i},{t},{g}\n" for i, (t, g) in enumerate(ROWS))
        ).encode(),
        said=("the text is column 'Q1'", "the label is column 'Q2'"),
        rejected=2,
    ),
    Shape(  # the texts hold commas and are enclosed, so what is not is no part of them
        name="fields_too_many.csv",
        content="".join(
            ("text,label\n", *(f'"{t}, once",{g}{more}\n' for t, g, more in SURPLUS))
        ).encode(),
        rows=tuple((f"{t}, once", g) for t, g, more in SURPLUS if not more),
        rejected=sum(bool(more) for _, _, more in SURPLUS),
    ),
    shape("letters.csv", enclosed(LETTERS), rows=LETTERS),
    shape("some_letters.csv", COMMAS + enclosed(LETTERS).split("\n", 1)[1], rows=ROWS + LETTERS),
    shape("doubled_quotes.csv", enclosed(QUOTED), rows=QUOTED),
    shape("escaped_quotes.csv", enclosed(QUOTED, inside='\\"'),
          r'\" stands for a quote --no-quoting', rows=QUOTED),
    shape("single_quotes.csv", enclosed(LONG, "'", "''"), "enclosed in ' --no-quoting", rows=LONG),
    shape("blank_before_quotes.csv", "id, text, label\n" + "".join(
          f'{i}, "{t}", "{c}"\n' for i, (t, c) in enumerate(LONG)), "blanks stand before quotes",
          rows=LONG),
    shape("stray_quote.tsv", stray(STRAY, "The courier"), "no field is enclosed in quotes",
          rows=(ROWS[0], (f'"{ROWS[1][0]}', ROWS[1][1]), *ROWS[2:])),
    shape("stray_quote_and_its_end.tsv", stray(STRAY, "The courier").replace("address", 'address"'),
          '" is part of the text --quoting',
          rows=(ROWS[0], (f'"{ROWS[1][0]}', ROWS[1][1]), *ROWS[2:4],
                (f'{ROWS[4][0]}"', ROWS[4][1]), ROWS[5])),
    shape("stray_quote.csv", stray(labels_first(ROWS, ","), "Nobody"), '" is part of the text',
          rows=(*ROWS[:2], (f'"{ROWS[2][0]}', ROWS[2][1]), *ROWS[3:])),
    shape("quotes_within.tsv", STRAY.replace("My parcel", '"My" parcel'), '" is part of the text',
          rows=(('"My" parcel was left in the rain', "delivery"), *ROWS[1:])),
    shape("stray_among_enclosed.csv", ENCLOSED_AND_STRAY, refused="line 9: a quote is opened",
          then=("--quoting",), rejected=1, rows=(*ROWS, ("Well, no", "billing"),
          ("And again", "delivery"), ('No" way', "billing"))),
    shape("stray_read_as_text.csv", ENCLOSED_AND_STRAY, options=("--no-quoting",),
          rows=(*ROWS, ('"Well, no"', "billing"), ('"Late again', "delivery"),
                ("And again", "delivery"), ('No" way', "billing"))),
    shape("said_not_to_quote.tsv", STRAY.replace("My parcel was left in the rain", '"My parcel"'),
          options=("--no-quoting",), rows=(('"My parcel"', "delivery"), *ROWS[1:])),
    shape("commas_in_the_last.csv", labels_first(LONG[:4] + ROWS[4:], ","),
          "where a row has more ',' than columns (4 of them), they are part of 'text' --quoting",
          rows=LONG[:4] + ROWS[4:]),
    shape("commas_in_the_first.csv", lines(LONG[:4] + ROWS[4:], ","), "part of 'text'",
          rows=LONG[:4] + ROWS[4:]),
    shape("commas_and_no_header.csv", labels_first(LONG[:4] + ROWS[4:], ",", ""), NUMBERED,
          "part of 'column_2'", rows=LONG[:4] + ROWS[4:]),
    shape("dump_of_mysql.tsv",
          "".join(f"{t}\\\t{i}\\\n{c} {i}\t{c}\t\\N\n" for i, (t, c) in enumerate(ROWS)),
          "backslashes escape",
          rows=tuple((f"{t}\t{i}\n{c} {i}", c) for i, (t, c) in enumerate(ROWS))),
    shape("backslashes.tsv", lines(((f"{t} C:\\new", c) for t, c in ROWS), "\t"),
          rows=tuple((f"{t} C:\\new", c) for t, c in ROWS)),
    shape("blank_lines.csv", COMMAS.replace("\n", "\r\n\r\n")),
)  # fmt: skip
ENCODINGS = (
    shape("latin.csv", lines(GERMAN, ";").encode("latin-1"), "windows-1252", "as in latin-1",
          "--encoding", rows=GERMAN),
    shape("western.csv", enclosed(FRENCH).encode("cp1252"), "read as windows-1252, which differs",
          rows=FRENCH),
    shape("pounds.csv", labels_first(POUNDS, ",").encode("cp1252"), "windows-1252", rows=POUNDS),
    shape("polish.csv", enclosed(POLISH).encode("cp1250"), "windows-1250", rows=POLISH),
    shape("russian.csv", lines(RUSSIAN, ";").encode("cp1251"), "windows-1251", rows=RUSSIAN),
    shape("koi8.tsv", lines(RUSSIAN, "\t").encode("koi8-r"), "koi8-r", rows=RUSSIAN),
    shape("chinese.csv", lines(CHINESE, ",").encode("gbk"), "gb18030", rows=CHINESE),
    shape("japanese.csv", lines(JAPANESE, ",").encode("shift_jis"), "cp932", rows=JAPANESE),
    shape("unicode_text.txt", lines(GERMAN, "\t").encode("utf-16"), r"'\t'", rows=GERMAN),
    shape("no_mark.csv", lines(ROWS, "\t").encode("utf-16-le"), "UTF-16-LE without", r"'\t'"),
    shape("big_end.txt", lines(GERMAN, "\t").encode("utf-16-be"), "UTF-16-BE", rows=GERMAN),
    shape("said.csv", lines(FRENCH, ";").encode("cp1252"), rows=FRENCH,
          options=("--encoding", "windows-1252")),
    shape("one_bad_byte.csv", (COMMAS + "Two caf").encode() + b"\xe9s sent bills,billing\n",
          refused="line 8: byte ", then=("--encoding", "windows-1252"),
          rows=(*ROWS, ("Two cafés sent bills", "billing"))),
    shape("damaged.csv", lines(FRENCH, ";").encode() + b"Le caf" + b"\xe9;livraison\n",
          refused="is not valid UTF-8, where most of the file is: it is damaged"),
    shape("no_such_encoding.csv", COMMAS, options=("--encoding", "windows-1"),
          refused="unknown --encoding 'windows-1'"),
    shape("too_few_marks.csv", lines(GERMAN[:1] + ROWS, ";").encode("cp1252"),
          refused="line 2: byte 16 is not valid UTF-8", then=("--encoding", "windows-1252"),
          rows=GERMAN[:1] + ROWS),
)  # fmt: skip
MARKED = (
    shape("fasttext.txt", labels_first(ROWS, " ", "").replace("\n", "\n__label__").join(
          ("__label__", "")).removesuffix("__label__"), "marked __label__"),
    shape("fasttext_of_several.txt", "".join(f"__label__{c} {t}\n" for t, c in ROWS)
          + "__label__billing __label__delivery Both went wrong\n", "marked __label__", rejected=1),
    shape("questions.txt", "".join(f"{c[:3].upper()}:{c} {t}\n" for t, c in ROWS), "ABC:abc",
          rows=tuple((t, f"{c[:3].upper()}:{c}") for t, c in ROWS)),
    shape("digits.txt", "".join(f"{int(c == 'billing')} {t}\n" for t, c in ROWS), "a digit",
          rows=tuple((t, str(int(c == "billing"))) for t, c in ROWS)),
)  # fmt: skip
SHAPES = (*SEPARATORS, *HEADERS, *QUOTES, *ENCODINGS, *MARKED)
