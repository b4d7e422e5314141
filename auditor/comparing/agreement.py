"""Label agreement: do near rows of the two sets have the same label?"""

from __future__ import annotations

from collections import Counter

import numpy as np

from auditor.comparing.estimates import share_of
from auditor.comparing.source_rows import SourceRows
from auditor.records.arrays import Ints
from auditor.records.comparison import Agreement, Disagreement
from auditor.records.dataset import Dataset

MAX_SHOWN = 8  # disagreements that are shown, and confusions


def label_agreement(
    dataset: Dataset, found: SourceRows, base_rows: Ints, candidate_rows: Ints
) -> Agreement | None:
    """The labels of copies and paraphrases compared with their source rows'; None without any.

    dataset: the pool; base_rows, candidate_rows (n,): file row of each position. The interval
    (Wilson 1927) counts each source row once, whatever the number of its paraphrases.
    """
    hits = np.flatnonzero(found.matched)
    if not len(hits):
        return None
    codes, names = dataset.codes, dataset.categories
    left, right = codes[found.source[hits]], codes[found.added[hits]]
    same = left == right
    wrong = hits[~same]
    order = wrong[np.lexsort((found.added[wrong], -found.cosine[wrong]))]
    # Of n copies of one text and m of the other, the first of each stand for all.
    shown: dict[tuple[str, str], int] = {}
    for i in order.tolist():
        shown.setdefault((dataset.texts[found.source[i]], dataset.texts[found.added[i]]), i)
    confused = Counter((names[a], names[b]) for a, b in zip(left[~same], right[~same], strict=True))
    return Agreement(
        pairs=len(hits),
        same=int(same.sum()),
        share=share_of(float(same.mean()), len(np.unique(found.source[hits]))),
        disagreements=tuple(
            Disagreement(
                base_row=int(base_rows[found.source[i]]),
                candidate_row=int(candidate_rows[found.added[i]]),
                base_category=names[codes[found.source[i]]],
                candidate_category=names[codes[found.added[i]]],
                cosine=round(float(found.cosine[i]), 3),
            )
            for i in [*shown.values()][:MAX_SHOWN]
        ),
        confusions=tuple(
            (a, b, n)
            for (a, b), n in sorted(confused.items(), key=lambda x: (-x[1], x[0]))[:MAX_SHOWN]
        ),
    )
