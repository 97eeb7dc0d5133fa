"""What a report shows: the findings, and what is suppressed where that is asked for."""

from __future__ import annotations

from ..findings.result import in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.finding import Finding
    from ..findings.result import Result, Suppressed

_WHERE = {
    "file": "allowed in the file",
    "settings": "allowed in the settings",
    "baseline": "in the baseline",
}


def shown(result: Result, *, show_suppressed: bool) -> list[tuple[Finding, Suppressed | None]]:
    """The findings of *result* in order; those that are suppressed stand among them with what suppresses them."""
    found: list[tuple[Finding, Suppressed | None]] = [(one, None) for one in result.findings]
    if show_suppressed:
        found += [(one.finding, one) for one in result.suppressed]
    return sorted(found, key=lambda pair: in_order(pair[0]))


def allowance(suppressed: Suppressed) -> str:
    """Where *suppressed* is allowed, and why."""
    where = _WHERE[suppressed.where]
    return f"{where}: {suppressed.reason}" if suppressed.reason else where
