"""The findings that are due to changes."""

from __future__ import annotations

from collections import Counter

from ..base.disk import path_key
from ..base.record import replaced
from .fingerprint import essence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..tree.source import Span
    from .finding import Finding
    from .result import Result


def due_to(
    result: Result,
    before: Result,
    touch: Callable[[Span], bool],
    former: Callable[[str], str],
) -> Result:
    """*result* with the findings on changed lines, and those that *before* does not have.

    *touch* says whether a place has changed, *former* gives the key of a file in *before*.
    """
    left = Counter(_identity(one, path_key) for one in before.findings)
    kept: list[Finding] = []
    for finding in result.findings:
        identity = _identity(finding, former)
        known = left[identity] > 0
        left[identity] -= known
        if touch(finding.span) or not known:
            kept.append(finding)
    return replaced(result, findings=tuple(kept))


def _identity(finding: Finding, key: Callable[[str], str]) -> tuple[str, ...]:
    """What tells *finding* from others wherever it is in its file."""
    at = finding.settled_at
    return key(at.source.path), essence(finding.rule.id, at), finding.message
