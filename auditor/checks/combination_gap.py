"""combination-gap: values of declared columns that hardly meet, though each of them is common.

Patterns over two or three columns (the label, the declared ones, and the source) are counted and
compared with what they would be if the columns were independent. Of those that lack rows, only the
most general are reported: that there is no French refund for one product is no news where there is
no French refund at all (maximal uncovered patterns: Asudeh, Jin and Jagadish 2019, Assessing and
remedying coverage for a given dataset, ICDE). A blank value is unknown: its row counts in no
pattern of that column. Chance is that of independent draws: of copies, and of the rows of a group,
the first in canonical order counts.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from scipy.stats import binom

from auditor.checks.limits import limit
from auditor.records.arrays import Ints, Mask, Table
from auditor.records.evidence import Evidence
from auditor.records.findings import Finding, SkippedCheck
from auditor.statistics import holm

WIDTHS = (2, 3)  # columns a pattern; one alone has nothing to be independent of, four no reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """The values of one column, numbered."""

    name: str
    values: tuple[str, ...]
    codes: Ints  # (n,) index into `values`; -1 where blank


@dataclass(frozen=True, slots=True, kw_only=True)
class Combinations:
    """The combinations of some columns' values that ought to have rows."""

    columns: tuple[Attribute, ...]
    cells: Ints  # (m, len(columns)) the values' codes
    rows: Ints  # (m,) how many there are
    expected: Table  # (m,) how many there would be if the columns were independent
    chance: Table  # (m,) that there are so few if the columns are independent

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    def pattern(self, cell: int) -> dict[str, str]:
        codes = zip(self.columns, self.cells[cell].tolist(), strict=True)
        return {column.name: column.values[code] for column, code in codes}


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinationGap:
    code: ClassVar[str] = "combination-gap"
    title: ClassVar[str] = "Rare combinations of values"
    needs: ClassVar[tuple[str, ...]] = ("declared",)
    quotes: ClassVar[tuple[str, ...]] = ("combination",)
    names: ClassVar[tuple[str, ...]] = ("columns",)

    fewest: int = limit(
        5,
        "A combination is rare below this number of rows (one for each of five folds), or below "
        "this part of the rows expected if the columns were independent: five times fewer.",
    )
    part: float = limit(0.2)
    expected: float = limit(
        10.0,
        "Expected rows from which a combination is tested: where ten are expected there is none "
        "once in 22,000 times; with fewer, some of a thousand combinations are empty by chance.",
    )
    by_chance: float = limit(
        0.05,
        "The chance that a set with independent columns has any finding (Holm's correction "
        "over all combinations).",
    )
    values: int = limit(
        200,
        "Distinct values above which a column holds ids or measurements, not kinds.",
    )
    tied: float = limit(
        0.5,
        "Share of two columns' combinations that may be rare; above that, one column follows from "
        "the other (a city from its region), and what is missing cannot exist.",
    )

    def find(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        if evidence.declared is None:
            return
        columns = []
        for column in _columns(evidence):
            if len(column.values) <= self.values:
                columns.append(column)
                continue
            many = f"column {column.name} has {len(column.values)} different values"
            reason = f"{many}, more than {self.values}: ids or measurements make no combinations"
            yield SkippedCheck(code=self.code, reason=reason)
        units = evidence.units
        tables: list[Combinations] = []
        depending: list[frozenset[str]] = []
        for chosen in (c for width in WIDTHS for c in combinations(columns, width)):
            table = self._table(chosen, units)
            if not len(table.cells) or any(pair <= table.names for pair in depending):
                continue
            thin = int(self._thin(table).sum())
            if thin <= self.tied * len(table.cells):
                tables.append(table)
                continue
            depending.append(table.names)
            of = f"{thin} of {len(table.cells)} combinations are rare"
            names = " and ".join(column.name for column in chosen)
            yield SkippedCheck(code=self.code, reason=f"{names} depend on one another: {of}")
        yield from self._findings(evidence, tables)

    def _thin(self, table: Combinations) -> Mask:
        return table.rows < np.maximum(self.fewest, self.part * table.expected)

    def _table(self, columns: tuple[Attribute, ...], units: Ints) -> Combinations:
        """The combinations of which enough are expected to miss them."""
        known = np.all([column.codes >= 0 for column in columns], axis=0)
        codes = np.stack([column.codes[known] for column in columns])
        total, shape = codes.shape[1], [len(column.values) for column in columns]
        cells, share = np.zeros((1, 0), dtype=np.int64), np.ones(1)
        for column, size in zip(codes, shape, strict=True):
            share = np.outer(share, _part(column, size)).ravel()
            cells = np.c_[np.repeat(cells, size, axis=0), np.tile(np.arange(size), len(cells))]
            kept = share * total >= self.expected  # another column makes it no more
            share, cells = share[kept], cells[kept]
        keys, wanted = _keys(codes, shape), _keys(cells.T, shape)
        first_of_unit = np.unique(units[known], return_index=True)[1]
        parts = [
            _part(c[first_of_unit], size)[v]
            for c, size, v in zip(codes, shape, cells.T, strict=True)
        ]
        return Combinations(
            columns=columns,
            cells=cells,
            rows=_count(keys, wanted),
            expected=share * total,
            chance=_at_most(
                _count(keys[first_of_unit], wanted), len(first_of_unit), np.prod(parts, axis=0)
            ),
        )

    def _findings(self, evidence: Evidence, tables: Sequence[Combinations]) -> Iterator[Finding]:
        if not tables:
            return
        ends = np.cumsum([len(t.chance) for t in tables])[:-1]
        adjusted = np.split(holm(np.concatenate([t.chance for t in tables])), ends)
        uncovered: list[set[tuple[str, str]]] = []
        found: list[tuple[float, float, Combinations, int]] = []
        for table, p in zip(tables, adjusted, strict=True):  # pairs before threes
            for cell in np.flatnonzero(self._thin(table) & (p <= self.by_chance)).tolist():
                pattern = set(table.pattern(cell).items())
                if not any(general < pattern for general in uncovered):
                    uncovered.append(pattern)
                    found.append((float(p[cell]), float(table.expected[cell]), table, cell))
        for p_value, _, table, cell in sorted(found, key=lambda f: (f[0], -f[1])):
            yield self._finding(evidence, table, cell, p_value)

    def _finding(self, evidence: Evidence, table: Combinations, cell: int, p: float) -> Finding:
        pattern, rows = table.pattern(cell), int(table.rows[cell])
        expected = float(table.expected[cell])
        min_rows = max(self.fewest, math.ceil(self.part * expected))
        inside = [c.codes == v for c, v in zip(table.columns, table.cells[cell], strict=True)]
        names, plural = " and ".join(pattern), "1 row" if rows == 1 else f"{rows} rows"
        return evidence.finding(
            code=self.code,
            severity="warning",
            category=pattern.get(_label(evidence)),
            members=np.flatnonzero(np.all(inside, axis=0)),
            summary=f"a combination of {names} has {plural}; "
            f"{expected:.0f} would be expected if the columns were independent",
            measured={
                "rows": rows,
                "expected": expected,
                "columns": list(pattern),
                "combination": pattern,
                "chance": float(f"{p:.2g}"),  # of any so rare, all combinations considered
            },
            limit={"rows": min_rows, "chance": self.by_chance},
            advice=f"Collect {min_rows - rows} rows of this combination or more, "
            "unless it cannot occur.",
            quoted=[f"{name}={value}" for name, value in pattern.items()],
        )


def _label(evidence: Evidence) -> str:
    return evidence.dataset.roles["label"]


def _columns(evidence: Evidence) -> Iterator[Attribute]:
    """The label, the declared columns, and the source, each column of the file once."""
    examples, roles = evidence.dataset.examples, evidence.dataset.roles
    values: dict[str, list[str | None]] = {_label(evidence): [e.category for e in examples]}
    values |= evidence.declared or {}
    if "source" in roles:
        values[roles["source"]] = [e.source for e in examples]
    for name, column in values.items():
        distinct = tuple(sorted({v for v in column if v is not None}))
        number = {v: i for i, v in enumerate(distinct)}
        codes = [-1 if v is None else number[v] for v in column]
        yield Attribute(name=name, values=distinct, codes=np.array(codes, dtype=np.int64))


def _at_most(rows: Ints, total: int, share: Table) -> Table:
    """(m,) chance of so few of `total` rows; a little above that with the columns' counts given."""
    return np.asarray(binom.cdf(rows, total, share), dtype=np.float64)


def _part(codes: Ints, size: int) -> Table:
    """(size,) share of each value among `codes` (n,)."""
    return np.asarray(np.bincount(codes, minlength=size) / max(len(codes), 1), dtype=np.float64)


def _keys(codes: Ints, shape: Sequence[int]) -> Ints:
    """(n,) one number for each combination of `codes` (columns, n)."""
    return np.asarray(np.ravel_multi_index(tuple(codes), tuple(shape)), dtype=np.int64)


def _count(keys: Ints, wanted: Ints) -> Ints:
    """(m,) how often each of `wanted` is among `keys` (n,)."""
    found = np.sort(keys)
    first, last = (np.searchsorted(found, wanted, side) for side in ("left", "right"))
    return np.asarray(last - first, dtype=np.int64)
