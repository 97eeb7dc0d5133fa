"""The formats a report can be written in, by name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..result import Result

FORMATS = ("text", "json")


def report(result: Result, form: str) -> str:
    """The report of *result* in *form*, one of ``FORMATS``."""
    if form == "json":
        from . import json

        return json.report(result)
    from .text import lines

    return "".join(f"{line}\n" for line in lines(result.findings, color=False, source=False))
