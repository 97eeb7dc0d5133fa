"""The result of a run."""

from __future__ import annotations

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..tree.source import Span
    from .finding import Finding
    from .setup import ShownSetup
    from .statistics import Tally
    from .strings import Passage


@record
class Suppressed:
    """A suppressed finding with the ``reason`` given, which may be empty.

    ``where`` it is suppressed: ``file`` (a comment or a template's metadata),
    ``settings`` or ``baseline``.
    """

    finding: Finding
    reason: str
    where: str


def in_order(finding: Finding) -> tuple[str, int, int, str]:
    """The sort key of findings: path, place and rule."""
    span = finding.span
    return span.source.path, span.start, span.end, finding.rule.id


@record
class Offer:
    """An edit that fixes a finding and was tried: it replaces the text at ``span`` by ``text``.

    ``safe`` and ``says`` are those of ``Edit``.
    """

    span: Span
    text: str
    safe: bool
    says: str


@record
class Result:
    """The result of a run.

    ``files`` is the number of files considered, ``documents`` that of policies
    checked. ``internal_errors`` kept a file or rule from being checked.
    ``unread`` are the paths of files of which a part was not checked. ``tally``
    counts how much of the policies could be resolved, ``strings`` are all their
    strings; both only if requested. ``interrupted``: the user stopped the run
    early. ``partly`` and ``unknown`` are the reasons why policies are known only in part
    or not at all, one for each. ``setups`` are the resources that CloudTrail makes requests for, only if requested.
    ``offers`` are edits by the ``id()`` of the finding that they fix, only if a report shows them.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    suppressed: tuple[Suppressed, ...]
    internal_errors: tuple[str, ...] = ()
    tally: Tally | None = None
    strings: tuple[Passage, ...] = ()
    unread: frozenset[str] = frozenset()
    interrupted: bool = False
    partly: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    setups: tuple[ShownSetup, ...] = ()
    offers: Mapping[int, Offer] | None = None


def merged(results: Sequence[Result]) -> Result:
    """The sum of *results*, findings in the order of their places."""
    return Result(
        findings=tuple(sorted([f for one in results for f in one.findings], key=in_order)),
        files=sum(one.files for one in results),
        documents=sum(one.documents for one in results),
        suppressed=tuple(
            sorted(
                [s for one in results for s in one.suppressed], key=lambda s: in_order(s.finding)
            )
        ),
        internal_errors=tuple(error for one in results for error in one.internal_errors),
        tally=_total([one.tally for one in results if one.tally is not None]),
        strings=tuple(string for one in results for string in one.strings),
        unread=frozenset(path for one in results for path in one.unread),
        interrupted=any(one.interrupted for one in results),
        partly=tuple(reason for one in results for reason in one.partly),
        unknown=tuple(reason for one in results for reason in one.unknown),
        setups=tuple(setup for one in results for setup in one.setups),
    )


def _total(tallies: Sequence[Tally]) -> Tally | None:
    if len(tallies) < 2:
        return tallies[0] if tallies else None
    from .statistics import Tally

    total = Tally()
    for tally in tallies:
        total.merge(tally)
    return total
