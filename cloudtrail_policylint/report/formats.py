"""The report formats by name."""

from __future__ import annotations

from ..base.choices import OUTPUT_FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from ..findings.result import Result
    from .drawing import Drawing

    class Reporter(Protocol):
        """The interface of the module of a format."""

        def report(self, result: Result, *, show_suppressed: bool) -> str:
            """The report of *result*, with suppressed findings if *show_suppressed*."""


FORMATS = OUTPUT_FORMATS
"""Each is also the name of its module in this folder, but for these."""
_MODULES = {"concise": "text"}


def report(result: Result, form: str, *, show_suppressed: bool = False) -> str:
    """The report of *result* as *form*, with suppressed findings if *show_suppressed*."""
    from importlib import import_module

    from .printable import safe_text

    module: Reporter = import_module(f".{_MODULES.get(form, form)}", __package__)
    return safe_text(module.report(result, show_suppressed=show_suppressed), commands=True)


def drawn(drawings: Sequence[Drawing], form: str) -> str:
    """*drawings* as *form*, one of ``DRAWN_FORMATS``."""
    from importlib import import_module

    text: str = import_module(f".{form}", __package__).text_of(drawings)
    return text
