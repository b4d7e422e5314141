"""What `auditor gate` compares a candidate with, and by whose settings and policy."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.commands.running import given, places_of, say_settings, settings_of
from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.dataset.revisions import BaseAtRevision
    from auditor.gating.policy_at_revision import Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenBase:
    """A file, the candidate as it was at a revision, or neither."""

    candidate: str
    file: str | None = None
    revision: str = ""
    there: BaseAtRevision | None = None  # None: no revision

    @property
    def remark(self) -> str:
        """What is to be said of the base; empty where it is plain."""
        return self.there.remark if self.there else ""

    def open(self) -> AbstractContextManager[str | Path | None]:
        """The base as a file or folder, while it is needed; None where there is none."""
        if self.there is None or self.there.path is None:
            return nullcontext(self.file)
        from auditor.dataset.revisions import at_revision

        return at_revision(self.there.path, self.revision)

    def rules(
        self, policy: Path | None, config: Path | None, flags: Mapping[str, Any], *, quiet: bool
    ) -> Ruling:
        """The settings and the policy: of the revision if there is one, else as they lie there."""
        from auditor.gating.inputs import CODES
        from auditor.gating.policy import load_policy
        from auditor.gating.policy_at_revision import Ruling, ruling

        if self.there is None:
            settings = settings_of(config, flags, self.candidate, quiet=quiet)
            near = places_of(self.candidate)
            return Ruling(
                settings=settings, policy=load_policy(policy, CODES, *near, config=config)
            )
        from auditor.dataset.revisions import FilesAtRevision

        dataset, own = Path(self.candidate), self.there.path
        files = FilesAtRevision(dataset=dataset, revision=self.revision)
        say_settings(config, [own or dataset], files, quiet=quiet)
        return ruling(
            dataset,
            self.revision,
            CODES,
            policy=policy,
            config=config,
            flags=given(flags),
            base=own,
        )


def chosen_base(
    candidate: str,
    base: str | None,
    revision: str | None,
    base_path: Path | None,
    *,
    fetch: bool,
) -> ChosenBase:
    """The base that the options name; fetch: git may fetch what the clone lacks of the revision.

    Raises UsageError for options that do not fit, else as `revisions.find_base`.
    """
    if revision is None:
        if base_path is not None:
            raise UsageError("--base-path: is a path at a revision; name that with --base-ref REV")
        return ChosenBase(candidate=candidate, file=base)
    if candidate == "-":
        raise UsageError("--base-ref: stdin is in no revision; give a file, or --base BASE")
    from auditor.dataset.revisions import fetched, find_base
    from auditor.settings_files import places_near

    dataset = Path(candidate)
    if fetch:
        others = [base_path] if base_path else []
        revision = fetched(dataset, revision, *others, *places_near(base_path or dataset))
    there = find_base(dataset, revision, base_path)
    return ChosenBase(candidate=candidate, revision=revision, there=there)


def exclusive(**given: object) -> None:
    """Raises UsageError where more than one option is given."""
    named = [f"--{name.replace('_', '-')}" for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} exclude each other; give one of them")
