"""What the numbers of a finding are called on the page: each name says what the number is."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.reporting.wording import label

_NAMES: Mapping[str, str] = {
    "accuracy": "accuracy on rows not trained on",
    "all_from": "all rows from",
    "alpha": "Krippendorff's alpha",
    "alpha_interval": "80% interval of alpha",
    "alike_to_the_eye": "look the same",
    "between_these_labels": "conflicts between these labels",
    "certainty": "kind of conflict",
    "chance": "probability by chance",
    "confused": "most confused labels",
    "coverage": "share of a row that is fixed words",
    "declared": "values of declared columns",
    "difference": "what differs",
    "distinctiveness": "how specific to this label (100: all of its rows, no others)",
    "effective_examples": "effective examples (copies add little)",
    "effective_templates": "effective number of templates and single rows",
    "even_share": "rows at an even share",
    "excess": "weight of the fixed words beyond what unrelated texts share",
    "expected": "rows expected if the columns were independent",
    "expected_drop": "average loss during the update",
    "favoured_from": "a label is recommended from",
    "favours": "recommended label",
    "first": "first of them",
    "fixed_tokens": "fixed words",
    "gap": "accuracy that comes from templates",
    "half_of_accuracy": "or where more than this share of the accuracy is lost",
    "identifiable": "reliable estimate",
    "items": "texts with several annotators",
    "items_under_two_labels": "of these with different labels",
    "kind": "leak by",
    "lift": "times as common in these templates",
    "lower_bound": "reported where that lower end is above",
    "nearest_outside_rows": "closest rows of other kinds",
    "pattern_from": "a pattern from so many conflicts",
    "patterns": "templates",
    "placebo": "difference of two random splits (control)",
    "rank": "place in the order of forgetting",
    "rate": "labels that differ from the models",
    "repeated": "wording that recurs from row to row",
    "review_from": "shown for review from a cosine similarity of",
    "score": "score of the gap (z)",
    "separation": "distance from the rest of the category (cosine)",
    "skill": "skill (0 is chance, 1 is perfect)",
    "skill_high": "upper end of the skill (0 is chance, 1 is perfect)",
    "typical_row": "typical row",
    "units": "independent rows (copies and groups count once)",
    "usual_rate": "usual for these categories",
    "warning_from": "a warning from",
    "with_another_label": "of these with another label in training",
}
# The same key of another check is another number.
_OF_CHECK: Mapping[tuple[str, str], str] = {
    ("annotator-inconsistency", "excess"): "share of labels beyond the usual",
    ("label-noise", "chance"): "accuracy by chance",
    ("label-noise", "share"): "share of wrong labels",
    ("template-dominance", "share"): "share of the category",
    ("template-shortcut", "share"): "rows whose label the template reveals",
    ("template-shortcut", "share_of_data"): "this label, of all rows",
    ("template-shortcut", "share_in_such_frames"): "this label, of all rows in these templates",
    ("template-shortcut", "accuracy_on_framed_rows"): "accuracy on rows filled from a template",
    ("template-shortcut", "frames"): "templates",
}
_ENDS = {"low": "lower end of the interval", "high": "upper end of the interval"}


def fact_name(code: str, key: str) -> str:
    """A key of a finding's `measured` or `limit`, as a reader understands it."""
    named = _OF_CHECK.get((code, key)) or _NAMES.get(key)
    of, _, end = key.rpartition("_")
    if named is None and end in _ENDS:
        return f"{fact_name(code, of)}, {_ENDS[end]}" if of else _ENDS[end]
    return named or label(key)
