"""The command line: the only part that prints and exits.

Exit codes: 0 no finding at or above ``--fail-on``; 1 there are some; 2 invalid
usage, settings or rule files; 3 internal error.
"""

from __future__ import annotations

import os
import sys

from ..base.errors import InputError
from .arguments import names_apart, paths_after, with_command
from .options import QUESTIONS, parser_for
from .output import (
    EXIT_INTERNAL_ERROR,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_USAGE,
    flush_stdout,
    print_stderr,
    write_stdout,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import NoReturn


_LONGEST = 500
"""Characters of an error message: it may quote a file that is made to fill the screen."""


def run() -> NoReturn:
    """The console script: run the command line and exit."""
    import gc

    gc.disable()  # few cycles in a short run; collecting takes a third of a large file's time
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed before the program started
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - open until the end
    try:
        status = main(sys.argv[1:])
        flush_stdout()
    except InputError as error:
        status = _usage_error(str(error))
    except BrokenPipeError:
        status = EXIT_OK  # the reader of the output has gone
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - users never see a traceback
        reason = str(error).partition("\n")[0]
        print_stderr(f"internal error: {type(error).__name__}: {reason}; please report it")
        status = EXIT_INTERNAL_ERROR
    # A normal exit would first free all objects, which takes a tenth of a run.
    os._exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run the command line *arguments*; return the exit code."""
    try:
        given, paths = paths_after(names_apart(with_command(arguments)))
        parser = parser_for(given)
        options = parser.parse_known(given)
        if options.version:
            return _version()
        if options.command is None:
            parser.print_help(sys.stderr)
            return EXIT_USAGE
        return _run(options, paths)
    except InputError as error:
        return _usage_error(str(error))


def _run(options: argparse.Namespace, paths: Sequence[str]) -> int:
    if options.command == "lint":
        from .lint import lint

        return lint(options)
    if options.command == "completion":
        from .completion import completion

        return completion(options)
    if options.command == "lsp":
        from .lsp import lsp

        return lsp()
    if options.command in QUESTIONS:
        from . import questions

        options.paths = [*options.paths, *paths] or ["."]
        return questions.COMMANDS[options.command](options)
    from . import rules

    command = {
        "rules": rules.rules,
        "explain": rules.explain,
        "check-rules": rules.check_rules,
        "schema": rules.schema,
    }
    return command[options.command](options)


def _usage_error(message: str) -> int:
    for line in message.split("\n"):
        print_stderr(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")
    return EXIT_USAGE


def _version() -> int:
    from .._version import __version__
    from ..iam.catalogue import data_version

    write_stdout(f"cloudtrail-policylint {__version__} (AWS data {data_version()})\n")
    return EXIT_OK
