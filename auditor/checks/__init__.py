"""Stage 4: evidence -> findings. One file a finding code; the registry is the tuple `CHECKS`.

    rejected_rows.py            rows that could not be read
    fragile_category.py         categories that the update is expected to take
    template_dominance.py       rows of a category that are filled from one template
    template_shortcut.py        templates that reveal the label
    illusion_gap.py             accuracy that a category has on a random split alone
    coverage_gap.py             subtypes with hardly any examples
    combination_gap.py          values of declared columns that hardly meet
    label_spelling.py           one label, written in several ways
    multi_label.py              texts under several labels, as if they had them all
    label_conflict.py           copies under different labels (`favoured.py`: which one is likely)
    label_noise.py              labels that the texts do not predict, and the share of wrong ones
    label_error.py              labels that are likely wrong
    annotator_inconsistency.py  people who label alike cases in different ways (`annotators.py`;
                                `agreement.py`: several of one text, `scales.py`: by which steps)
    near_duplicate.py           one example, several times
    split_leakage.py            other splits that training has seen
    class_imbalance.py          categories with far fewer rows than an even share
    reference_gap.py            what real use has and training lacks
    limits.py                   a limit: a field of a check, with the reason for its default
    naming.py                   how a reason names the categories that it is about

A check is a frozen dataclass: its fields are its limits, each with a default and the reason for
it, which `auditor explain` and the report print, and can be set in `[tool.auditor.checks.<code>]`.
It yields findings surest first. What cannot be assessed is said (`SkippedCheck`), never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable

from auditor.checks.annotator_inconsistency import AnnotatorInconsistency
from auditor.checks.class_imbalance import ClassImbalance
from auditor.checks.combination_gap import CombinationGap
from auditor.checks.coverage_gap import CoverageGap
from auditor.checks.fragile_category import FragileCategory
from auditor.checks.illusion_gap import IllusionGap
from auditor.checks.label_conflict import LabelConflict
from auditor.checks.label_error import LabelError
from auditor.checks.label_noise import LabelNoise
from auditor.checks.label_spelling import LabelSpelling
from auditor.checks.multi_label import MultiLabel
from auditor.checks.near_duplicate import NearDuplicate
from auditor.checks.reference_gap import ReferenceGap
from auditor.checks.rejected_rows import RejectedRows
from auditor.checks.split_leakage import SplitLeakage
from auditor.checks.template_dominance import TemplateDominance
from auditor.checks.template_shortcut import TemplateShortcut
from auditor.interfaces import Check
from auditor.records.evidence import Evidence, NotComputed
from auditor.records.findings import Finding, SkippedCheck

CHECKS: tuple[Check, ...] = (
    RejectedRows(),
    FragileCategory(),
    TemplateDominance(),
    TemplateShortcut(),
    IllusionGap(),
    CoverageGap(),
    CombinationGap(),
    LabelSpelling(),
    MultiLabel(),
    LabelConflict(),
    LabelNoise(),
    LabelError(),
    AnnotatorInconsistency(),
    NearDuplicate(),
    SplitLeakage(),
    ClassImbalance(),
    ReferenceGap(),
)

WITHOUT = {
    "declared": "no column was named with --column",
    "who_labelled": "no column says who labelled a row",
    "copies_across": "no test split in this file",
    "reference": "no --reference text was given",
    **dict.fromkeys(
        ("label_noise", "label_errors", "out_of_fold", "several_categories"),
        "there is only one category, so its labels cannot be checked against others",
    ),
    "pattern_alone": "there is no template",
    "template_leakage": "there is no template",
    "forecast": "there is only one category, so forgetting cannot be forecast",
}


def run_checks(
    evidence: Evidence, checks: Iterable[Check]
) -> tuple[tuple[Finding, ...], tuple[SkippedCheck, ...]]:
    """Every check's findings, and what was skipped, with the reason."""
    findings: list[Finding] = []
    skipped: list[SkippedCheck] = []
    for check in checks:
        if (reason := lacking(evidence, check)) is not None:
            skipped.append(SkippedCheck(code=check.code, reason=reason))
            continue
        if "readable" in check.needs and (some := evidence.embeddings.unread()):
            skipped.append(SkippedCheck(code=check.code, reason=f"not for all rows: {some}"))
        for result in check.find(evidence):
            if isinstance(result, Finding):
                findings.append(result)
            else:
                skipped.append(result)
    return tuple(findings), tuple(skipped)


def lacking(evidence: Evidence, check: Check) -> str | None:
    """Why the check cannot be made on the evidence; None where it can."""
    for need in check.needs:
        found = getattr(evidence, need)
        if isinstance(found, NotComputed):
            return f"{need.replace('_', ' ')}: not computed"
        if found is None:
            return _reason(evidence, need)
    return None


def _reason(evidence: Evidence, need: str) -> str:
    if need == "readable":
        return evidence.embeddings.unread()
    return (need == "forecast" and evidence.unforecast) or WITHOUT[need]
