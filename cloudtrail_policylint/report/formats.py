"""The formats that a report can be written in, by name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from ..findings.result import Result

    class Reporter(Protocol):
        """The module of one format."""

        def report(self, result: Result, *, show_suppressed: bool) -> str:
            """The report of *result*; suppressed findings are left out unless *show_suppressed*."""


FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
"""Each is the name of the module beside this one that writes it."""


def report(result: Result, form: str, *, show_suppressed: bool = False) -> str:
    """The report of *result* in *form*, one of ``FORMATS``; suppressed findings only if asked for."""
    from importlib import import_module

    module: Reporter = import_module(f".{form}", __package__)
    return module.report(result, show_suppressed=show_suppressed)
