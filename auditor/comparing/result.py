"""What was found, measured and retained, put together with the texts that it points at."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.comparing.measures import Measures
from auditor.comparing.retained import Retained
from auditor.comparing.structure import PooledStructure
from auditor.records.arrays import Ints
from auditor.records.audit import UnreadTexts
from auditor.records.comparison import Comparison
from auditor.settings import Settings
from auditor.summary import provenance


def put_together(
    structure: PooledStructure,
    measures: Measures,
    retained: Retained,
    settings: Settings,
    split_by: str | None,
    unread: UnreadTexts | None,
) -> Comparison:
    """The comparison, with its texts."""
    composition, basis, pool = measures.composition, retained.basis, structure.pool
    base_rows, candidate_rows = _rows_pointed_at(measures)
    origin = provenance(structure.embeddings, settings)
    return Comparison(
        base=composition.base,
        candidate=composition.candidate,
        kept=composition.kept,
        added=composition.added,
        removed=composition.removed,
        update=basis.update,
        chosen=basis.chosen,
        skill=basis.skill,
        provenance=basis.provenance,
        matched=retained.matched,
        full=retained.full,
        unseen=retained.unseen,
        unseen_reason=retained.unseen_reason,
        random_split=retained.random_split,
        regions=measures.regions,
        amplification=measures.amplification,
        agreement=measures.agreement,
        near_copies=composition.near_copies,
        diversity=measures.diversity,
        diversity_rows=measures.diversity_rows,
        two_sample=measures.two_sample,
        examples=_texts(pool.dataset.texts, pool.candidate_rows, candidate_rows),
        base_examples=_texts(pool.dataset.texts, pool.base_rows, base_rows),
        skipped=retained.skipped,
        settings={**origin["settings"], "split_by": split_by},
        embedder=origin["embedder"],
        versions=origin["versions"],
        unread=unread,
    )


def _rows_pointed_at(measures: Measures) -> tuple[set[int], set[int]]:
    """Rows of the base's file, and of the candidate's."""
    pairs = list(measures.composition.near_copies.pairs)
    base = {row for region in measures.regions for row in region.base_rows}
    candidate = {row for region in measures.regions for row in region.candidate_rows}
    if measures.amplification:
        base |= {p.base_row for p in measures.amplification.largest}
        candidate |= {row for p in measures.amplification.largest for row in p.rows}
    if measures.agreement:
        pairs += [(d.base_row, d.candidate_row) for d in measures.agreement.disagreements]
    return base | {one for one, _ in pairs}, candidate | {other for _, other in pairs}


def _texts(texts: Iterable[str], file_rows: Ints, wanted: set[int]) -> dict[str, str]:
    """Row of a file -> text, of the rows `wanted`; file_rows (n,): of each text."""
    known = dict(zip(file_rows.tolist(), texts, strict=True))
    return {str(row): known[row] for row in sorted(wanted)}
