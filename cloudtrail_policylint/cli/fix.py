"""``lint --fix``: write the corrected files, show the corrected text, or only the difference.

As with ``ruff check``: a file is written in place, standard input comes out
corrected on standard output with the findings on standard error, and
``--diff`` writes nothing and reports nothing but the difference.
"""

from __future__ import annotations

import contextlib
import os
import sys

from ..base.disk import is_inside, project_of, replace_file
from ..base.errors import UsageError
from ..fix.fixer import Fixed, fix
from .output import CRASHED, FINE, FOUND, WRONG, say, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from ..files.inputs import Contents
    from .session import Session


def run(session: Session) -> int:
    """Check, edit what is left by the baseline, and report the result after that; the exit code."""
    options = session.options
    if not (options.fix or options.diff):
        raise UsageError("--unsafe-fixes: give --fix as well, or --diff to see what would change")
    given = {}
    if options.paths == ["-"] and options.stdin_filename:
        given[options.stdin_filename] = sys.stdin.buffer.read()
    fixed = fix(
        lambda contents: session.check({**given, **contents}, strings=True),
        unsafe=options.unsafe_fixes,
        given=given,
        wanted=lambda result: session.left(result).findings,
    )
    if options.diff:
        return _show_difference(options, fixed)
    if given:
        return _show_text(session, fixed, given)
    failures = list(_write(fixed))
    _tell(options, "fixed", fixed, [failure for failure, _ in failures], failures)
    # What could not be written is still as it was.
    status = session.report(session.check() if failures else fixed.result)
    return WRONG if failures and status != CRASHED else status


def _write(fixed: Fixed) -> Iterator[tuple[str, str]]:
    """Write the files that changed; the path of each that could not be, and why."""
    for path in sorted(fixed.contents):
        try:
            replace(path, fixed.before[path], fixed.contents[path])
        except OSError as error:
            yield path, f"{path}: cannot be written: {(error.strerror or str(error)).lower()}"


def replace(path: str, before: bytes, after: bytes) -> None:
    """Put *after* in place of *before* in the file *path* in one step; raises ``OSError``.

    Its mode and, where that is allowed, its owner stay, and a link stays a
    link. A file in which there is something else than *before* is left alone,
    and so is one outside of the project that a link leads to.
    """
    whole = os.path.realpath(path)
    if not is_inside(whole, project_of(os.path.dirname(path))):
        raise PermissionError(None, "it is a link out of the project")
    state = os.stat(whole)
    if not (state.st_mode & 0o222 and os.access(whole, os.W_OK)):  # an administrator may write all
        raise PermissionError(None, "it is read-only")

    def prepare(temporary: str) -> None:
        os.chmod(temporary, state.st_mode & 0o7777)
        if hasattr(os, "chown") and (state.st_uid, state.st_gid) != (os.geteuid(), os.getegid()):
            with contextlib.suppress(OSError):  # not ours to give away: it is ours then
                os.chown(temporary, state.st_uid, state.st_gid)
        with open(whole, "rb") as file:
            if file.read() != before:
                raise OSError(None, "it has changed meanwhile")

    replace_file(whole, after, prepare)


def _show_text(session: Session, fixed: Fixed, given: Contents) -> int:
    """Standard input as it is corrected; the findings go to standard error. The exit code."""
    for path, data in given.items():
        sys.stdout.flush()
        sys.stdout.buffer.write(fixed.contents.get(path, data))
        sys.stdout.buffer.flush()
    _tell(session.options, "fixed", fixed)
    with contextlib.redirect_stdout(sys.stderr):
        return session.report(fixed.result)


def _show_difference(options: argparse.Namespace, fixed: Fixed) -> int:
    """What would change, as a unified diff; the exit code, 1 if there is something."""
    import difflib

    from ..report.printable import printable

    for error in fixed.result.internal_errors:
        say(error)
    for path in sorted(fixed.contents):
        old, new = (
            text[path].decode("utf-8").splitlines(keepends=True)
            for text in (fixed.before, fixed.contents)
        )
        # What applies a difference takes a name with a space in it for one only before a tab.
        name = f"{path}\t" if " " in path else path
        for line in difflib.unified_diff(old, new, name, name):
            shown = line.rstrip("\r\n")
            show(printable(shown) + line[len(shown) :])
            if shown == line:
                show("\n\\ No newline at end of file\n")
    _tell(options, "would fix", fixed)
    if fixed.result.internal_errors:
        return CRASHED
    return FOUND if fixed.contents else FINE


def _tell(
    options: argparse.Namespace,
    what: str,
    fixed: Fixed,
    failed: Sequence[str] = (),
    failures: Iterable[tuple[str, str]] = (),
) -> None:
    """Say how much was fixed, what could not be written, and what was left as it is on purpose."""
    from ..report.printable import printable
    from ..report.text import plural

    for refusal in fixed.refusals:
        place = refusal.finding.span.place()
        say(printable(f"{place}: {refusal.finding.rule.id} not fixed: {refusal.reason}"))
    for _, message in failures:
        say(printable(message))
    done = [f for f in fixed.findings if f.span.source.path not in failed]
    paths = {path for path in fixed.contents if path not in failed}
    if fixed.findings and not options.quiet:
        every = max(fixed.found, len(fixed.findings))  # some came to light by others
        files = plural(len(paths), "file")
        say(f"{what} {len(done)} of {plural(every, 'finding')} in {files}")
