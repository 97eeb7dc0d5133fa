"""Modules and templates that are evaluated once for each call: one outcome of all calls.

A finding in the text of a caller is true for that caller. A finding in the
module's own text is reported only if it is there for every call that makes the
policy's owner.
"""

from __future__ import annotations

from ..files.inputs import path_key
from ..findings.finding import key_of
from .outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..files.inputs import Inputs
    from ..findings.finding import Finding
    from ..iam.written import Extraction, Owner
    from ..tree.source import SourceFile


class Call:
    """One call: the owners of the policies that it makes, and its findings by what they are."""

    __slots__ = ("findings", "owners")

    def __init__(self, extraction: Extraction, outcome: Outcome) -> None:
        self.owners = {_owner_key(found.owner) for found in extraction.documents}
        self.findings = {key_of(finding): finding for finding in outcome.findings}

    def agrees(self, key: object, finding: Finding) -> bool:
        """Whether this call has *finding*, or does not make the owner of its policy at all."""
        return key in self.findings or _owner_key(finding.owner) not in self.owners


def outcome_of_calls(
    extractions: Iterable[Extraction],
    check: Callable[[Extraction], Outcome],
    callers: set[int],
    reported: Callable[[SourceFile], bool],
) -> Outcome:
    """The outcome for a module or template, *extractions* being what each call of it makes.

    *callers* are the ids of the sources of the callers, *reported* says whether
    findings in a file are reported: others are left out.
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
        finding
        for call in calls
        for key, finding in call.findings.items()
        if reported(finding.span.source)
        and (
            id(finding.span.source) in callers or all(other.agrees(key, finding) for other in calls)
        )
    ]
    return whole


def keep_given(outcome: Outcome, inputs: Inputs) -> None:
    """Count only the documents of *outcome* that stand in files that were given."""
    outcome.places = {
        place: span for place, span in outcome.places.items() if inputs.is_given(span.source)
    }


def _owner_key(owner: Owner) -> tuple[int, int]:
    return id(owner.span.source), owner.span.start
