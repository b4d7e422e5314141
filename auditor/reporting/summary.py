"""The few lines on stdout: what was read, what is surest, what goes first, where it all lies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from textwrap import fill

from auditor.errors import UsageError
from auditor.label_spelling import visible
from auditor.records.audit import Audit
from auditor.records.findings import Limit
from auditor.records.forecast import Backtest, Forecast, UpdateSkill
from auditor.reporting import headline, label_errors, wording
from auditor.reporting.codes import codes, explain, reading_order
from auditor.reporting.forgetting import (
    all_taken,
    before_and_end,
    end_interval,
    halved,
    last_step,
    set_loss_in_short,
)
from auditor.reporting.inert import one_line
from auditor.reporting.mitigations import mitigations
from auditor.reporting.terminal import cut, left, wrapped
from auditor.reporting.undone import REASONS, rejects, skips

_COLUMNS = 100
_CODES = 8
_SKIPPED = 3
_FORECAST_LINES = 4  # of why there is none
_WHOLE = 10_000  # columns of what is not cut here


def summarise_audit(audit: Audit, paths: Sequence[str | Path] = ()) -> str:
    """About 25 lines of 100 columns, inert on a terminal and in a CI log: how many errors and
    warnings first, and last the page to open."""
    lines = [one_line(line) for line in _lines(audit)]
    # A path is there to be copied, so it is never cut.
    lines += [one_line(f"Written   {path}", _WHOLE) for path in paths]
    pages = [path for path in paths if Path(path).suffix == ".html"]
    lines += [one_line(f"Next      open {page}", _WHOLE) for page in pages[:1]]
    return "\n".join(lines) + "\n"


def _lines(audit: Audit) -> Iterator[str]:
    found, data = headline.headline(audit), audit.dataset
    yield f"Verdict   {found.training}"
    rejected = f", {len(data.rows_rejected):,} rejected" if data.rows_rejected else ""
    yield (
        f"Read      {data.name}: {wording.count(data.rows_read, 'row', 'rows')}{rejected}, "
        f"{wording.count(len(data.categories), 'category', 'categories')}{_but_for_spelling(audit)}"
    )
    for at, line in enumerate(rejects(data.rows_rejected, REASONS)):
        yield f"{'' if at else 'Rejected':<10}{line}"
    yield f"Columns   {', '.join(f'{role}: {column}' for role, column in data.roles.items())}"
    if data.mapped_labels:
        mapped = (f"{visible(m.label)} as {m.category} ({m.rows:,})" for m in data.mapped_labels)
        yield f"Labels    read {wording.listing(mapped)}"
    yield from _wrapped("Language", found.unread)
    yield from _findings(audit)
    yield from _labels(audit)
    yield from _forecast(audit, found)
    yield from _mitigations(audit)
    yield from _first(found)
    skipped = skips(audit.skipped)
    for skip in skipped[:_SKIPPED]:
        yield f"Skipped   {skip.code}: {skip.reason}"
    if len(skipped) > _SKIPPED:
        yield f"Skipped   {len(skipped) - _SKIPPED} more, see the report"


def _but_for_spelling(audit: Audit) -> str:
    """How many categories there would be if spellings of one label were one."""
    of = audit.dataset.categories
    known = [
        sum(spelled["label"] in of for spelled in finding.measured["spellings"])
        for finding in audit.of("label-spelling")
    ]
    surplus = sum(max(n - 1, 0) for n in known)
    return f" ({len(of) - surplus} without spelling variants)" if surplus else ""


def _findings(audit: Audit) -> Iterator[str]:
    codes = reading_order(f.code for f in audit.findings)
    head = "Findings  "
    for code in codes[:_CODES]:
        found = label_errors.single(audit.of(code)) or audit.of(code)
        yield f"{head}{len(found):>4} {code:<19} {found[0].summary}"
        head = " " * len(head)
    if len(codes) > _CODES:
        yield f"{head}{len(codes) - _CODES:>4} more codes, see the report"


def _labels(audit: Audit) -> Iterator[str]:
    """How many labels are wrong, of those listed and of all, and how many could be either."""
    head = "Labels    "
    for sentence in label_errors.sentences(audit):
        for line in wrapped(one_line(sentence, _WHOLE), _COLUMNS - len(head)):
            yield head + line
            head = " " * len(head)


def _wrapped(head: str, text: str) -> Iterator[str]:
    """A text of several lines beside what it is about; nothing of no text."""
    for place, line in enumerate(wrapped(one_line(text, _WHOLE), _COLUMNS - 10)):
        yield f"{'' if place else head:<10}{line}"


def _forecast(audit: Audit, found: headline.Headline) -> Iterator[str]:
    if audit.forecast is None:
        return
    if not found.first:
        said = one_line(found.forgetting.removeprefix("Forecast for "), _WHOLE)
        for at, line in enumerate(wrapped(said, _COLUMNS - 10, _FORECAST_LINES)):
            yield f"{'' if at else 'Forecast':<10}{line}"
        yield from _scored_on(audit.forecast)
        return
    yield from _endings(audit.forecast, found)
    for danger in found.dangers:
        yield f"          {wording.danger(danger.update, danger.categories)}"
    yield (
        f"          {wording.effort(audit.forecast)}, --probe {audit.forecast.probe}: "
        f"{audit.forecast.chosen}"
    )
    yield from _wrapped("", wording.unmeasured_recipe(audit.forecast))
    yield from _scored_on(audit.forecast)
    unsure = sum(not c.identifiable for c in audit.forecast.categories)
    if unsure:
        yield f"          no reliable estimate for {unsure} of {len(audit.forecast.categories)}"
    if unlearnt := [c.category for c in audit.forecast.categories if not c.learnt]:
        names = wording.listing(unlearnt)
        yield f"          of {names} nothing was learnt before: what is lost cannot be estimated"


def _endings(forecast: Forecast, found: headline.Headline) -> Iterator[str]:
    """Where accuracy ends, in the order in which it falls, and what the whole set loses."""
    columns = f"accuracy before → at the end (step {last_step(forecast)}), forgotten first:"
    title = wording.update_title(forecast)
    if taken := all_taken(forecast):
        yield from _wrapped("Forecast", taken)
        yield f"{'':<10}{columns}"
    elif len(f"Forecast  {title}; {columns}") <= _COLUMNS:
        yield f"Forecast  {title}; {columns}"
    else:
        yield f"Forecast  {title}"
        yield f"{'':<10}{columns}"
    for category in found.first:
        fell = f"; {halved(category)}" if halved(category) else ""
        yield (
            f"{'':<10}{before_and_end(category):>12}  "
            f"(80% interval {end_interval(category)}{fell})  {category.category}"
        )
    if found.then:
        yield f"{'':<10}then {found.then}"
    for line in set_loss_in_short(forecast):
        yield f"{'':<10}{line}"


def _first(found: headline.Headline) -> Iterator[str]:
    """What to do first: for this update, and for the data."""
    yield f"Protect   {found.protect[0]}"
    yield f"Fix       {'; '.join(action.title for action in found.actions) or 'nothing'}"


def _mitigations(audit: Audit) -> Iterator[str]:
    """What each mitigation kept, a line each."""
    tried = mitigations(audit.forecast)
    if tried is None:
        return
    of = wording.count(tried.of, "category", "categories")
    yield (
        f"Tried     accuracy of {of} at the end, {wording.percent(tried.before)} before (80% "
        "interval); of the update"
    )
    for kept in tried.with_alone:
        verdict = (
            "" if kept is tried.alone else f"{kept.verdict}, {kept.saved} of {tried.of} saved; "
        )
        interval = "" if kept is tried.alone else f" ({kept.interval})"
        yield (
            f"          {kept.name:<16} {wording.percent(kept.accuracy):>4}{interval:<14}"
            f"{wording.percent(kept.learnt):>5}  {verdict}{kept.cost}"
        )


def _scored_on(forecast: Forecast) -> Iterator[str]:
    for sentence in wording.scored_on(forecast):
        yield f"          {sentence[0].lower()}{sentence[1:].rstrip('.')}"


def list_codes() -> str:
    """A line for each code that `auditor explain` knows."""
    lines = [f"{name:<24}{words.title}" for name, words in codes().items()]
    return "\n".join([*lines, "", "auditor explain CODE says more about each."]) + "\n"


def explanation(name: str, limits: Mapping[str, Iterable[Limit]]) -> str:
    """The whole explanation of a code. Raises UsageError, with the nearest one, for no code."""
    known = codes()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}"
        raise UsageError(f"unknown code {name!r}{hint}")
    lines = [f"{name}: {known[name].title}"]
    for part in explain(name, limits.get(name, ())):
        lines += ["", part.title]
        hanging = "    " if len(part.lines) > 1 else "  "
        lines += [
            fill(s, 88, initial_indent="  ", subsequent_indent=hanging, break_on_hyphens=False)
            for s in part.lines
        ]
    return "\n".join(lines) + "\n"


_SAID = ("forecast", "refitted", "centroid", "size", "accuracy")


def summarise_backtest(found: Backtest) -> str:
    """A line an update: what was lost, and how each forecast of it ranked the categories.

    A figure is a rank correlation; the last line is their mean share of what seed noise allows.
    """
    head = f"{'update':<28}{'drop':>7}" + "".join(f"{name:>10}" for name in (*_SAID, "ceiling"))
    lines = [
        f"Measured  {wording.count(len(found.updates), 'update', 'updates')} of {found.dataset}, "
        f"{wording.count(found.seeds, 'fine-tune', 'fine-tunes')} each; forecast by "
        f"--probe {found.fidelity}",
        "          drop: loss of accuracy, average during the update; others: rank correlation",
        head,
        *(_skills(u) for u in found.updates),
        f"{'mean share of the ceiling':<35}" + "".join(_share(found, name) for name in _SAID),
    ]
    lines = [one_line(line, columns=100) for line in lines]
    lines.append(one_line(f"Updates   {found.folder}", _WHOLE))
    if found.coefficients:
        lines.append(one_line(f"Refitted  {found.coefficients}", _WHOLE))
    else:
        lines.append("Refitted  no: it needs three updates whose random seeds agree")
    return "\n".join(lines) + "\n"


def _skills(update: UpdateSkill) -> str:
    figures = [getattr(update, said) for said in (*_SAID, "ceiling")]
    return f"{left(cut(update.update, 27), 28)}{update.drop:>7.2f}" + "".join(map(_figure, figures))


def _share(found: Backtest, name: str) -> str:
    """Of one forecast, over the updates whose ceiling is known."""
    pairs = [(getattr(u, name), u.ceiling) for u in found.updates if u.ceiling]
    shares = [rho / ceiling for rho, ceiling in pairs if rho is not None]
    return _figure(sum(shares) / len(shares) if shares else None)


def _figure(value: float | None) -> str:
    return f"{'-':>10}" if value is None else f"{value:>10.2f}"
