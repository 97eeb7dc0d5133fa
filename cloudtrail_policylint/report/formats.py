"""The formats a report can be written in, by name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..findings.result import Result

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


def report(result: Result, form: str, *, show_suppressed: bool = False) -> str:
    """The report of *result* in *form*, one of ``FORMATS``; what is suppressed is left out if not asked for."""
    if form == "json":
        from . import json

        return json.report(result, show_suppressed=show_suppressed)
    if form == "sarif":
        from . import sarif

        return sarif.report(result, show_suppressed=show_suppressed)
    if form == "github":
        from . import github

        return github.report(result, show_suppressed=show_suppressed)
    if form == "gitlab":
        from . import gitlab

        return gitlab.report(result, show_suppressed=show_suppressed)
    if form == "junit":
        from . import junit

        return junit.report(result, show_suppressed=show_suppressed)
    from . import text

    return text.report(result, show_suppressed=show_suppressed)
