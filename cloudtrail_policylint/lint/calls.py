"""Modules and nested templates: the outcomes of all their calls merged into one.

They are evaluated once per call. A finding in the text of a caller holds for
that caller. A finding in the module's own text is reported there only if every
call that creates the policy's owner has it, and if the text is to be reported.
Otherwise it is reported for each call that has it, where the value is written
(see ``placing``).
"""

from __future__ import annotations

from ..base.disk import path_key
from ..findings.finding import key_of
from .outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from ..files.inputs import Inputs
    from ..findings.finding import Finding
    from ..iam.written import Extraction, Owner
    from ..tree.source import SourceFile
    from .placing import Placing


class Places:
    """Where the findings of one module or template are reported.

    *reported* says whether findings in a file are; *placing* places the others.
    """

    def __init__(
        self, reported: Callable[[SourceFile], bool], placing: Callable[[], Placing]
    ) -> None:
        self.reported = reported
        self._make = placing
        self._placing: Placing | None = None

    def placed(
        self, finding: Finding, callers: Container[int] | None, *, given: bool = False
    ) -> Finding | None:
        """See ``Placing.placed``."""
        if self._placing is None:
            self._placing = self._make()
        return self._placing.placed(finding, callers, given=given)


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
    places: Places,
) -> tuple[Outcome, set[object]]:
    """The outcome for a module or template, and the keys of all its findings, reported or not.

    *extractions* has one item for each of its calls.
    *callers* are the ids of the callers' sources; *places* says which files are reported.
    """
    whole = Outcome()
    calls: list[Call] = []
    for extraction in extractions:
        outcome = check(extraction)
        calls.append(Call(extraction, outcome))
        outcome.findings = []
        whole.add(outcome)
        whole.loaded |= {path_key(found.node.span.source.path) for found in extraction.documents}
    whole.findings = list(_reported(calls, callers, places))
    return whole, {key for call in calls for key in call.findings}


def of_variant(
    outcomes: Iterable[Outcome], source: SourceFile, known: set[object], places: Places
) -> Outcome:
    """The findings of *outcomes* that are due to what the file *source* says.

    They are not those of which the keys are *known* without that file.
    """
    found = Outcome()
    here = {id(source)}
    for one in outcomes:
        found.internal_errors.update(one.internal_errors)
        for finding in one.findings:
            if finding.span.source is source and places.reported(source):
                found.findings.append(finding)
            elif key_of(finding) not in known:
                placed = places.placed(finding, here)
                found.findings += [placed] if placed is not None else []
    return found


def _reported(calls: list[Call], callers: set[int], places: Places) -> Iterator[Finding]:
    """The findings of *calls* to report, each where it is reported."""
    for call in calls:
        for key, finding in call.findings.items():
            source = finding.span.source
            common = id(source) in callers or all(other.agrees(key, finding) for other in calls)
            if common and places.reported(source):
                yield finding
                continue
            given = id(source) in callers
            placed = places.placed(finding, None if common else callers, given=given)
            if placed is not None:
                yield placed


def keep_given(outcome: Outcome, inputs: Inputs) -> None:
    """Count only the documents of *outcome* that are in given files of *inputs*."""
    outcome.places = {
        place: span for place, span in outcome.places.items() if inputs.is_given(span.source)
    }
    for places in (outcome.partly, outcome.unknown):
        places[:] = [one for one in places if inputs.is_given(one[0].source)]


def _owner_key(owner: Owner) -> tuple[int, int]:
    return id(owner.span.source), owner.span.start
