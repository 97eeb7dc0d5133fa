"""Modules and nested templates: the outcomes of all their calls merged into one.

They are evaluated once per call. A finding in the text of a caller holds for
that caller. A finding in the module's own text is reported only if every call
that creates the policy's owner has it.
"""

from __future__ import annotations

from ..base.record import replaced
from ..files.inputs import path_key
from ..findings.finding import key_of, partners_in
from ..tree.source import Related
from .outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..files.inputs import Inputs
    from ..findings.finding import Finding
    from ..iam.written import Extraction, Owner
    from ..tree.source import SourceFile


class Call:
    """One call: the owners of the policies that it creates, and its findings by their keys."""

    __slots__ = ("findings", "owners")

    def __init__(self, extraction: Extraction, outcome: Outcome) -> None:
        self.owners = {_owner_key(found.owner) for found in extraction.documents}
        self.owners |= {_owner_key(found.owner) for found in extraction.resources}
        self.findings = {key_of(finding): finding for finding in outcome.findings}

    def agrees(self, key: object, finding: Finding) -> bool:
        """Whether this call has *finding*, or does not create the owner of its policy."""
        return key in self.findings or _owner_key(finding.owner) not in self.owners


def outcome_of_calls(
    extractions: Iterable[Extraction],
    check: Callable[[Extraction], Outcome],
    callers: set[int],
    reported: Callable[[SourceFile], bool],
) -> Outcome:
    """The outcome for a module or template; *extractions* has one item for each of its calls.

    *callers* are the ids of the callers' sources. Findings in files for which
    *reported* is false are left out, if no partner of their resource is in another.
    """
    whole = Outcome()
    calls: list[Call] = []
    for extraction in extractions:
        outcome = check(extraction)
        calls.append(Call(extraction, outcome))
        outcome.findings = []
        whole.add(outcome)
        whole.loaded |= {path_key(found.node.span.source.path) for found in extraction.documents}
    whole.findings = [
        placed
        for call in calls
        for key, finding in call.findings.items()
        if id(finding.span.source) in callers or all(other.agrees(key, finding) for other in calls)
        if (placed := _placed(finding, reported)) is not None
    ]
    return whole


def _placed(finding: Finding, reported: Callable[[SourceFile], bool]) -> Finding | None:
    """*finding* where it is reported: at its own place, else at the last of its partners."""
    if reported(finding.span.source):
        return finding
    partners = [one for one in partners_in(finding) if reported(one.span.source)]
    if not partners:
        return None
    span = partners[-1].span
    edit = finding.edit
    home = Related(finding.span, f"{finding.owner.name} uses it")
    return replaced(
        finding,
        span=span,
        edit=edit if edit is not None and reported(edit.span.source) else None,
        related=(home, *[one for one in finding.related if one.span != span]),
    )


def keep_given(outcome: Outcome, inputs: Inputs) -> None:
    """Count only the documents of *outcome* that are in given files of *inputs*."""
    outcome.places = {
        place: span for place, span in outcome.places.items() if inputs.is_given(span.source)
    }


def _owner_key(owner: Owner) -> tuple[int, int]:
    return id(owner.span.source), owner.span.start
