"""Writing suppression comments for findings, each tried before it is kept."""

from __future__ import annotations

from collections import Counter

from ..base.disk import UnreadableError
from ..base.formats import JSON, format_of, read_as
from ..base.record import record
from ..files.contents import encode, read_bytes
from ..findings.comments import suppressions_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from ..files.inputs import Contents
    from ..findings.finding import Finding
    from ..findings.result import Result
    from ..tree.source import SourceFile

    Lint: TypeAlias = Callable[[Contents], Result]
    """Lints with some contents in place of those of files; the result has all strings."""

MAX_FAILED = 100
"""The most comments that are tried alone and refused: each of them is one run."""


@record
class Commented:
    """The outcome: ``result`` is that of linting afterwards.

    ``contents`` are the new contents of changed files, ``before`` the old ones.
    ``suppressed`` is the number of findings that comments suppress now, ``left``
    are those without a comment.
    """

    result: Result
    contents: Contents
    before: Contents
    suppressed: int
    left: tuple[Finding, ...]


def add_suppressions(
    lint: Lint,
    reason: str,
    *,
    select: Callable[[Result], Sequence[Finding]],
    given: Contents | None = None,
) -> Commented:
    """Write a comment with *reason* for each finding that *select* returns, and lint; writes no file.

    A comment stands above the finding, or else above its statement or resource. *given* are
    contents of files that *lint* uses in place of those on the disk.
    """
    return _Writer(lint, reason, select, given or {}).write()


@record
class _Comment:
    """A comment above ``line`` of ``source`` that names ``rules``."""

    source: SourceFile
    line: int
    rules: set[str]


class _Writer:
    def __init__(
        self,
        lint: Lint,
        reason: str,
        select: Callable[[Result], Sequence[Finding]],
        given: Contents,
    ) -> None:
        self._lint = lint
        self._reason = reason
        self._before = dict(given)
        self._select = select
        self._contents: dict[str, bytes] = {}
        self._refused: set[tuple[str, str, str]] = set()
        """The rule, and the path and text of a line, of each comment that did not work."""
        self._failed = 0

    def write(self) -> Commented:
        result = self._linted({})
        found = len(self._select(result))
        while (comments := self._comments(result)) and self._failed < MAX_FAILED:
            result, _ = self._apply(result, comments)
        left = tuple(self._select(result))
        before = {path: self._before[path] for path in self._contents}
        return Commented(result, self._contents, before, found - len(left), left)

    def _linted(self, contents: Contents) -> Result:
        result = self._lint(contents)
        if result.interrupted:
            raise KeyboardInterrupt  # nothing has been written
        return result

    def _comments(self, result: Result) -> list[_Comment]:
        """The comments to try next, for each finding the nearest that was not refused."""
        found: dict[tuple[str, int], _Comment] = {}
        for finding in self._select(result):
            if not finding.rule.subject:  # it is a problem of the file, not of a policy
                continue
            for span in (finding.span, *finding.within, finding.owner.span):
                source, line = span.source, span.source.position(span.start)[0]
                key = finding.rule.id, source.path, source.line(line)
                if key not in self._refused and self._can_write(source, result):
                    new = _Comment(source, line, set())
                    found.setdefault((source.path, line), new).rules.add(finding.rule.id)
                    break
        return list(found.values())

    def _can_write(self, source: SourceFile, result: Result) -> bool:
        """Whether a comment can be written into the file of *source*."""
        path = source.path
        if _sign(source) is None or path in result.unread:
            return False
        if path not in self._before:
            try:
                self._before[path] = read_bytes(path)
            except UnreadableError:
                return False
        now = self._contents.get(path, self._before[path])
        return encode(source.text, self._before[path]) == now

    def _apply(self, result: Result, comments: Sequence[_Comment]) -> tuple[Result, bool]:
        """The result with those of *comments* that work, and whether some do.

        If not all work together, half of them are tried; the next round tries the
        rest. A comment that does not work alone is refused.
        """
        new = self._with(comments)
        after = self._linted({**self._contents, **new})
        if _is_better(result, after):
            self._contents.update(new)
            return after, True
        if len(comments) > 1:
            half = len(comments) // 2
            result, works = self._apply(result, comments[:half])
            return (result, True) if works else self._apply(result, comments[half:])
        self._failed += 1
        for one in comments:
            line = one.source.line(one.line)
            self._refused.update((rule, one.source.path, line) for rule in one.rules)
        return result, False

    def _with(self, comments: Sequence[_Comment]) -> dict[str, bytes]:
        """The contents of the files with *comments*."""
        by_source: dict[SourceFile, list[_Comment]] = {}
        for one in comments:
            by_source.setdefault(one.source, []).append(one)
        return {
            source.path: encode(self._commented(source, some), self._before[source.path])
            for source, some in by_source.items()
        }

    def _commented(self, source: SourceFile, comments: Sequence[_Comment]) -> str:
        """The text of *source* with *comments*; one that is there already gets their rules."""
        above = {one.below: one for one in suppressions_in(source) if one.below}
        text = source.text
        end = "\r\n" if "\r\n" in text else "\n"
        for one in sorted(comments, key=lambda one: -one.line):
            rules = ", ".join(sorted(one.rules))
            if one.line in above:
                at = above[one.line].words[-1][1].end
                text = f"{text[:at]}, {rules}{text[at:]}"
            else:
                at, line = source.line_start(one.line), source.line(one.line)
                indent = line[: len(line) - len(line.lstrip())]
                allow = f"{_sign(source)} policylint: allow {rules} -- {self._reason}"
                text = f"{text[:at]}{indent}{allow}{end}{text[at:]}"
        return text


def _sign(source: SourceFile) -> str | None:
    """What begins a comment in *source*; None if it has none."""
    form = read_as(format_of(source.path) or JSON, source.text)
    return None if source.path.endswith(".json") or not form.comments else form.comments[0]


def _is_better(before: Result, after: Result) -> bool:
    """Whether *after* has fewer findings than *before*, no new ones, and the same policies."""
    old, new = (Counter(map(_kind, one.findings)) for one in (before, after))
    return (
        len(after.internal_errors) <= len(before.internal_errors)
        and after.unread <= before.unread
        and _strings(before) == _strings(after)
        and new < old
    )


def _kind(finding: Finding) -> tuple[str, str, str]:
    return finding.span.source.path, finding.rule.id, finding.message


def _strings(result: Result) -> list[str]:
    return [string.text for passage in result.strings for string in passage.strings]
