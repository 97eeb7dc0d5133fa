"""What a run found."""

from __future__ import annotations

from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .finding import Finding


@record
class Suppressed:
    """A finding that something allows, and the ``reason`` given there, which may be empty.

    ``where`` the allowance stands: ``file`` (a comment or a template's
    metadata), ``settings`` or ``baseline``.
    """

    finding: Finding
    reason: str
    where: str


def in_order(finding: Finding) -> tuple[str, int, int, str]:
    """What findings are sorted by: path, place and rule."""
    span = finding.span
    return span.source.path, span.start, span.end, finding.rule.id


@record
class Resolution:
    """The policies in files of one format, and, most common first, why some are not known at all."""

    format: str
    fully: int
    partly: int
    unknown: int
    reasons: tuple[tuple[str, int], ...]


@record
class Result:
    """What a run found.

    ``files`` were considered, ``documents`` judged, ``suppressed`` what
    is allowed; ``crashes`` name the files and rules that a mistake of ours kept
    from being judged. ``resolutions`` say how much of the policies is known,
    where that was asked for. ``interrupted``: the user stopped it before it
    was through.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    suppressed: tuple[Suppressed, ...]
    crashes: tuple[str, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
    interrupted: bool = False


def merged(results: Sequence[Result]) -> Result:
    """*results* as those of one run, findings in the order of their places."""
    return Result(
        findings=tuple(sorted([f for one in results for f in one.findings], key=in_order)),
        files=sum(one.files for one in results),
        documents=sum(one.documents for one in results),
        suppressed=tuple(
            sorted(
                [s for one in results for s in one.suppressed], key=lambda s: in_order(s.finding)
            )
        ),
        crashes=tuple(crash for one in results for crash in one.crashes),
        interrupted=any(one.interrupted for one in results),
    )
