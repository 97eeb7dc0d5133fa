"""Applying edits: from findings that carry them to the text of files with the mistakes gone.

A new text is never trusted: it is read and judged again, and kept only if

- every string of every policy reads as before, but for those that were to change, which read as wanted;
- what was to go has gone, and no finding has come but those that a rule supersedes (they were there, hidden).
  Where unsafe edits are wanted, findings that are no errors may come: of what is granted now, say.

Whatever the place of an edit is (a heredoc, JSON inside a string, a YAML
scalar), a wrong spelling there cannot pass, and so the right one is found by
trying.
"""

from __future__ import annotations

from ..base.disk import UnreadableError
from ..base.formats import JSON, format_of
from ..base.record import record
from ..extract import extractor_of
from ..files.contents import encode, read_bytes
from ..findings.strings import PolicyString, strings_in
from ..tree.edit import Edit
from ..tree.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    from ..files.inputs import Contents
    from ..findings.finding import Finding
    from ..findings.result import Result

    Lint: TypeAlias = Callable[[Contents], Result]
    """Lints with some contents in place of those of files; the result has the strings of all policies."""

MAX_ROUNDS = 20
"""How often the outcome of edits is looked at for more to edit."""


@record
class Refusal:
    """An edit that was not made, by the finding that carries it, and why."""

    finding: Finding
    reason: str


@record
class Fixed:
    """What fixing came to.

    ``result`` is what is found afterwards, and ``found`` how many findings were
    to be fixed;
    ``contents`` are the files that changed, ``before`` what was in them, and
    ``findings`` those fixed.
    """

    result: Result
    found: int
    contents: Contents
    before: Contents
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]


@record
class _State:
    """Files as they would be, the result for them, and how often each path, rule and severity has a finding."""

    contents: Contents
    result: Result
    counts: Counter[tuple[str, str, str]]


@record
class _Change:
    """One replacement in one file, and the findings whose edit it is."""

    edit: Edit
    findings: tuple[Finding, ...]


def fix(
    lint: Lint,
    *,
    unsafe: bool,
    given: Contents | None = None,
    wanted: Callable[[Result], Sequence[Finding]] = lambda result: result.findings,
) -> Fixed:
    """Judge by *lint*, edit, and judge again until nothing more is to be edited. Nothing is written.

    *lint* judges the files with some contents in place of their own, by path,
    and shows whatever it extracts. With *unsafe*, edits that may grant or
    deny more are made too. *given* are files that are not on the disk.
    *wanted* says which of the findings are to be fixed.
    """
    return _Fixer(lint, dict(given or {}), wanted, unsafe=unsafe).fix()


class _Fixer:
    def __init__(
        self,
        lint: Lint,
        before: dict[str, bytes],
        wanted: Callable[[Result], Sequence[Finding]],
        *,
        unsafe: bool,
    ) -> None:
        self._lint = lint
        self._wanted = wanted
        self._unsafe = unsafe
        self._before = before
        self._refused: dict[object, Refusal] = {}

    def fix(self) -> Fixed:
        state = self._state({})
        found = len(self._wanted(state.result))
        done: list[Finding] = []
        for _ in range(MAX_ROUNDS):
            changes = self._chosen(state)
            if not changes:
                break
            state, made = self._made(state, changes)
            done += [finding for change in made for finding in change.findings]
        before = {path: self._before[path] for path in state.contents}
        refusals = tuple(self._refused.values())
        return Fixed(state.result, found, state.contents, before, tuple(done), refusals)

    def _state(self, contents: Contents) -> _State:
        from collections import Counter

        result = self._lint(contents)
        if result.interrupted:
            raise KeyboardInterrupt  # nothing has been written
        counts = Counter(_kind(finding) for finding in result.findings if finding.certain)
        return _State(contents, result, counts)

    # -- which edits

    def _chosen(self, state: _State) -> list[_Change]:
        """The edits to make at once: of those that overlap or touch, the first."""
        found: dict[tuple[str, int, int, str], tuple[Edit, list[Finding]]] = {}
        for finding in self._wanted(state.result):
            edit = finding.edit
            if edit is None or not (edit.safe or self._unsafe) or _identity(edit) in self._refused:
                continue
            reason = self._stale(edit.span.source, state)
            if reason:
                self._refused[_identity(edit)] = Refusal(finding, reason)
            else:
                span = edit.span
                place = (span.source.path, span.start, span.end, edit.text)
                found.setdefault(place, (edit, []))[1].append(finding)
        chosen: list[_Change] = []
        # What would make a statement say the same twice is for the next round to judge.
        made: set[object] = set()
        path, end = "", -1
        for place in sorted(found):
            edit, findings = found[place]
            twin = (edit.wanted, findings[0].within[0].start) if findings[0].within else None
            if (place[0] != path or place[1] > end) and (twin is None or twin not in made):
                chosen.append(_Change(edit, tuple(findings)))
                made.add(twin)
                path, end = place[0], place[2]
        return chosen

    def _stale(self, source: SourceFile, state: _State) -> str:
        """Why the file of *source* cannot be edited: it is not what was judged. Empty if it is."""
        path = source.path
        if path in state.contents:
            return ""
        try:
            data = self._before[path] if path in self._before else read_bytes(path)
        except UnreadableError as error:
            return str(error)
        if encode(source.text, data) != data:
            return "the file has changed meanwhile"
        self._before[path] = data
        return ""

    # -- making them

    def _made(self, state: _State, changes: Sequence[_Change]) -> tuple[_State, Sequence[_Change]]:
        """The state with *changes* made, or some of them: then the next round sees to the others.

        Those that cannot be made are found by halving, and refused.
        """
        trial, reason = None, "this is no comment but text"
        if all(_is_no_text(change.edit) for change in changes):
            trial, reason = self._tried(state, changes)
        if trial is not None:
            return trial, changes
        if len(changes) == 1:
            only = changes[0]
            self._refused[_identity(only.edit)] = Refusal(only.findings[0], reason)
            return state, ()
        half = len(changes) // 2
        first, made = self._made(state, changes[:half])
        return (first, made) if made else self._made(state, changes[half:])

    def _tried(self, state: _State, changes: Sequence[_Change]) -> tuple[_State | None, str]:
        """The state with all of *changes* made; None, and why, where they do not come to what they should."""
        ways: Iterator[list[tuple[int, int, str]]]
        if len(changes) == 1:
            ways = ([spelling] for spelling in _spellings(changes[0].edit))
        else:
            ways = iter([[next(_spellings(change.edit)) for change in changes]])
        reason = ""
        for spelt in ways:
            trial = self._state({**state.contents, **self._replaced(changes, spelt)})
            why = _wrong(state, trial, changes, unsafe=self._unsafe)
            if not why:
                return trial, ""
            reason = reason or why
        return None, reason

    def _replaced(
        self, changes: Sequence[_Change], spelt: Sequence[tuple[int, int, str]]
    ) -> dict[str, bytes]:
        texts: dict[str, str] = {}
        for change, (start, end, text) in zip(reversed(changes), reversed(spelt), strict=True):
            source = change.edit.span.source
            old = texts.get(source.path, source.text)
            texts[source.path] = old[:start] + text + old[end:]
        return {path: encode(text, self._before[path]) for path, text in texts.items()}


def _kind(finding: Finding) -> tuple[str, str, str]:
    return finding.span.source.path, finding.rule.id, finding.severity


def _identity(edit: Edit) -> object:
    """The same for an edit however other ones have moved it."""
    source = edit.span.source
    line = source.line(source.position(edit.span.start)[0])
    return source.path, line, edit.wanted, edit.text, edit.says


# -- how a text is spelt


def _spellings(edit: Edit) -> Iterator[tuple[int, int, str]]:
    """What to write for *edit* and where, the likeliest first."""
    import json

    span, text, target = edit.span, edit.text, edit.target
    tried = set()
    once = json.dumps(text, ensure_ascii=False)[1:-1]
    twice = json.dumps(once, ensure_ascii=False)[1:-1]
    for spelt in (text, once, twice):
        marked = spelt.replace("${", "$${").replace("%{", "%%{")  # a template of HCL
        literal = spelt.replace("${", "${!")  # Fn::Sub
        for way in (spelt, marked, literal, spelt.replace("'", "''"), literal.replace("'", "''")):
            if way not in tried:
                tried.add(way)
                yield span.start, span.end, way
    if target is not None:
        whole = target.span
        if whole.text == target.literal:  # a plain scalar
            yield whole.start, whole.end, json.dumps(edit.wanted, ensure_ascii=False)


# -- whether it came to what it should


def _is_no_text(edit: Edit) -> bool:
    """Whether an *edit* that is about neither a string nor an entry is in a comment: the file reads the same after."""
    if edit.target is not None or edit.gone is not None:
        return True
    source = edit.span.source
    form = format_of(source.path) or JSON
    return extractor_of(form, source.text).reads_alike(edit.span, edit.text)


def _wrong(state: _State, trial: _State, changes: Sequence[_Change], *, unsafe: bool) -> str:
    """What is not as it should be after *changes* were made to *state*; empty when all is."""
    if len(trial.result.internal_errors) > len(state.result.internal_errors):
        return "the changed file cannot be judged"
    if _strings_after(changes, state.result.strings) != [one.text for one in trial.result.strings]:
        return "the change would alter more than it should"
    left = state.counts.copy()
    left.subtract(_kind(finding) for change in changes for finding in change.findings)
    hidden = {other for change in changes for f in change.findings for other in f.rule.supersedes}
    for kind, count in trial.counts.items():
        _, rule, severity = kind
        may_come = rule in hidden or (unsafe and severity != "error")
        if count > state.counts[kind] and not may_come:
            return f"the change would bring {rule}"
        if left[kind] < count <= state.counts[kind]:
            return "the finding would stay"
    return ""


def _strings_after(changes: Sequence[_Change], strings: Sequence[PolicyString]) -> list[str]:
    """What *strings*, those of all policies, must be after *changes*."""
    new: dict[tuple[str, int, int, str], str] = {}
    gone: list[Span] = []
    for change in changes:
        if change.edit.target is not None:
            for one in strings_in(change.edit.target):
                new[one.path, one.start, one.end, one.text] = change.edit.wanted
        elif change.edit.gone is not None:
            gone.append(change.edit.gone)
    return [
        new.get((one.path, one.start, one.end, one.text), one.text)
        for one in strings
        if not any(
            one.path == span.source.path and span.start <= one.start and one.end <= span.end
            for span in gone
        )
    ]
