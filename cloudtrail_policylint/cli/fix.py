"""``lint --fix`` and ``--diff``: write the fixed files, or print what would change.

As with ``ruff check``: a file is fixed in place; for standard input, the fixed
text goes to standard output and the findings to standard error; ``--diff``
writes no file and prints only the diff.
"""

from __future__ import annotations

import contextlib
import os
import sys

from ..base.destination import destination_of
from ..base.disk import is_inside, project_of, replace_file
from ..base.errors import UsageError
from ..fix.fixer import Fixed, fix
from ..fix.suppressing import add_suppressions as add
from ..report.text import plural
from .output import (
    EXIT_FINDINGS,
    EXIT_INTERNAL_ERROR,
    EXIT_OK,
    EXIT_USAGE,
    print_stderr,
    write_stdout,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from ..files.inputs import Contents
    from .session import LintSession


def run(session: LintSession) -> int:
    """Check, fix what the baseline does not suppress, and report the rest; return the exit code."""
    options = session.options
    if not (options.fix or options.diff):
        raise UsageError("--unsafe-fixes requires --fix or --diff")
    session.read_stdin()
    fixed = fix(
        lambda contents: session.check({**session.stdin, **contents}, strings=True),
        unsafe=options.unsafe_fixes,
        given=session.stdin,
        select=lambda result: session.reported(result).findings,
    )
    if options.diff:
        return _print_diff(options, fixed)
    if session.stdin:
        return _print_fixed_text(session, fixed)
    session.outputs()  # before anything is written
    failures = list(_write(fixed.before, fixed.contents))
    _print_summary(options, "fixed", fixed, failures)
    # A file that could not be written is unchanged: check again.
    status = session.report(session.check() if failures else fixed.result)
    return EXIT_USAGE if failures and status != EXIT_INTERNAL_ERROR else status


def add_suppressions(session: LintSession) -> int:
    """Write a comment for each finding that the baseline does not suppress; return the exit code."""
    options = session.options
    reason = options.add_suppressions.strip()
    if not reason or not reason.isprintable():
        raise UsageError("--add-suppressions requires a reason of one line")
    if "-" in options.paths:
        raise UsageError("--add-suppressions does not work on standard input")
    done = add(
        lambda contents: session.check(contents, strings=True),
        reason,
        select=lambda result: session.reported(result).findings,
    )
    session.outputs()  # before anything is written
    failures = list(_write(done.before, done.contents))
    for _, message in failures:
        print_stderr(message)
    if not options.quiet:
        files = plural(len(done.contents) - len(failures), "file")
        print_stderr(f"suppressed {plural(done.suppressed, 'finding')} in {files}")
        if done.left:
            print_stderr(
                f"not suppressed: {plural(len(done.left), 'finding')}, where no comment can be "
                "written; use suppress in the settings, or --write-baseline"
            )
    status = session.report(session.check() if failures else done.result)
    return EXIT_USAGE if failures and status != EXIT_INTERNAL_ERROR else status


def _write(before: Contents, after: Contents) -> Iterator[tuple[str, str]]:
    """Write the files that changed; yield each path that could not be written, with the message."""
    for path in sorted(after):
        try:
            replace(path, before[path], after[path])
        except OSError as error:
            yield path, f"{path}: cannot be written: {(error.strerror or str(error)).lower()}"


def replace(path: str, before: bytes, after: bytes) -> None:
    """Replace the contents *before* of the file *path* by *after* in one step; raises ``OSError``.

    The file keeps its mode, its extended attributes and, if permitted, its owner;
    a link stays a link. A file with other contents than *before* or with other
    names is left alone, and so is the target of a link that leads out of the
    project, and what is in a folder of git.
    """
    destination = destination_of(path)
    target = destination.target
    inside = is_inside(target, project_of(os.path.dirname(path)))
    if destination.leads_out_of_project or not inside:
        raise PermissionError(None, "the link leads out of the project")
    if destination.is_in_git_folder():
        raise PermissionError(None, "the file is in a folder of git")
    state = os.stat(target)
    if not (state.st_mode & 0o222 and os.access(target, os.W_OK)):  # root may write all files
        raise PermissionError(None, "the file is read-only")
    if state.st_nlink > 1:  # they would keep the old contents
        raise PermissionError(None, "the file has other names (hard links)")

    def prepare(temporary: str) -> None:
        if hasattr(os, "chown") and (state.st_uid, state.st_gid) != (os.geteuid(), os.getegid()):
            with contextlib.suppress(OSError):  # not permitted: the file becomes the user's own
                os.chown(temporary, state.st_uid, state.st_gid)
        os.chmod(temporary, state.st_mode & 0o7777)  # after chown, which may take bits away
        _copy_attributes(target, temporary)
        with open(target, "rb") as file:
            if file.read() != before:
                raise OSError(None, "the file has changed since it was read")

    replace_file(target, after, prepare)


def _copy_attributes(path: str, to: str) -> None:
    """Copy the extended attributes of the file *path*, access control lists among them."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # a file system without them
            for name in os.listxattr(path):
                with contextlib.suppress(OSError):  # not permitted
                    os.setxattr(to, name, os.getxattr(path, name))


def _print_fixed_text(session: LintSession, fixed: Fixed) -> int:
    """Print standard input as fixed, and the findings to standard error; return the exit code."""
    session.stdin.update(fixed.contents)
    for data in session.stdin.values():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    _print_summary(session.options, "fixed", fixed)
    with contextlib.redirect_stdout(sys.stderr):
        return session.report(fixed.result)


def _print_diff(options: argparse.Namespace, fixed: Fixed) -> int:
    """Print what would change as a unified diff; return the exit code, 1 if something would."""
    import difflib

    from ..report.printable import printable

    for error in fixed.result.internal_errors:
        print_stderr(error)
    for path in sorted(fixed.contents):
        old, new = (_lines(text[path].decode("utf-8")) for text in (fixed.before, fixed.contents))
        # patch and git apply read a name with a space only if a tab follows it.
        name = f"{path}\t" if " " in path else path
        for line in difflib.unified_diff(old, new, name, name):
            shown = line.rstrip("\r\n")
            write_stdout(printable(shown) + line[len(shown) :])
            if shown == line:
                write_stdout("\n\\ No newline at end of file\n")
    _print_summary(options, "would fix", fixed)
    if fixed.result.internal_errors:
        return EXIT_INTERNAL_ERROR
    return EXIT_FINDINGS if fixed.contents else EXIT_OK


def _lines(text: str) -> list[str]:
    """The lines of *text* as patch and git know them: no other character than LF ends one."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _print_summary(
    options: argparse.Namespace,
    verb: str,
    fixed: Fixed,
    failures: Sequence[tuple[str, str]] = (),
) -> None:
    """Print refused fixes, files that could not be written, and the number of findings fixed."""
    for refusal in fixed.refusals:
        place = refusal.finding.span.place()
        print_stderr(f"{place}: {refusal.finding.rule.id} not fixed: {refusal.reason}")
    for _, message in failures:
        print_stderr(message)
    failed = {path for path, _ in failures}
    done = [f for f in fixed.findings if f.span.source.path not in failed]
    paths = {path for path in fixed.contents if path not in failed}
    if fixed.findings and not options.quiet:
        total = max(fixed.found, len(fixed.findings))  # one fix may uncover other findings
        files = plural(len(paths), "file")
        print_stderr(f"{verb} {len(done)} of {plural(total, 'finding')} in {files}")
