"""Exit codes, and writing to standard output, standard error and files."""

from __future__ import annotations

import os
import sys

from ..base.disk import leads_out_of_project, replace_file
from ..base.errors import UsageError
from ..report.printable import safe_lines, safe_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_NARROWEST = 30

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


def write_file(path: str, text: str, *, force: bool) -> None:
    """Write *text* to the file *path* in one step, keeping the mode of an existing file.

    A device or pipe is written to directly. Without *force*, no link out of a
    project is followed. Raises ``UsageError``.
    """
    if not force and leads_out_of_project(path):
        raise UsageError(f"{path}: not written: a link out of the project; --force follows it")
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


def write_report(path: str, text: str, *, force: bool, checked: Iterable[str]) -> None:
    """Write the report *text* to the file *path*, as ``write_file`` does.

    Without *force*, a file that is one of *checked* or tracked by git is only
    replaced if it is a report.
    """
    if not force and os.path.isfile(path):
        reason = _reason_to_keep(path, checked)
        if reason:
            raise UsageError(f"{path}: not replaced: {reason}, and not a report; see --force")
    write_file(path, text, force=force)


def _reason_to_keep(path: str, checked: Iterable[str]) -> str:
    """Why the file *path* must not be replaced; empty if it may be."""
    from ..base.disk import UnreadableError, is_tracked, read_bytes
    from ..base.limits import in_force
    from ..report.recognise import is_report

    try:
        if is_report(read_bytes(path, in_force().file_size)):
            return ""
    except UnreadableError:
        pass
    if any(os.path.exists(one) and os.path.samefile(one, path) for one in checked):
        return "it is checked"
    return "it is tracked by git" if is_tracked(path) else ""


def _copy_mode(source: str, target: str) -> None:
    if os.path.exists(source):
        os.chmod(target, os.stat(source).st_mode & 0o7777)
