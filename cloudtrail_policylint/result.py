"""What a run found."""

from __future__ import annotations

from .record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .match import Finding
    from .resolution import Resolution


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
class Result:
    """What a run found.

    ``files`` were considered, ``documents`` judged, ``suppressed`` what
    is allowed; ``crashes`` name the files and rules that a mistake of ours kept
    from being judged. ``resolutions`` say how much of the policies is known,
    where that was asked for.
    """

    findings: tuple[Finding, ...]
    files: int
    documents: int
    suppressed: tuple[Suppressed, ...]
    crashes: tuple[str, ...] = ()
    resolutions: tuple[Resolution, ...] = ()
