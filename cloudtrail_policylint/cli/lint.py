"""The command ``lint``."""

from __future__ import annotations

from .arguments import split
from .output import EXIT_OK, print_stderr, write_lines
from .session import LintSession, changes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ..files.discover import ClosedFolder
    from ..settings.model import Settings


def lint(options: argparse.Namespace) -> int:
    """Check files and report the findings; return the exit code."""
    from ..settings.lookup import NearestSettings

    showing = options.show_files or options.show_settings or options.show_setups
    if showing or options.diff or options.add_suppressions is not None:
        from .modes import check_combinations

        check_combinations(options)
    settings = NearestSettings(options.config, lambda found: _adapted(found, options))
    if options.show_settings:
        from ..settings.describe import setting_lines

        for path in options.paths:
            write_lines(setting_lines(settings, path))
        return EXIT_OK
    if options.show_files:
        from ..files.discover import discover

        found = discover(options.paths, settings, closed=_say_closed)
        changes = changes_of(options)
        write_lines(one.path for one in found if changes is None or changes.has(one.path))
        return EXIT_OK
    session = LintSession(options, settings)
    if options.add_suppressions is not None:
        from . import fix

        return fix.add_suppressions(session)
    if options.fix or options.diff or options.unsafe_fixes:
        from . import fix

        return fix.run(session)
    return session.report(session.check())


def _say_closed(folder: ClosedFolder) -> None:
    print_stderr(f"{folder.path}: cannot be read: {folder.reason}")


def _adapted(settings: Settings, options: argparse.Namespace) -> Settings:
    """*settings*, overridden by the command line."""
    from ..base.record import replaced

    changes: dict[str, Any] = {}
    origins = dict(settings.origins)
    select, ignore = split(options.select), split(options.ignore)
    for name, value, given in (
        ("select", select, select),
        # --select goes before what the settings ignore.
        ("ignore", ignore if select else (*settings.ignore, *ignore), ignore or select),
        ("rules", (*settings.rules, *options.rules), options.rules),
        ("scope", options.scope, options.scope),
        ("pedantic", True, options.pedantic),
        ("fail-on", options.fail_on, options.fail_on),
        ("min-severity", options.min_severity, options.min_severity),
        ("min-confidence", options.min_confidence, options.min_confidence),
        ("format", options.format, options.format),
        ("suppressions", False, options.no_suppressions),
    ):
        if given:
            changes[name.replace("-", "_")] = value
            option = f"--{'select' if name == 'ignore' and not ignore else name}"
            added = name in ("ignore", "rules") and name in origins and option != "--select"
            origins[name] = f"{origins[name]}, {option}" if added else option
    return replaced(settings, **changes, origins=tuple(origins.items()))
