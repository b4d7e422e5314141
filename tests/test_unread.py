"""Texts in scripts that the embedder does not know are said first, and nobody guesses at them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from benchmarks.languages import messages, plant

import auditor
from auditor import embedding
from auditor.embedding import EMBEDDERS
from auditor.embedding.hashing import HashingEmbedder
from auditor.embedding.scripts import unknown_share
from auditor.embedding.universal import PACKAGE, UNIVERSAL
from auditor.reporting.comparison.summary import summarise_comparison
from auditor.reporting.gate.summary import summarise_verdict
from auditor.reporting.headline import headline
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.summary import summarise_audit

VECTORS = {  # what rests on vectors
    *("fragile-category", "illusion-gap", "coverage-gap", "label-noise", "label-error"),
    "forecast",
}


@dataclass(frozen=True)
class LatinOnly:
    """An embedder that knows no other script."""

    name: str = "latin-only"
    revision: str = "1"
    precision: str = "float32"
    identity: str = "latin-only@1"

    def embed(self, texts):
        known = HashingEmbedder().embed(texts)
        unknown = np.array([unknown_share(t, {"LATIN"}) for t in texts], dtype=np.float32)
        vectors = np.where(unknown[:, None] > 0.5, known.vectors[:1], known.vectors)  # all alike
        return replace(known, vectors=vectors, unknown=unknown, embedder=self.name)


@dataclass(frozen=True)
class Opens:
    listed: str = "latin-only (for the test)"

    def takes(self, name):
        return name == "latin-only"

    def open(self, name, *, offline):
        return LatinOnly()


@pytest.fixture(autouse=True)
def latin_only(monkeypatch):
    monkeypatch.setattr(embedding, "EMBEDDERS", (Opens(), *EMBEDDERS))


def frame(rows):
    return pd.DataFrame(rows, columns=["text", "label"])


@pytest.fixture
def settings(quick):
    return {**quick, "embedder": "latin-only"}


def on_console(said: str) -> str:
    return " ".join(said.split())


NOTICE = "are in a script that latin-only does not know (Chinese characters)."


def test_of_chinese_texts_all_is_found_that_rests_on_words_and_nothing_else(settings):
    planted = plant("zh")
    found = auditor.audit(frame(planted.rows), **settings)
    assert {f.code for f in found.findings} == {
        *("template-dominance", "label-conflict", "near-duplicate"),
    }
    assert set(found.of("template-dominance")[0].rows) == planted.template
    conflicts = {f.rows for f in found.of("label-conflict")}
    assert conflicts == set(planted.conflicts)
    assert {s.code for s in found.skipped} >= VECTORS
    reason = "150 of 150 texts are in a script that latin-only does not know"
    assert {s.reason for s in found.skipped if s.code in VECTORS} == {reason}
    assert (found.forecast, found.label_errors, found.subtypes) == (None, None, ())


def test_the_notice_stands_on_the_console_and_the_first_screen_whatever_else_is_found(settings):
    found = auditor.audit(frame(plant("zh").rows), **settings)
    said = on_console(summarise_audit(found))
    assert f"Language 150 of 150 texts {NOTICE}" in said
    assert f"--embedder {UNIVERSAL} (pip install {PACKAGE})" in said
    assert "Forecast " not in said
    page = HtmlRenderer(static=True).render(found)
    first_screen = page.partition('class="answers"')[0]
    assert f"150 of 150 texts {NOTICE}" in first_screen


def test_finding_a_warning_hides_no_verdict_that_too_little_is_known(settings):
    """Four copies of a text are a warning; all else could not be judged."""
    rows = messages("zh")
    found = auditor.audit(frame([*rows, *rows[:1] * 3]), **settings)
    said = headline(found).training
    assert said.startswith("Not enough data to decide: 123 of 123 texts are in a script")
    assert said.endswith("; 1 warning besides.")


def test_of_a_mixed_set_the_rows_in_known_scripts_are_judged_as_if_alone(settings):
    english, chinese = plant("en"), messages("zh", of_each=6)
    alone = auditor.audit(frame(english.rows), **settings)
    mixed = auditor.audit(frame([*english.rows, *chinese]), **settings)
    errors = {f.rows[0]: f.measured for f in alone.of("label-error") if len(f.rows) == 1}
    assert english.wrong <= set(errors)
    assert {f.rows[0] for f in mixed.of("label-error") if len(f.rows) == 1} == set(errors)
    assert mixed.label_errors == alone.label_errors
    assert {r for s in mixed.subtypes for r in s.rows} == set(range(150))
    drops = [{c.category: c.expected_drop for c in a.forecast.categories} for a in (alone, mixed)]
    assert drops[0] == drops[1]
    reasons = {s.reason for s in mixed.skipped if s.code == "label-error"}
    assert any("24 of 174 texts are in a script" in reason for reason in reasons)
    assert f"24 of 174 texts {NOTICE}" in on_console(summarise_audit(mixed))


def test_a_category_without_a_readable_row_is_not_assessed(settings):
    english = messages("en")
    chinese = [(text, "chinese") for text, _ in messages("zh", of_each=4)]
    found = auditor.audit(frame([*english, *chinese]), **settings)
    reasons = [s.reason for s in found.skipped if s.code == "label-error"]
    assert "not assessable, fewer than 5 different examples: chinese (0)" in reasons
    assert not any(f.category == "chinese" for f in found.of("label-error"))


def test_long_copies_of_unreadable_texts_are_found_by_their_words(settings):
    """Texts in which several characters in a hundred differ, and no signature is shared."""
    rows = messages("zh")
    long = "".join(text for text, _ in rows[:20])
    edited = long.replace("我已经等了三天", "我已經等了三天", 1).replace("手机", "手機", 1)
    assert len(long) > 240
    found = auditor.audit(frame([*rows, (long, "billing"), (edited, "access")]), **settings)
    assert any(f.rows == (120, 121) for f in found.of("label-conflict"))


def test_an_update_that_nobody_can_read_is_no_update(settings):
    english, chinese = frame(messages("en")), frame(messages("zh", of_each=6))
    found = auditor.audit(english, update=chinese, **settings)
    assert found.forecast is None
    reason = "24 of 24 texts of the update are in a script that latin-only does not know"
    assert [s.reason for s in found.skipped if s.code == "forecast"] == [reason]


def test_a_reference_that_nobody_can_read_shows_no_gap(settings, tmp_path):
    english = frame(messages("en"))
    for of_each, language, reason in ((30, "zh", "120 of 120 reference texts are"), (30, "en", "")):
        texts = [text for text, _ in messages(language, of_each=of_each)]
        reference = pd.DataFrame({"text": texts})
        found = auditor.audit(english, reference=reference, **settings)
        reasons = [s.reason for s in found.skipped if s.code == "reference-gap"]
        assert found.of("reference-gap") == ()
        assert any(r.startswith(reason) for r in reasons) if reason else not reasons


def test_a_gate_does_not_pass_what_nobody_can_read(settings):
    options = {k: v for k, v in settings.items() if k != "map_points"}
    chinese = frame(messages("zh"))
    verdict = auditor.gate(chinese, **options)
    assert verdict.outcome == "inconclusive"
    assert f"120 of 120 texts {NOTICE}" in on_console(summarise_verdict(verdict))
    added = frame([*messages("en"), *messages("zh", of_each=6)])
    verdict = auditor.gate(added, base=frame(messages("en")), **options)
    assert verdict.outcome == "inconclusive"
    assert "24 of 24 added texts are in a script" in verdict.of("inconclusive")[0].summary
    same = auditor.gate(added, base=added, **options)
    assert same.outcome == "pass"
    assert f"24 of 144 texts {NOTICE}" in on_console(summarise_verdict(same))


def test_a_comparison_of_what_nobody_can_read_says_so(settings):
    options = {k: v for k, v in settings.items() if k != "map_points"}
    more = messages("zh", of_each=36)
    found = auditor.compare(frame(messages("zh")), frame(more), **options)
    assert (found.full, found.unseen, found.two_sample, found.regions) == (None, None, None, ())
    said = on_console(summarise_comparison(found))
    assert "Which set is better cannot be determined: 144 of 144 texts are in a script" in said
    assert f"--embedder {UNIVERSAL}" in said


def test_a_comparison_leaves_out_single_texts_that_nobody_can_read(settings):
    options = {k: v for k, v in settings.items() if k != "map_points"}
    base, more = messages("en"), messages("en", of_each=36)
    found = auditor.compare(frame(base), frame([*more, *messages("zh", of_each=3)]), **options)
    assert found.candidate.rows == len(more)
    assert found.unseen is not None
    assert f"12 of 156 texts {NOTICE} Nothing was compared with them." in on_console(
        summarise_comparison(found)
    )


@pytest.mark.parametrize("language", ["de", "es"])
def test_the_packaged_model_is_said_to_know_english(language, monkeypatch):
    """Its tokens are of the Latin script, its vectors hardly of other languages."""
    from auditor.embedding.model_files import PACKAGED
    from auditor.reporting.unread import notice
    from auditor.summary import unread_texts

    texts = [text for text, _ in messages(language)]
    embedded = replace(HashingEmbedder().embed(texts), embedder=PACKAGED)
    unread = unread_texts(texts, embedded)
    assert unread.languages == {language: pytest.approx(len(texts), rel=0.1)}
    assert "trained on English" in notice(unread, PACKAGED)
    assert UNIVERSAL in notice(unread, PACKAGED)
    english = [text for text, _ in messages("en")]
    assert unread_texts(english, replace(embedded, **_of(english))) is None


def _of(texts):
    found = HashingEmbedder().embed(texts)
    return {"vectors": found.vectors, "windows": found.windows, "unknown": found.unknown}
