"""The report formats by name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from ..findings.result import Result

    class Reporter(Protocol):
        """The interface of the module of a format."""

        def report(self, result: Result, *, show_suppressed: bool) -> str:
            """The report of *result*, with suppressed findings if *show_suppressed*."""


FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
"""Each is also the name of its module in this folder."""


def report(result: Result, form: str, *, show_suppressed: bool = False) -> str:
    """The report of *result* as *form*, with suppressed findings if *show_suppressed*."""
    from importlib import import_module

    from .printable import safe_text

    module: Reporter = import_module(f".{form}", __package__)
    return safe_text(module.report(result, show_suppressed=show_suppressed), commands=True)
