"""What the name of a column tells of its role.

A name is compared as `spelled`: `Clause Type`, `clauseType` and `clause-type` are one. How much it
tells is a number: EXACT is the name of the role itself, SURE a name that means nothing else, ALIKE
one that ends like such a name (`review_body`, `airline_sentiment`), WEAK one that often means it,
and NOT one that means something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from unicodedata import normalize

from auditor.dataset.chat import TURNS

EXACT, SURE, ALIKE, WEAK, DERIVED, UNKNOWN, NOT = 3.0, 2.0, 1.8, 1.0, 0.5, 0.0, -1.0


def spelled(column: str) -> str:
    """A name without what spelling is free in: lower case, no accents, `_` between words."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    plain = "".join(c for c in normalize("NFKD", split) if not "\u0300" <= c <= "\u036f")
    folded = normalize("NFKC", plain).casefold()
    return re.sub(r"[\W_]+", "_", folded).strip("_")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(spelled(word) for line in lines for word in line.split())


_TEXT = _words(
    "sentence utterance content message body prompt question query clause review comment tweet",
    "post document passage paragraph statement narrative transcript email snippet excerpt",
    "provision raw_text full_text input_text text_raw clause_text ticket sms complaint feedback",
    "request utt txt posting lyrics chunk phrase",
    *TURNS,
    # German, French, Spanish, Portuguese, Italian, Dutch, Polish, Turkish, Indonesian, ...
    "texto texte testo tekst satz nachricht anfrage kommentar bewertung frage inhalt beitrag",
    "freitext kundentext phrase commentaire avis frase oracion mensaje comentario",
    "resena consulta pregunta oracao mensagem avaliacao pergunta frase commento recensione",
    "messaggio domanda bericht zin opmerking vraag wiadomosc zdanie komentarz recenzja metin yorum",
    "cumle mesaj teks kalimat komentar ulasan pesan szoveg meddelande mening kommentti teksti",
    "текст сообщение отзыв комментарий вопрос предложение κειμενο",
    "文本 内容 句子 评论 评价 正文 文章 问题 消息 留言 文字 文 テキスト 本文 発話 レビュー 質問",
    "텍스트 문장 내용 본문 리뷰 댓글 질문 النص نص الجملة التعليق محتوى पाठ वाक्य टिप्पणी",
    "ข้อความ ประโยค",
)
_WEAK_TEXT = _words(
    "instruction input description abstract headline title subject summary context premise",
    "hypothesis caption titel betreff beschreibung titre sujet resume titulo asunto",
    "descripcion assunto descricao titolo oggetto descrizione 标题 摘要 描述 タイトル 件名 제목",
)
_LABEL = _words(
    "category class intent target topic labels label_name category_name class_name intent_name",
    "label_text gold_label clause_type sentiment emotion classification y polarity stance",
    "intention etiqueta etiquette etichetta etikett kategorie klasse klassifikation thema",
    "stimmung categoria categorie clase classe sentimiento intencion sentimento intencao tema",
    "klasa kategoria etykieta etiket kategori sinif duygu nhan luokka kategoria klass klasse",
    "категория метка класс тема тональность интент κατηγορια",
    "标签 类别 類別 分类 情感 意图 标注 ラベル カテゴリ カテゴリー 分類 感情 意図 라벨 레이블",
    "카테고리 분류 감정 의도 التصنيف تصنيف الفئة فئة التسمية श्रेणी लेबल वर्ग ป้ายกำกับ หมวดหมู่ ประเภท",
)
_WEAK_LABEL = _words(
    "tag type annotation genre stars star rating ratings overall product issue department queue",
    "kind group_name subject_area section domain scenario verdict outcome decision severity",
    "priority assistant output response answer completion reply",
    "typ art gattung bewertung note tipo",
    "评分 星级 评级 类型 種類 タイプ 유형 별점 평점 тип оценка",
)
# What stands in a column is another thing where its name holds one of these words.
_NO_TEXT = _words(
    "id ids uid uuid guid author user username screen_name name url link uri href date time",
    "timestamp location place city country keyword keywords path file filename path source label",
    "labels category assistant response answer answers output completion reply chosen rejected",
    "rationale explanation reason label_text label_name span spans entities slots language lang",
    "hash created sources rater annotator annotators worker company product",
    "autor datum fecha fuente",
)
_NO_LABEL = _words(
    "id ids uid uuid guid author user username name url link date time timestamp location city",
    "country region state zip subtype subcategory language lang locale flags tags score scores",
    "length len count counts num number confidence prob probability weight index idx rank year",
    "month day hour age gender sex source split fold annotator rater worker labeler labeller",
    "version device platform file filename path timezone retweets likes votes useful funny cool",
    "upvotes downvotes score ups downs verified text title subreddit sprache quelle idioma",
)
ASKING = ("is", "has", "was", "contains", "needs", "num", "n", "no")  # `is_spam`, `num_words`
_CODES = ("id", "idx", "index", "num", "code")  # `label_id`: the label, as a number
_DERIVED = _words(
    "clean cleaned lower lowered lowercase lowercased lemma lemmas lemmatized lemmatised stem",
    "stemmed processed preprocessed normalized normalised tokenized tokenised tokens token annot",
    "selected masked augmented filtered stripped anonymized anonymised nostop stopwords raw html",
)

OTHER_ROLES: Mapping[str, Sequence[str]] = {
    "id": ("id", "uid", "uuid", "guid", "example_id", "row_id", "text_id", "sample_id"),
    "annotator": (
        *("annotator", "annotator_id", "annotated_by", "labeler", "labeller", "rater", "coder"),
        *("labeler_id", "labeller_id", "rater_id", "coder_id", "worker_id"),
    ),
    "source": ("source", "data_source", "origin", "provenance"),
    "split": ("split", "data_split", "dataset_split"),
    "group": (
        *("group", "group_id", "conversation_id", "dialogue_id", "thread_id", "document_id"),
    ),
    "context": ("system_prompt", "system_message", "system_instruction", "system_instructions"),
}
_SPLITS = ("partition", "set", "subset", "fold", "usage", "phase")

# Columns that are one text together, besides those that differ in a number or a letter at the end.
_PAIRS = (("premise", "hypothesis"),)
UNNAMED = re.compile(r"column_\d+|\d+")  # what columns are called that the file gives no names
_NUMBERED = re.compile(r"(.*[^\W\d]_?)(1|2|_a|_b)")


def as_text(column: str) -> float:
    """How much a name tells that the column is the text."""
    return _strength(spelled(column), "text", _TEXT, _WEAK_TEXT, _NO_TEXT)


def as_label(column: str) -> float:
    """How much a name tells that the column is the label."""
    name = spelled(column)
    return _strength(name, "label", _LABEL, _WEAK_LABEL, _NO_LABEL)


def _strength(
    name: str, role: str, sure: frozenset[str], weak: frozenset[str], other: frozenset[str]
) -> float:
    words = name.split("_")
    known = {*sure, role}
    of_label = role == "label" and words[0] in known
    if name in known:
        return EXACT if name == role else SURE
    if name in weak or (of_label and len(words) == 2 and words[1] in _CODES):
        return WEAK
    if words[0] in ASKING or not other.isdisjoint((name, words[-1])):
        return NOT
    if role == "text" and not _DERIVED.isdisjoint(words):
        return DERIVED
    if of_label or (len(words[-1]) > 1 and words[-1] in known):
        return ALIKE
    return WEAK if words[-1] in weak else UNKNOWN


def for_role(role: str, columns: Iterable[str]) -> list[str]:
    """The columns that are called like an optional role, the surest first."""
    names = OTHER_ROLES[role]
    found = [column for column in columns if spelled(column) in names]
    return sorted(found, key=lambda column: names.index(spelled(column)))


def is_known(column: str) -> bool:
    """Whether columns of any role are often called so."""
    name = spelled(column)
    return any(name in of for of in OTHER_ROLES.values()) or names_text_or_label(column)


def names_text_or_label(column: str) -> bool:
    """Whether columns of texts or of labels are often called so."""
    return spelled(column) in _TEXT | _WEAK_TEXT | _LABEL | {"text", "label", "tag", "type"}


def may_split(column: str) -> bool:
    """Whether a column may say of which split a row is, if its values do."""
    return spelled(column) in _SPLITS


def pair_of(columns: Sequence[str]) -> tuple[str, str] | None:
    """The two columns that are called like the halves of one text, in the order of the file."""
    by_name = {spelled(column): column for column in columns}
    pairs = [pair for pair in _PAIRS if set(pair) <= set(by_name)]
    for name in by_name:
        match = _NUMBERED.fullmatch(name)
        if match and match[2] in ("1", "_a"):
            other = match[1] + {"1": "2", "_a": "_b"}[match[2]]
            if other in by_name:
                pairs.append((name, other))
    if len(pairs) != 1:
        return None
    first, second = sorted((by_name[name] for name in pairs[0]), key=list(columns).index)
    return first, second
