"""Exit codes, and writing to standard output, standard error and files."""

from __future__ import annotations

import os
import stat
import sys

from ..base.disk import replace_file
from ..base.errors import UsageError
from ..report.printable import safe_lines, safe_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..base.destination import Destination

_NARROWEST = 30
STDOUT_HINT = "standard output needs no --output; choose its format with --format"
_FORCING = ("FORCE_COLOR", "CLICOLOR_FORCE")

EXIT_OK, EXIT_FINDINGS, EXIT_USAGE, EXIT_INTERNAL_ERROR, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def write_stdout(text: str, *, commands: bool = False) -> None:
    """Write the lines *text* to standard output, as of ``safe_text``."""
    _write_stdout(safe_text(text, commands=commands))


def write_lines(lines: Iterable[str], *, styled: bool = False) -> None:
    """Write *lines* to standard output, as of ``safe_lines``."""
    _write_stdout("".join(f"{line}\n" for line in safe_lines(lines, styled=styled)))


def _write_stdout(text: str) -> None:
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
    """Write *line* to standard error, as of ``safe_lines``; if that is full, it is lost."""
    try:  # noqa: SIM105 - contextlib is not loaded otherwise
        print(*safe_lines([line]), file=sys.stderr)
    except OSError:
        pass


def use_color(choice: str) -> bool:
    """Whether standard output is colored under *choice*, a value of ``--color``.

    NO_COLOR goes before FORCE_COLOR and CLICOLOR_FORCE, as in Python's own output.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in _FORCING):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def text_width(columns: int | None = None) -> int:
    """The width for text in columns, never too small for any: COLUMNS, or *columns*.

    Without *columns*, that of the terminal, less a margin.
    """
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        if columns is not None:
            return columns
        try:
            columns = os.get_terminal_size(sys.stdout.fileno()).columns
        except (OSError, ValueError, AttributeError):
            columns = 80
    return max(_NARROWEST, columns - 2)


def writable(path: str, *, force: bool) -> Destination:
    """The destination of the file *path*, which the user asked to write.

    Without *force*, it is behind no link out of a project and in no folder of git.
    Raises ``UsageError``.
    """
    from ..base.destination import destination_of

    try:
        found = destination_of(path)
    except (OSError, ValueError) as error:  # a NUL in the path
        raise _cannot_be_written(path, error) from None
    if not force and found.leads_out_of_project:
        raise UsageError(f"{path}: not written: a link out of the project; --force follows it")
    if not force and found.is_in_git_folder():
        raise UsageError(f"{path}: not written: it is in a folder of git; --force writes there")
    return found


def _is_stdout(path: str) -> bool:
    """Whether *path* is the file or pipe that standard output goes to."""
    try:
        own = os.fstat(sys.stdout.fileno())
        return not stat.S_ISCHR(own.st_mode) and os.path.samestat(own, os.stat(path))
    except (OSError, ValueError, AttributeError):  # closed, replaced, or no such file
        return False


def replaceable(path: str, *, force: bool, checked: Iterable[str]) -> Destination:
    """The destination of the report *path*, as of ``writable``.

    Without *force*, a file that is one of *checked* or tracked by git is only
    replaced if it is a report.
    """
    found = writable(path, force=force)
    if _is_stdout(found.target):
        raise UsageError(f"{path}: not written: {STDOUT_HINT}")
    reason = "" if force or not os.path.isfile(found.target) else _reason_to_keep(found, checked)
    if reason:
        raise UsageError(f"{path}: not replaced: {reason}, and not a report; see --force")
    return found


def write_file(destination: Destination, text: str) -> None:
    """Write *text* to *destination* in one step, keeping the mode of an existing file.

    A device or pipe is written to directly. Raises ``UsageError``.
    """
    target = destination.target
    data = text.encode("utf-8", "backslashreplace")
    try:
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as file:
                file.write(data)
            return
        replace_file(target, data, lambda temporary: _copy_mode(target, temporary))
    except OSError as error:
        raise _cannot_be_written(destination.path, error) from None


def _cannot_be_written(path: str, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", "") or str(error)
    return UsageError(f"{path}: cannot be written: {reason.lower()}")


def _reason_to_keep(destination: Destination, checked: Iterable[str]) -> str:
    """Why the file at *destination* must not be replaced; empty if it may be."""
    from ..base.disk import UnreadableError, is_tracked, read_bytes
    from ..base.limits import in_force
    from ..files.reports import is_report

    try:
        if is_report(read_bytes(destination.target, in_force().file_size)):
            return ""
    except UnreadableError:
        pass
    if any(map(destination.is_file, checked)):
        return "it is checked"
    return "it is tracked by git" if is_tracked(destination.target) else ""


def _copy_mode(source: str, target: str) -> None:
    if os.path.exists(source):
        os.chmod(target, os.stat(source).st_mode & 0o7777)
