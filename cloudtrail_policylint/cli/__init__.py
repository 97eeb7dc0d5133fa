"""The command line: the only part that prints and exits.

Exit codes: 0 no finding at or above ``--fail-on``; 1 there is one; 2 usage,
settings or a rule file is wrong; 3 a mistake of ours.
"""

from __future__ import annotations

import os
import sys

from ..base.errors import InputError
from .options import parser_for
from .output import CRASHED, FINE, INTERRUPTED, WRONG, flush, say, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import NoReturn


_LONGEST = 500
"""Characters of what is said of a mistake; it may quote a file that is made to fill the screen."""


def run() -> NoReturn:
    """The console script: run the command line and exit."""
    import gc

    gc.disable()  # a run is short and makes few cycles; looking for them costs a third of a large file's time
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before we began
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - until the end
    try:
        status = main(sys.argv[1:])
        flush()
    except InputError as error:
        status = _wrong(str(error))
    except BrokenPipeError:
        status = FINE  # whoever read our output has gone
    except KeyboardInterrupt:
        status = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user
        reason = str(error).partition("\n")[0]
        say(f"internal error: {type(error).__name__}: {reason}; please report it")
        status = CRASHED
    # All is written. To take apart all that was made, which the interpreter would do now, is a tenth of a run.
    os._exit(status)


def main(arguments: Sequence[str]) -> int:
    """Run the command line *arguments*; the exit code."""
    parser = parser_for(arguments)
    options = parser.parse_args(arguments)
    if options.version:
        return _version()
    if options.command is None:
        parser.print_help(sys.stderr)
        return WRONG
    try:
        return _run(options)
    except InputError as error:
        return _wrong(str(error))


def _run(options: argparse.Namespace) -> int:
    if options.command == "lint":
        from .lint import lint

        return lint(options)
    if options.command == "completion":
        from .completion import completion

        return completion(options)
    from . import rules

    command = {"rules": rules.rules, "explain": rules.explain, "check-rules": rules.check_rules}
    return command[options.command](options)


def _wrong(message: str) -> int:
    from ..report.printable import printable

    say(printable(message if len(message) <= _LONGEST else f"{message[: _LONGEST - 1]}…"))
    return WRONG


def _version() -> int:
    from .._version import __version__
    from ..iam.catalogue import data_version

    show(f"cloudtrail-policylint {__version__} (AWS data {data_version()})\n")
    return FINE
