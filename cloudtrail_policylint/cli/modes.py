"""What a run of ``lint`` prints and writes: options that exclude one another, and the format of each report."""

from __future__ import annotations

import os

from ..base.choices import DRAWN_FORMATS, OUTPUT_FORMATS, TEXT_FORMATS
from ..base.errors import UsageError
from .output import STDOUT_HINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from ..settings.model import Settings

_CHANGING = ("--fix", "--unsafe-fixes", "--diff", "--add-suppressions", "--write-baseline")
_WITHOUT_REPORT = (*_CHANGING, "--statistics")
_EXCLUDED = {
    "--show-files": (
        *("--show-settings", "--show-setups", "--output", "--format"),
        *_WITHOUT_REPORT,
    ),
    "--show-settings": ("--show-setups", "--output", *_WITHOUT_REPORT),
    "--show-setups": _WITHOUT_REPORT,
    "--add-suppressions": ("--fix", "--unsafe-fixes", "--diff", "--write-baseline"),
    "--diff": ("--output", "--write-baseline", "--statistics"),
}
"""Options, each with those that would do nothing beside it."""
_SETUP_FORMATS = (*TEXT_FORMATS, "json", *DRAWN_FORMATS)
"""The output formats of ``--show-setups``."""
_SUFFIXES = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".sarif": "sarif",
    ".sarif.json": "sarif",
    ".xml": "junit",
    ".md": "markdown",
    ".svg": "svg",
    ".mmd": "mermaid",
    ".dot": "dot",
    ".gv": "dot",
}
"""The output formats by the suffixes of files."""


def check_combinations(options: argparse.Namespace) -> None:
    """Raise ``UsageError`` if one of *options* would do nothing because of another."""

    def given(name: str) -> bool:
        return getattr(options, name[2:].replace("-", "_")) not in (None, False, [])

    for name, others in _EXCLUDED.items():
        for other in others if given(name) else ():
            if given(other):
                raise UsageError(f"{name} cannot be combined with {other}")


def form_of(options: argparse.Namespace, here: Settings) -> str:
    """The format of the report on standard output.

    Settings are for findings: set-ups are text if theirs has none. Raises ``UsageError`` for an
    option that asks for it.
    """
    if not options.show_setups or here.format in _SETUP_FORMATS:
        return here.format
    if options.format is None:
        return "text"
    raise _no_setups(here.format)


def outputs_of(options: argparse.Namespace, here: Settings) -> list[tuple[str, str]]:
    """The format and path of each ``--output``.

    The format is that in ``FORMAT=FILE``, or the one that an option or the settings give, or else
    the one of the suffix. Raises ``UsageError`` for a format that is none; a path with ``=`` must
    begin with a folder.
    """
    form = form_of(options, here)
    chosen = any(name == "format" for name, _ in here.origins)
    found = []
    for text in options.output:
        name, equals, path = text.partition("=")
        if not equals or os.path.dirname(name):
            name, path = form if chosen else _form_by_suffix(text) or form, text
        elif name not in OUTPUT_FORMATS:
            from ..base.suggest import nearest

            close = nearest(name, OUTPUT_FORMATS) or f"; use one of {', '.join(OUTPUT_FORMATS)}"
            raise UsageError(
                f"--output {text}: unknown format {name}{close} (./{text} is a file of this name)"
            )
        if path in ("", "-"):
            what = "the name of a file is missing" if path == "" else STDOUT_HINT
            raise UsageError(f"--output {text}: {what}")
        if options.show_setups and name not in _SETUP_FORMATS:
            raise _no_setups(name)
        found.append((name, path))
    return found


def _no_setups(form: str) -> UsageError:
    return UsageError(
        f"--show-setups: no such output in the format {form}; use one of {', '.join(_SETUP_FORMATS)}"
    )


def _form_by_suffix(path: str) -> str | None:
    """The output format of files with the suffix of *path*."""
    base, suffix = os.path.splitext(path.lower())
    return _SUFFIXES.get(os.path.splitext(base)[1] + suffix) or _SUFFIXES.get(suffix)
