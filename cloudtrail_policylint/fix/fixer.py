"""Fixing findings: applies their edits to the texts of files, and lints the result.

A new text is never trusted. It is linted, and kept only if every policy changed
as intended and no finding is new (``effect``). So a wrong spelling of a text
(``spelling``) cannot pass, and the right one is found by trying.
"""

from __future__ import annotations

from ..base.disk import UnreadableError
from ..base.formats import MODULE_FILES
from ..base.record import record, replaced
from ..files.contents import encode, read_bytes
from ..files.inputs import file_key
from ..findings.result import Offer
from ..tree.source import Span
from .effect import (
    BROKEN_SYNTAX,
    OTHER_TEXT,
    Change,
    Readers,
    State,
    kind_of,
    misplaced,
    problem_after,
)
from .readers import FileReaders
from .spelling import spellings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from ..files.inputs import Contents
    from ..findings.finding import Finding
    from ..findings.result import Result
    from ..tree.edit import Edit
    from ..tree.source import SourceFile
    from .spelling import Replacement

    Lint: TypeAlias = Callable[[Contents], Result]
    """Lints with some contents in place of those of files; the result has all strings."""

MAX_FAILED = 50
"""The most edits that are tried alone and refused: each is linted, and so is each half of the others."""
MOST_TRIES = 3
"""How often at most files are linted again to offer edits: a report need not have them all."""
TOO_MANY = "too many other fixes were refused"
OTHER_READER = "something else may read the file"
WRONG_SPELLING = (OTHER_TEXT, BROKEN_SYNTAX)
"""Why an edit fails that may work in another spelling."""
NO_COMMENT = "this is text, not a comment"
_AROUND = 60
"""Characters beside an edit, on its line, by which it is known again: a line may be a whole file."""
MORE_ROUNDS = 20
"""The most rounds beside one for each finding: an edit may make another one possible."""


@record
class Refusal:
    """A finding whose edit was not made, and why."""

    finding: Finding
    reason: str


@record
class Fixed:
    """The outcome of fixing.

    ``result`` is that of linting afterwards, ``found`` the number of findings
    before, ``findings`` those that were fixed. ``contents`` are the new contents
    of changed files, ``before`` the old ones.
    """

    result: Result
    found: int
    contents: Contents
    before: Contents
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]


def fix(
    lint: Lint,
    *,
    unsafe: bool,
    given: Contents | None = None,
    select: Callable[[Result], Sequence[Finding]] = lambda result: result.findings,
) -> Fixed:
    """Lint, apply edits, and lint again until there is nothing left to edit; writes no file.

    *lint* lints with some contents in place of those of files. With *unsafe*,
    edits that may grant or deny more are made too. *given* are the contents of
    files that are not on the disk. *select* returns the findings to fix.
    """
    return _Fixer(lint, dict(given or {}), select, unsafe=unsafe).fix()


def offers(
    lint: Lint,
    *,
    given: Contents | None = None,
    select: Callable[[Result], Sequence[Finding]] = lambda result: result.findings,
) -> Result:
    """The result of *lint*, with the edits that ``fix`` would make at once, safe or not, as offers.

    The arguments are those of ``fix``.
    """
    return _Fixer(lint, dict(given or {}), select, unsafe=True).offers()


class _Fixer:
    def __init__(
        self,
        lint: Lint,
        before: dict[str, bytes],
        select: Callable[[Result], Sequence[Finding]],
        *,
        unsafe: bool,
    ) -> None:
        self._lint = lint
        self._select = select
        self._unsafe = unsafe
        self._before = before
        self._paths: dict[object, str] = {}  # one path of each file with several
        self._refused: dict[object, Refusal] = {}
        self._files = FileReaders()
        self._failed = 0
        self._tries_left: int | None = None

    def fix(self) -> Fixed:
        state = self._state({})
        found = len(self._select(state.result))
        fixed: list[Finding] = []
        retry = False
        # The most changes of a round: all, but after a failure few, which need fewer tries.
        most: int | None = None
        for _ in range(found + MORE_ROUNDS):
            changes = self._changes(state)
            if not changes and retry:  # what was refused may be possible now
                retry, most = False, None
                self._refused.clear()
                changes = self._changes(state)
            if not changes:
                break
            changes = changes[:most]
            state, made = self._apply(state, changes)
            if len(made) < len(changes):
                most = max(1, len(made))
            elif most is not None:
                most *= 4
            fixed += [finding for change in made for finding in change.findings]
            retry = retry or bool(made)
        before = {path: self._before[path] for path in state.contents}
        refusals = tuple(self._refused.values())
        return Fixed(state.result, found, state.contents, before, tuple(fixed), refusals)

    def offers(self) -> Result:
        state = self._state({})
        self._tries_left = MOST_TRIES
        _, made = self._apply(state, self._changes(state))
        found: dict[int, Offer] = {}
        for change in made:
            edit, replacement = change.edit, change.replacement
            assert replacement is not None, "it was made"
            start, end, text = replacement
            span = Span(edit.span.source, start, end)
            offer = Offer(span, text, edit.safe, edit.says)
            found.update((id(finding), offer) for finding in change.findings)
        return replaced(state.result, offers=found)

    def _state(self, contents: Contents) -> State:
        from collections import Counter

        result = self._lint(contents)
        if result.interrupted:
            raise KeyboardInterrupt  # nothing has been written
        counts = Counter(kind_of(finding) for finding in result.findings if finding.certain)
        return State(contents, result, counts, Readers(result.strings))

    # -- choosing edits

    def _changes(self, state: State) -> list[Change]:
        """The edits to make in this round: of edits that overlap or touch, the first."""
        edits: dict[tuple[str, int, int, str], tuple[Edit, list[Finding]]] = {}
        for finding in self._select(state.result):
            edit = finding.edit
            if edit is None or not (edit.safe or self._unsafe) or _identity(edit) in self._refused:
                continue
            reason = self._cannot_edit(edit.span.source, state)
            if not reason and state.readers.forbid(finding):
                reason = OTHER_TEXT
            if not reason and self._is_read(edit, state):
                reason = OTHER_READER
            if reason:
                self._refused[_identity(edit)] = Refusal(finding, reason)
            else:
                span = edit.span
                key = (self._path_of(span.source.path), span.start, span.end, edit.text)
                edits.setdefault(key, (edit, []))[1].append(finding)
        no_comments = misplaced(edit for edit, _ in edits.values())
        changes: list[Change] = []
        # Two edits that make the same text in one statement: the second waits for the next
        # round, in which the finding may be gone.
        made: set[object] = set()
        last_path, last_end = "", -1
        for key in sorted(edits):
            path, start, end, _ = key
            edit, findings = edits[key]
            if id(edit) in no_comments:
                self._refused[_identity(edit)] = Refusal(findings[0], NO_COMMENT)
                continue
            statement = findings[0].within[:1]
            text_made = [(edit.new_text, *_place(span)) for span in statement]
            if (path != last_path or start > last_end) and made.isdisjoint(text_made):
                changes.append(Change(edit, tuple(findings)))
                made.update(text_made)
                last_path, last_end = path, end
        return changes

    def _is_read(self, edit: Edit, state: State) -> bool:
        """Whether something else than a policy reads the file of *edit*, which changes a policy."""
        path = edit.span.source.path
        if path.endswith(MODULE_FILES) or (edit.target is None and edit.removed is None):
            return False
        return self._files.others(path, state.readers.modules_of(path))

    def _path_of(self, path: str) -> str:
        """The path to edit the file *path* by, one for all links to it."""
        return self._paths.setdefault(file_key(path), path)

    def _cannot_edit(self, source: SourceFile, state: State) -> str:
        """Why the file of *source* cannot be edited; empty if it can."""
        if state.result.internal_errors:
            return "there was an internal error"
        if source.path in state.result.unread:
            return "a part of the file was not checked"
        path = self._path_of(source.path)
        if path in state.contents:
            return ""
        try:
            data = self._before[path] if path in self._before else read_bytes(path)
        except UnreadableError as error:
            return str(error)
        if encode(source.text, data) != data:
            return "the file has changed since it was read"
        self._before[path] = data
        return ""

    # -- applying them

    def _apply(self, state: State, changes: Sequence[Change]) -> tuple[State, Sequence[Change]]:
        """The state after those of *changes* that can be made, and these.

        If not all can be made, half of them are tried, and then those of the other
        half in other files. The next round tries the rest; a change that cannot be
        made alone is refused.
        """
        if self._tries_left == 0:
            return state, ()
        if self._tries_left is not None:
            self._tries_left -= 1
        after, reason, tried = self._try(state, changes)
        if after is not None:
            return after, tried
        if len(changes) == 1 or self._failed == MAX_FAILED:
            self._failed = min(self._failed + 1, MAX_FAILED)
            for change in changes:
                why = reason if len(changes) == 1 else TOO_MANY
                self._refused[_identity(change.edit)] = Refusal(change.findings[0], why)
            return state, ()
        half = len(changes) // 2
        state, made = self._apply(state, changes[:half])
        edited = {self._path(change) for change in made}
        rest = [change for change in changes[half:] if self._path(change) not in edited]
        if not rest:
            return state, made
        state, more = self._apply(state, rest)
        return state, (*made, *more)

    def _path(self, change: Change) -> str:
        return self._path_of(change.edit.span.source.path)

    def _try(
        self, state: State, changes: Sequence[Change]
    ) -> tuple[State | None, str, Sequence[Change]]:
        """The state after all of *changes*, and these with their replacements.

        None, and why, if no spelling of them works. Several changes are tried in their likeliest spelling only.
        """
        attempts: Iterator[list[Replacement]]
        if len(changes) == 1:
            attempts = ([replacement] for replacement in spellings(changes[0].edit))
        else:
            attempts = iter([[next(spellings(change.edit)) for change in changes]])
        first_reason = ""
        for replacements in attempts:
            new = self._with_replacements(changes, replacements)
            after = self._state({**state.contents, **new})
            reason = problem_after(state, after, changes, unsafe=self._unsafe)
            if not reason:
                made = [
                    replaced(change, replacement=one)
                    for change, one in zip(changes, replacements, strict=True)
                ]
                return after, "", made
            first_reason = first_reason or reason
            if reason not in WRONG_SPELLING:
                break  # all strings are as they should be
        return None, first_reason, ()

    def _with_replacements(
        self, changes: Sequence[Change], replacements: Sequence[Replacement]
    ) -> dict[str, bytes]:
        """The contents of the changed files, by path."""
        texts: dict[str, str] = {}
        # From the end of each file, so that the offsets of the others stay right.
        for change, (start, end, text) in zip(
            reversed(changes), reversed(replacements), strict=True
        ):
            path = self._path(change)
            old = texts.get(path, change.edit.span.source.text)
            texts[path] = old[:start] + text + old[end:]
        return {path: encode(text, self._before[path]) for path, text in texts.items()}


def _place(span: Span) -> tuple[str, int]:
    return span.source.path, span.start


def _identity(edit: Edit) -> object:
    """A key for *edit* that stays the same when other edits move it."""
    source, start, end = edit.span.source, edit.span.start, edit.span.end
    before = source.text[max(0, start - _AROUND) : start].rpartition("\n")[2]
    line = before + source.text[start : end + _AROUND].partition("\n")[0]
    return source.path, line, edit.new_text, edit.text, edit.says
