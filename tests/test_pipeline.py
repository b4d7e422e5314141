"""auditor.audit: what Python users call, and the contract of what they get."""

from __future__ import annotations

import copy
import json
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

import auditor
from auditor.embedding.target import open_target
from auditor.errors import DataError, MachineError, UsageError
from auditor.settings import ROLES

# The keys of `audit.json`, as the contract has them; more may be added.
TOP = {
    "schema_version",
    "dataset",
    "embedder",
    "settings",
    "subtypes",
    "findings",
    "forecast",
    "examples",
    "map",
    "skipped",
}
DATASET = {"name", "rows_read", "rows_rejected", "categories", "fingerprint", "roles"}
SUBTYPE = {
    "id",
    "category",
    "rows",
    "typical_row",
    "keywords",
    "effective_examples",
    "templates",
}
FINDING = {
    "code",
    "severity",
    "category",
    "subtype",
    "summary",
    "measured",
    "limit",
    "rows",
    "advice",
    "fingerprint",
}
FORECAST = {
    *("update", "recipe", "probe", "chosen", "reliability", "skill"),
    *("categories", "curves", "matrix", "measurement"),
}
FORGETTING = {
    "category",
    "rank",
    "expected_drop",
    "low",
    "high",
    "low90",
    "high90",
    "run_low",
    "run_high",
    "accuracy_before",
    "accuracy_after",
    "steps_to_lose_10_points",
    "scored_examples",
    "identifiable",
    "reason",
    "worst_update",
    "worst_drop",
    "accuracy_in_template",
    "half_life",
    "held_out",
    "left_out",
}
THINGS = ("the kettle", "a lamp", "my boots", "two chairs", "this order", "one voucher")


@pytest.fixture(scope="module")
def audit(quick):
    """auditor.audit of rows, quickly."""

    def audit(rows, **options):
        return auditor.audit(pd.DataFrame(rows), **{**quick, **options})

    return audit


@pytest.fixture(scope="module")
def plain(found):
    """The audit as programs read it."""
    return json.loads(json.dumps(found.to_dict()))


def fingerprints(audit):
    return {f.fingerprint for f in audit.findings}


# --- the contract ----------------------------------------------------------------------------


def test_the_keys_of_the_contract_are_there(plain):
    assert plain.keys() >= TOP
    assert plain["schema_version"] == 3
    assert plain["dataset"].keys() >= DATASET
    assert plain["embedder"].keys() >= {"name", "revision", "dim"}
    assert plain["forecast"].keys() >= FORECAST
    assert plain["forecast"]["update"].keys() >= {"kind", "categories"}


@pytest.mark.parametrize(
    ("table", "keys"),
    [("subtypes", SUBTYPE), ("findings", FINDING)],
)
def test_every_entry_has_the_keys_of_the_contract(plain, table, keys):
    assert plain[table]
    assert all(entry.keys() >= keys for entry in plain[table])


def test_every_category_is_forecast_with_the_keys_of_the_contract(plain):
    forecasts = plain["forecast"]["categories"]
    assert sorted(f["category"] for f in forecasts) == sorted(plain["dataset"]["categories"])
    assert all(f.keys() >= FORGETTING for f in forecasts)


def test_templates_and_rejects_have_the_keys_of_the_contract(audit, tickets):
    found = audit([*tickets, {**tickets[0], "text": " "}]).to_dict()
    (reject,) = found["dataset"]["rows_rejected"]
    templates = [t for s in found["subtypes"] for t in s["templates"]]
    assert reject == {"row": len(tickets), "line": None, "reason": "text is blank", "found": ""}
    assert templates
    assert all(t.keys() >= {"pattern", "rows", "share"} for t in templates)


def test_the_map_is_rows_with_places_and_examples_are_texts_by_row(plain, tickets):
    assert all(isinstance(row, int) and 0 <= x <= 1 >= y >= 0 for row, x, y in plain["map"])
    assert {row for row, _, _ in plain["map"]} <= {int(row) for row in plain["examples"]}
    assert all(tickets[int(row)]["text"] == text for row, text in plain["examples"].items())


def test_every_row_is_in_exactly_one_subtype_of_its_category(found, tickets):
    rows = sorted(row for s in found.subtypes for row in s.rows)
    assert rows == list(range(len(tickets)))
    for s in found.subtypes:
        assert s.typical_row in s.rows
        assert {tickets[row]["category"] for row in s.rows} == {s.category}
        assert 1.0 <= s.effective_examples <= len(s.rows) + 1e-9


def test_a_finding_about_a_subtype_names_one_that_is_there(found):
    named = {f.subtype for f in found.findings} - {None}
    assert named
    assert named <= {s.id for s in found.subtypes}


def test_fractions_are_fractions(found):
    shares = [t.share for s in found.subtypes for t in s.templates]
    for f in found.forecast.categories:
        shares += [f.accuracy_before, f.accuracy_after, f.accuracy_at_end, f.end_low, f.end_high]
        shares += [f.accuracy_when_learnt, f.when_learnt_low, f.when_learnt_high]
        # The accuracy before is an estimate too: more may be lost than it says.
        assert -1.0 <= f.low <= f.expected_drop <= f.high <= 1.0
    assert all(0.0 <= share <= 1.0 for share in shares)


# --- what it finds ---------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["template-dominance", "near-duplicate", "label-conflict"])
def test_the_planted_fault_is_found_with_exactly_its_rows(found, faults, code):
    assert faults[code] in [f.rows for f in found.of(code)]


def test_findings_of_a_code_are_those_of_that_code_in_order(found):
    assert [f for f in found.findings if f.code == "label-error"] == list(found.of("label-error"))
    assert found.of("moon-phase") == ()


def test_findings_stay_together_by_code(found):
    codes = [f.code for f in found.findings]
    changes = sum(a != b for a, b in pairwise(codes))
    assert changes == len(set(codes)) - 1


def test_no_two_findings_share_a_fingerprint(found):
    assert len(fingerprints(found)) == len(found.findings)


def test_rows_are_those_of_the_file_with_rejected_ones_counted(audit, tickets, faults):
    blank = {**tickets[0], "text": ""}
    found = audit([blank, *tickets])
    moved = tuple(row + 1 for row in faults["near-duplicate"])
    assert moved in [f.rows for f in found.of("near-duplicate")]
    assert found.dataset.rows_read == len(tickets)


def test_a_fingerprint_is_of_the_content_and_not_of_its_place(audit, tickets, found):
    assert fingerprints(audit(tickets[::-1])) == fingerprints(found)


def test_another_column_changes_nothing(audit, tickets, found):
    wider = [{**t, "shift": ("early", "late")[row % 2]} for row, t in enumerate(tickets)]
    assert audit(wider).findings == found.findings


def test_categories_renamed_one_to_one_give_findings_about_the_same_rows(audit, tickets, faults):
    """Names that keep their alphabetical order, as ties go to the first."""
    renamed = audit([{**t, "category": f"the {t['category']} desk"} for t in tickets])
    for code, rows in faults.items():
        assert rows in [f.rows for f in renamed.of(code)]
    assert renamed.dataset.categories == {
        f"the {c} desk": n
        for c, n in pd.Series([t["category"] for t in tickets]).value_counts().items()
    }


def test_the_whole_set_twice_is_near_duplicates_all_over(audit, tickets):
    twice = audit([*tickets, *tickets])
    copied = {row for f in twice.of("near-duplicate") for row in f.rows}
    assert copied == set(range(2 * len(tickets)))
    assert twice.dataset.effective_examples < len(tickets)


# --- splits, updates, references -------------------------------------------------------------


def test_with_a_split_only_training_rows_are_audited_and_all_are_read(audit, tickets):
    rows = [{**t, "split": "test" if row % 5 == 1 else "train"} for row, t in enumerate(tickets)]
    found = audit(rows)
    assert found.dataset.rows_read == len(tickets)
    assert sum(found.dataset.categories.values()) == 40
    audited = {row for s in found.subtypes for row in s.rows}
    assert audited == {row for row in range(len(tickets)) if row % 5 != 1}


def test_copies_of_training_rows_in_another_split_are_found(audit, tickets, faults):
    """One of four copies is held out; the copies in training stay what they were."""
    held = faults["near-duplicate"][1]
    rows = [
        {**t, "split": "test" if row in (held, 3) else "train"} for row, t in enumerate(tickets)
    ]
    [leak] = audit(rows).of("split-leakage")
    assert leak.rows == faults["near-duplicate"]
    assert (leak.measured["split"], leak.measured["leaking_rows"]) == ("test", 1)
    assert leak.measured["split_rows"] == 2


WHO = "gardener,aunt,plumber,neighbour,captain,baker,teacher,nurse,cousin,joiner,pilot,tailor"
DID = "painted,hid,mended,borrowed,sold,dropped,polished,weighed,buried,photographed,lost,drew"
WHAT = "wooden ladder,copper kettle,garden gate,woollen scarf,brass trumpet,paper lantern,iron key"
WHERE = "behind the church,near the harbour,under our bridge,beside a mill,in the attic,on Mondays"
EDITS = ("{}!", "  {}", "Please, {}", "{} Thanks!", "{}.")
AT = ("north", "east", "south", "west")


def noise(count):
    """Sentences under labels that were drawn from four, so that no text tells its label."""
    random = np.random.default_rng(11)
    words = [part.split(",") for part in (WHO, DID, WHAT, WHERE, WHO)]
    chosen = {tuple(random.integers(len(w)) for w in words) for _ in range(2 * count)}
    texts = [
        "The {} {} the {} {} for my {}".format(*(w[i] for w, i in zip(words, c, strict=True)))
        for c in sorted(chosen)
    ]
    texts = random.permutation(texts)[:count].tolist()
    return [{"text": t, "label": AT[random.integers(4)], "split": "train"} for t in texts]


def accuracy(found):
    """Rows that are right, and rows, over the categories that were read on held-out ones."""
    held = [c for c in found.forecast.categories if c.held_out]
    rows = sum(c.scored_examples for c in held)
    return round(sum(c.accuracy_before * c.scored_examples for c in held)), rows


@pytest.mark.parametrize(
    "retell",
    [
        lambda row, i: {"text": EDITS[i % len(EDITS)].format(row["text"])},
        lambda row, i: {"text": row["text"].upper()},
        lambda row, i: {"text": f"{row['text']} to this day"},
        lambda row, i: {"system_prompt": "You answer letters."},
    ],
    ids=["trivial edits", "capital letters", "one stands in the other", "another context"],
)
def test_labels_of_noise_are_told_at_chance_where_half_of_the_test_split_is_copied(audit, retell):
    """Within the interval that holds in 999 of 1,000 draws of the labels: .15 to .35, not .6."""
    rows = noise(480)
    train = [{"system_prompt": "You read letters.", **row} for row in rows[:300]]
    copies = [{**row, **retell(row, i)} for i, row in enumerate(train[:180])]
    test = [{**row, "split": "test"} for row in (*copies, *rows[300:])]
    found = audit([*train, *test])
    right, scored = accuracy(found)
    assert scored == 180
    assert sum(c.left_out for c in found.forecast.categories) == 180
    assert binomtest(right, scored, 0.25).pvalue > 0.001


def test_labels_of_noise_are_told_at_chance_among_near_copies_without_another_split(audit):
    """Three in four rows stand whole in another one; out of fold neither speaks for the other."""
    rows = noise(240)
    near = [{**row, "text": f"{row['text']} to this day"} for row in rows[:180]]
    found = audit([*rows, *near]).forecast.categories
    right = sum(c.accuracy_before * c.scored_examples for c in found)
    assert sum(c.scored_examples for c in found) == 420
    assert 0.15 < right / 420 < 0.35


def test_rows_of_a_group_that_training_has_do_not_score(audit):
    """Each sender has a label and a name of its own; half of the test rows are from one of them."""
    rows = noise(480)
    for i, row in enumerate(rows):
        sender = i % 60 if i < 390 else i
        row |= {
            "text": f"{row['text']}, yours, Q{sender:03} Zimt{sender:03}",
            "label": AT[(7 * sender + sender // 5) % 4],
            "group": f"sender {sender}",
            "split": "train" if i < 300 else "test",
        }
    found = audit(rows)
    assert sum(c.left_out for c in found.forecast.categories) == 90
    assert sum(c.scored_examples for c in found.forecast.categories if c.held_out) <= 90


def test_a_split_that_is_all_copies_leaves_nothing_to_read(audit):
    """Then accuracy is read on training rows, as where there is no other split."""
    train = noise(240)
    test = [{**row, "text": row["text"] + "!", "split": "test"} for row in train]
    found, plain = audit([*train, *test]).forecast, audit(train).forecast
    assert not any(c.held_out for c in found.categories)
    assert sum(c.left_out for c in found.categories) == 240
    assert [c.accuracy_before for c in found.categories] == [
        c.accuracy_before for c in plain.categories
    ]


def test_without_another_split_leakage_is_skipped_with_the_reason(found):
    reasons = {s.code: s.reason for s in found.skipped}
    assert reasons["split-leakage"] == "no test split in this file"


def test_the_texts_of_leaks_are_there_to_read(audit, tickets, faults):
    held = faults["near-duplicate"][1]
    rows = [{**t, "split": "test" if row == held else "train"} for row, t in enumerate(tickets)]
    assert audit(rows).examples[str(held)] == tickets[held]["text"]


def test_declared_columns_are_looked_at(audit, tickets):
    """Nothing was returned in York; fifty rows need limits of their own to show it."""
    rows = [
        {**t, "shop": "Hull" if t["category"] == "returns" else ("York", "Hull")[row % 2]}
        for row, t in enumerate(tickets)
    ]
    reasons = {s.code: s.reason for s in audit(rows).skipped}
    assert reasons["combination-gap"] == "no column was named with --column"
    limits = {"expected": 3.0, "fewest": 1, "by_chance": 1.0}
    again = audit(rows, declared_columns=["shop"], checks={"combination-gap": limits})
    [gap] = again.of("combination-gap")
    assert gap.measured["combination"] == {"category": "returns", "shop": "York"}
    assert again.settings["declared_columns"] == ["shop"]


def test_a_given_update_is_forecast(audit, tickets):
    update = pd.DataFrame({"text": ["refund me", "my money back"], "category": ["refunds"] * 2})
    found = audit(tickets, update=update)
    assert found.forecast.update.kind == "given"
    assert found.forecast.update.categories == ("refunds",)


REFUNDS = pd.DataFrame(
    {
        "text": [f"{ask} for {thing}" for ask in ("refund me", "money back") for thing in THINGS],
        "category": "refunds",
    }
)


@pytest.fixture(scope="module")
def small_model(tmp_path_factory) -> str:
    """A model that is not the embedder: the first layer of the packaged one."""
    model = copy.deepcopy(open_target("all-MiniLM-L6-v2", offline=True).embedder.model)
    model[0].auto_model.encoder.layer = model[0].auto_model.encoder.layer[:1]
    model[0].auto_model.config.num_hidden_layers = 1
    folder = tmp_path_factory.mktemp("models") / "one-layer"
    model.save(str(folder))
    return str(folder)


@pytest.mark.model
def test_the_rung_full_makes_the_update_with_the_target_that_is_named(
    audit, tickets, small_model, tmp_path
):
    found = audit(
        tickets, update=REFUNDS, probe="full", target_model=small_model, cache_dir=str(tmp_path)
    )
    measured = found.forecast.measurement
    assert (found.forecast.probe, found.forecast.chosen) == ("full", "as requested")
    assert measured.target.startswith(small_model)
    assert measured.layers == ("embeddings", "layer 0")
    assert len(list((tmp_path / "fine-tunes").iterdir())) == 1
    auditor.save(found, tmp_path, ["json"])
    assert auditor.load(tmp_path / "audit.json").forecast == found.forecast


@pytest.mark.model
def test_the_rung_full_without_a_row_to_test_on_is_said_and_a_budget_passes_it_over(
    audit, tickets, small_model, tmp_path
):
    """The update is the data: whatever is held out, the update has a copy of it."""
    rows = pd.DataFrame(tickets)
    options = {"update": rows, "target_model": small_model, "cache_dir": str(tmp_path)}
    with pytest.raises(DataError, match="--probe full: no row of the data can be held out"):
        audit(rows, probe="full", **options)
    assert audit(rows, probe=None, budget=1000.0, **options).forecast.probe == "head"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"probe": "full"}, "--probe full runs a trial fine-tune on the update, and none is given"),
        (
            {"target_model": "mine"},
            "--target-model names the model to fine-tune, which only --probe",
        ),
        ({"probe": "full", "update": REFUNDS}, "--embedder hashing: it has no weights"),
        ({"budget": 0.0}, "budget must be seconds, more than 0, not 0"),
    ],
)
def test_what_the_rung_full_lacks_is_said_before_the_work(audit, tickets, options, said):
    with pytest.raises(UsageError, match=said):
        audit(tickets, **options)


def test_a_budget_names_the_rung_it_bought_and_what_it_costs(audit, tickets):
    found = audit(tickets, probe=None, budget=500)
    assert found.forecast.probe == "head"
    assert "of 500 s" in found.forecast.chosen


def test_without_an_update_each_category_is_one_in_turn(found):
    assert found.forecast.update.kind == "simulated"
    assert found.forecast.update.categories == tuple(sorted(found.dataset.categories))


def test_an_update_whose_columns_have_other_names_is_read_all_the_same(audit, tickets):
    rows = [{"ticket text": t["text"], "kind": t["category"]} for t in tickets]
    update = pd.DataFrame({"text": ["refund me", "my money back"], "label": ["refunds"] * 2})
    found = audit(rows, update=update, text="ticket text", label="kind")
    assert found.forecast.update.categories == ("refunds",)


def test_reference_text_needs_no_label(audit, tickets, found):
    reference = pd.DataFrame({"text": [t["text"] for t in tickets[:9]]})
    again = audit(tickets, reference=reference)
    assert fingerprints(again) >= fingerprints(found)


# --- what one text can stand for -------------------------------------------------------------


@pytest.fixture(scope="module")
def doubled(tickets):
    """Eight tickets of billing stand under account too."""
    return [*tickets[:40], *({**t, "category": "account"} for t in tickets[:8])]


def codes(audit):
    return {f.code for f in audit.findings if f.severity != "note"}


def test_several_labels_a_text_are_one_finding_until_they_are_declared(audit, doubled):
    plain, declared = audit(doubled), audit(doubled, multi_label=True)
    assert len(plain.of("multi-label")) == 1
    assert plain.of("label-conflict") == ()
    assert len(plain.of("near-duplicate")) == 8
    for code in ("multi-label", "label-conflict", "near-duplicate"):
        assert declared.of(code) == ()
    other = {
        r: {"billing", "account"} - {doubled[r]["category"]} for r in (*range(8), *range(40, 48))
    }
    accused = {f.rows[0]: f.measured["suggested"] for f in declared.of("label-error")}
    assert [r for r, suggested in accused.items() if suggested in other.get(r, ())] == []
    assert declared.settings["multi_label"] is True
    assert declared.dataset.effective_examples == 48


def test_under_different_system_prompts_a_text_is_no_copy_of_itself(audit, doubled):
    told = [{**t, "system_prompt": f"Answer as {t['category']}."} for t in doubled]
    found = audit(told)
    assert found.dataset.roles["context"] == "system_prompt"
    for code in ("multi-label", "label-conflict", "near-duplicate"):
        assert found.of(code) == ()
    shared = audit([{**t, "system_prompt": "Answer kindly."} for t in doubled])
    assert len(shared.of("near-duplicate")) == 8


def test_under_another_system_prompt_a_test_row_has_not_been_seen(audit, tickets):
    rows = [{**t, "split": "train", "system_prompt": "Be kind."} for t in tickets[:40]]
    rows += [{**r, "split": "test"} for r in rows[:5]]
    assert len(audit(rows).of("split-leakage")) == 1
    rows[40:] = [{**r, "system_prompt": "Be brief."} for r in rows[40:]]
    assert audit(rows).of("split-leakage") == ()


LATE = ("It is late.", "Something is wrong here!", "A customer asks.")


def test_with_a_premise_and_a_hypothesis_both_are_the_text(audit, tickets):
    rows = [
        {"premise": t["text"], "hypothesis": LATE[i % 3], "label": t["category"]}
        for i, t in enumerate(tickets)
    ]
    use = pd.DataFrame([{"hypothesis": LATE[0], "premise": t["text"]} for t in tickets[:9]])
    found = audit(rows, text=["premise", "hypothesis"], reference=use)
    assert found.dataset.roles["text"] == "premise + hypothesis"
    assert found.settings["text"] == ["premise", "hypothesis"]
    assert all(text.rpartition("\n")[2] in LATE for text in found.examples.values())


# --- labels ----------------------------------------------------------------------------------


def test_spellings_of_a_label_are_found_and_mapped(audit, tickets):
    rows = [{**t, "category": t["category"] + " " * (i % 2)} for i, t in enumerate(tickets)]
    plain = audit(rows)
    assert len(plain.of("label-spelling")) == 4
    mapped = audit(rows, label_map={f"{c} ": c for c in plain.dataset.categories if c[-1] != " "})
    assert mapped.of("label-spelling") == ()
    assert sum(m.rows for m in mapped.dataset.mapped_labels) == 25
    assert len(mapped.dataset.categories) == 4


def test_an_audit_of_part_of_a_file_says_so_first(audit, tickets):
    rows = [{**t, "category": t["category"] if i % 3 else None} for i, t in enumerate(tickets)]
    found = audit(rows)
    [unread] = found.of("rejected-rows")
    assert (
        unread.summary == "17 of 50 rows (34%) could not be read (first in row 0: label is missing)"
    )
    assert unread.severity == "error"


def test_rows_of_the_update_that_could_not_be_read_are_told(audit, tickets):
    rows = [("refund me", "refunds"), ("my money back", "refunds"), ("a refund", None)]
    found = audit(tickets, update=pd.DataFrame(rows, columns=["text", "label"]))
    assert (
        "of the update 1 of 3 rows (33%) could not be read (first in row 2: label is missing)"
        in [s.reason for s in found.skipped if s.code == "forecast"]
    )


# --- options, settings, saving ---------------------------------------------------------------


def test_options_win_over_settings(quick, tickets):
    settings = auditor.Settings(seed=4, **{**quick, "map_points": 12})
    found = auditor.audit(pd.DataFrame(tickets), settings=settings, map_points=8)
    assert (found.settings["seed"], found.settings["map_points"]) == (4, 8)
    assert len(found.map) == 8


@pytest.mark.parametrize(
    ("option", "said"),
    [("probes", "did you mean 'probe'?"), ("foo", "known: batch_size, budget, cache_dir")],
)
def test_an_unknown_option_is_refused_with_those_that_are_known(audit, tickets, option, said):
    with pytest.raises(UsageError) as raised:
        audit(tickets, **{option: "head"})
    assert str(raised.value).startswith(f"audit(): unknown option '{option}'; {said}")


def test_a_column_that_is_named_by_a_number_is_to_be_named_by_a_string(audit, tickets):
    with pytest.raises(UsageError, match='each named as a string such as "0", not 0'):
        audit(tickets, text=0)


def test_an_error_names_the_option_that_named_the_model(audit, tickets):
    with pytest.raises(MachineError, match=r"^--target-model models/foo/bar: no such folder"):
        audit(tickets, update=REFUNDS, probe="full", target_model="models/foo/bar")
    with pytest.raises(MachineError, match=r"^--embedder models/foo/bar: no such folder"):
        audit(tickets, update=REFUNDS, probe="full", embedder="models/foo/bar")


def test_an_option_with_a_value_that_does_not_exist_is_refused(audit, tickets):
    with pytest.raises(UsageError, match="heads"):
        audit(tickets, probe="heads")


def test_roles_are_named_as_options(audit, tickets):
    found = audit(tickets, roles={"group": "source"})
    assert found.dataset.roles["group"] == "source"
    assert set(found.dataset.roles) <= set(ROLES)


def test_progress_hears_of_each_stage(audit, tickets):
    heard = []
    audit(tickets, progress=lambda stage, done, total: heard.append(stage))
    stages = ["reading", "model", "embedding", "structure", "forecast", "map"]
    assert list(dict.fromkeys(heard)) == stages


def test_what_is_neither_a_path_nor_a_table_is_refused(quick):
    with pytest.raises(UsageError, match=r"expected a path, a DataFrame, .* found int"):
        auditor.audit(42, **quick)


def test_a_missing_file_is_an_error_with_its_name(quick):
    with pytest.raises(DataError, match=r"nowhere\.csv: no such file"):
        auditor.audit("nowhere.csv", **quick)


def test_an_audit_is_saved_and_loaded_whole(found, tmp_path):
    paths = auditor.save(found, tmp_path)
    assert [p.name for p in paths] == ["report.html", "audit.json", "relabel.csv", "collect.csv"]
    assert auditor.load(tmp_path / "audit.json") == found


def test_a_report_is_rendered_again_from_the_json_alone(found, tmp_path):
    auditor.save(found, tmp_path)
    again = auditor.load(tmp_path / "audit.json")
    page = auditor.save_html(again, tmp_path / "again.html")
    assert page.read_bytes() == (tmp_path / "report.html").read_bytes()


def test_findings_are_a_table_with_a_line_for_each_row(found, tickets, faults):
    table = found.to_frame()
    copies = table[table["code"] == "near-duplicate"]
    assert set(faults["near-duplicate"]) <= set(copies["row"])
    conflict = table[table["code"] == "label-conflict"]
    labels = {row: tickets[row]["category"] for row in faults["label-conflict"]}
    assert dict(zip(conflict["row"], conflict["label"], strict=True)) == labels
    assert all(tickets[row]["text"] == text for row, text in table[["row", "text"]].dropna().values)


def test_public_names_are_there_and_others_are_not():
    assert {name for name in auditor.__all__ if getattr(auditor, name) is None} == set()
    with pytest.raises(AttributeError, match="no attribute 'audits'"):
        _ = auditor.audits


# --- labels that are noise --------------------------------------------------------------------

OPENERS = (
    *("Hello,", "Good morning:", "A question.", "It is urgent!", "Second time I write:"),
    *("Dear team,", "To whom it may concern,", "Sorry to bother you,", "Once more:", "Hi there,"),
)
PROBLEMS = {
    "billing": (
        *("the invoice counts one month twice", "my card was charged for somebody else's order"),
        *("the discount is missing from the bill", "the tax on the receipt is wrong"),
        "a direct debit left my account early",
    ),
    "delivery": (
        *("the parcel lies in the rain", "the courier never rang", "tracking has not moved"),
        *("the driver took it to the neighbours", "half of the order is still on its way"),
    ),
}
CLOSERS = ("what now", "please look into it", "can someone call me back")


def messages() -> list[tuple[str, str]]:
    """300 of them, (text, subject)."""
    return [
        (f"{opener} {problem}, {closer}", subject)
        for subject, problems in PROBLEMS.items()
        for opener in OPENERS
        for problem in problems
        for closer in CLOSERS
    ]


def test_labels_that_say_what_the_texts_say_are_no_noise(audit):
    data = pd.DataFrame(messages(), columns=["text", "label"])
    assert audit(data).of("label-noise") == ()


def test_labels_by_a_coin_are_an_error_of_the_whole_set(audit):
    data = pd.DataFrame(messages(), columns=["text", "label"])
    data["label"] = np.random.default_rng(1).choice(["yes", "no"], len(data))
    [found] = audit(data).of("label-noise")
    assert (found.severity, found.category, len(found.rows)) == ("error", None, 300)
    assert "no better than by chance" in found.summary
