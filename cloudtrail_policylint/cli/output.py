"""Exit codes, and writing to standard output, standard error and files."""

from __future__ import annotations

import os
import sys

from ..base.disk import replace_file
from ..base.errors import UsageError

_NARROWEST = 30

EXIT_OK, EXIT_FINDINGS, EXIT_USAGE, EXIT_INTERNAL_ERROR, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def write_stdout(text: str) -> None:
    """Write *text* to standard output; characters that its encoding lacks are escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    except OSError as error:
        raise _stdout_error(error) from None


def flush_stdout() -> None:
    """Flush standard output. Raises ``UsageError``, or ``BrokenPipeError`` without a reader."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _stdout_error(error) from None


def _stdout_error(error: OSError) -> Exception:
    if isinstance(error, BrokenPipeError):
        return error
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - so that the error is reported once
    return UsageError(f"standard output: cannot be written: {(error.strerror or '').lower()}")


def print_stderr(line: str) -> None:
    """Write *line* to standard error; if that is full, nobody can be told."""
    try:  # noqa: SIM105 - contextlib is not loaded otherwise
        print(line, file=sys.stderr)
    except OSError:
        pass


def text_width() -> int:
    """The width of the terminal in columns, less a margin, but never too small for any text."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
        except (OSError, ValueError, AttributeError):
            columns = 80
    return max(_NARROWEST, columns - 2)


def write_file(path: str, text: str) -> None:
    """Write *text* to the file *path* in one step, keeping the mode of an existing file.

    A device or pipe is written to directly.
    """
    target = os.path.realpath(path)  # so that a link stays a link
    data = text.encode("utf-8", "backslashreplace")
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as file:
                file.write(data)
            return
        replace_file(target, data, lambda temporary: _copy_mode(target, temporary))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {(error.strerror or '').lower()}") from None


def _copy_mode(source: str, target: str) -> None:
    if os.path.exists(source):
        os.chmod(target, os.stat(source).st_mode & 0o7777)
