"""What every command needs to speak and to end: exit codes, standard output and files."""

from __future__ import annotations

import os
import sys

from ..base.disk import replace_file
from ..base.errors import UsageError

_NARROWEST = 30

FINE, FOUND, WRONG, CRASHED, INTERRUPTED = 0, 1, 2, 3, 130


def show(text: str) -> None:
    """Write *text* to standard output, whatever its encoding can express."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    except OSError as error:
        raise _not_shown(error) from None


def flush() -> None:
    """Write to standard output what still waits for it. Raises ``UsageError``, or ``BrokenPipeError``."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _not_shown(error) from None


def _not_shown(error: OSError) -> Exception:
    if isinstance(error, BrokenPipeError):
        return error
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - which is told once
    return UsageError(f"standard output: cannot be written: {(error.strerror or '').lower()}")


def say(text: str) -> None:
    """Write the line *text* to standard error."""
    print(text, file=sys.stderr)


def width() -> int:
    """How many columns there are to write in, less a margin; never too few to write anything."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
        except (OSError, ValueError, AttributeError):
            columns = 80
    return max(_NARROWEST, columns - 2)


def write(path: str, text: str) -> None:
    """Write *text* to the file *path* in one step; to a device or pipe, which stays one, directly.

    A file that is there keeps its mode.
    """
    whole = os.path.realpath(path)  # a link stays a link
    data = text.encode("utf-8", "backslashreplace")
    try:
        if os.path.exists(whole) and not os.path.isfile(whole):
            with open(whole, "wb") as file:
                file.write(data)
            return
        replace_file(whole, data, lambda temporary: _keep_mode(temporary, whole))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or '').lower()}") from None


def _keep_mode(temporary: str, whole: str) -> None:
    if os.path.exists(whole):
        os.chmod(temporary, os.stat(whole).st_mode & 0o7777)
