"""The command ``lint``."""

from __future__ import annotations

from .output import FINE, show
from .session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

    from ..settings.model import Settings


def lint(options: argparse.Namespace) -> int:
    """Check files and report what is found; the exit code."""
    from ..settings.lookup import NearestSettings

    settings = NearestSettings(options.config, lambda found: _adapted(found, options))
    if options.show_settings:
        from ..settings.describe import shown

        for path in options.paths:
            show("".join(f"{line}\n" for line in shown(settings, path)))
        return FINE
    session = Session(options, settings)
    if options.fix or options.diff or options.unsafe_fixes:
        from . import fix

        return fix.run(session)
    return session.report(session.check())


def _adapted(found: Settings, options: argparse.Namespace) -> Settings:
    """The settings *found*, with what the command line says laid over them."""
    from ..base.record import replaced

    changes: dict[str, Any] = {}
    origins = dict(found.origins)
    select, ignore = _words(options.select), _words(options.ignore)
    for name, value, given in (
        ("select", select, select),
        ("ignore", (*found.ignore, *ignore), ignore),
        ("rules", (*found.rules, *options.rules), options.rules),
        ("scope", options.scope, options.scope),
        ("pedantic", True, options.pedantic),
        ("fail-on", options.fail_on, options.fail_on),
    ):
        if given:
            changes[name.replace("-", "_")] = value
            above = f"{origins[name]}, " if name in ("ignore", "rules") and name in origins else ""
            origins[name] = f"{above}--{name}"
    return replaced(found, **changes, origins=tuple(origins.items()))


def _words(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.strip() for text in given for word in text.split(",") if word.strip())
