"""Whether edits of files have the effect that they should, and no other."""

from __future__ import annotations

import os

from ..base.formats import JSON, format_of
from ..base.record import record
from ..extract import extractor_of
from ..files.inputs import file_key
from ..findings.strings import key_of_edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from ..files.inputs import Contents
    from ..findings.finding import Finding
    from ..findings.result import Result
    from ..findings.strings import Passage, PolicyPiece, PolicyString
    from ..tree.edit import Edit
    from .spelling import Replacement

    Kind: TypeAlias = tuple[str, str, str]
    """The path, rule and severity of a finding."""

    Reader: TypeAlias = tuple[PolicyPiece, PolicyString, Passage]
    """A piece of a string of a passage."""

OTHER_TEXT = "the fix would change other text too"

BROKEN_SYNTAX = "the fix would break the syntax"
_OF_SYNTAX = ("syntax-error", "embedded-policy-not-json")
"""The problems of a file or string that cannot be read."""

BLOCK = 256
"""Pieces are looked up in blocks of this many characters of a file."""


class Readers:
    """The strings of policies in *passages*, by the places where their text is written."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._files: dict[str, object] = {}
        self._folders: dict[str, str] = {}
        self._modules: dict[object, set[str]] = {}
        self._blocks: dict[tuple[object, int], list[Reader]] = {}
        for passage in passages:
            for string in passage.strings:
                for piece in string.pieces:
                    if passage.owner != piece.path:
                        self._modules.setdefault(self._key(piece.path), set()).add(
                            self._folder_of(passage.owner)
                        )
                    for block in self._blocks_of(piece.path, piece.start, piece.end):
                        self._blocks.setdefault(block, []).append((piece, string, passage))

    def _blocks_of(self, path: str, start: int, end: int) -> Iterator[tuple[object, int]]:
        """The blocks of ``BLOCK`` characters that ``[start, end]`` meets, under all names of a file."""
        key = self._key(path)
        for number in range(start // BLOCK, end // BLOCK + 1):
            yield key, number

    def _key(self, path: str) -> object:
        if path not in self._files:
            self._files[path] = file_key(path)
        return self._files[path]

    def _folder_of(self, path: str) -> str:
        """The real path of the folder of the file *path*."""
        if path not in self._folders:
            self._folders[path] = os.path.realpath(os.path.dirname(path))
        return self._folders[path]

    def modules_of(self, path: str) -> frozenset[str]:
        """The folders of the modules with policies in the file *path*, which they load."""
        return frozenset(self._modules.get(file_key(path), ()))

    def changed_by(self, edit: Edit) -> Iterator[Reader]:
        """The strings that *edit* changes or removes; some more than once."""
        span = edit.span if edit.removed is None else edit.removed
        for block in self._blocks_of(span.source.path, span.start, span.end):
            for piece, string, passage in self._blocks.get(block, ()):
                if edit.removed is not None:
                    meets = span.start <= piece.start and piece.end <= span.end
                elif span.start == span.end:
                    meets = piece.start <= span.start <= piece.end
                else:
                    meets = piece.start < span.end and span.start < piece.end
                if meets:
                    yield piece, string, passage

    def forbid(self, finding: Finding) -> bool:
        """Whether something else than statements with *finding* reads what its edit changes."""
        key, edit = key_of_edit(finding), finding.edit
        if key is None or edit is None:
            return False
        changed = list(self.changed_by(edit))
        if not all(piece.own and key in passage.edits for piece, _, passage in changed):
            return True
        if edit.target is None:
            return not changed
        strings = {id(string): (string, passage) for _, string, passage in changed}
        once = len({id(passage) for _, passage in strings.values()}) == len(strings)
        same = all(string.text == edit.target.written for string, _ in strings.values())
        return not (changed and once and same)


@record
class State:
    """The ``contents`` of changed files, the ``result`` of linting with them, and its findings."""

    contents: Contents
    result: Result
    counts: Counter[Kind]
    readers: Readers


@record
class Change:
    """An edit of one file, the findings that it fixes, and how it is written, once that is known."""

    edit: Edit
    findings: tuple[Finding, ...]
    replacement: Replacement | None = None


def kind_of(finding: Finding) -> Kind:
    """What findings are counted by."""
    return finding.span.source.path, finding.rule.id, finding.severity


def misplaced(edits: Iterable[Edit]) -> set[int]:
    """The ids of those of *edits* that are about a comment but do not change one.

    Each file is read once for all of them.
    """
    by_source: dict[int, list[Edit]] = {}
    for edit in edits:
        if edit.target is None and edit.removed is None and not edit.code:
            by_source.setdefault(id(edit.span.source), []).append(edit)
    found: set[int] = set()
    for some in by_source.values():
        source = some[0].span.source
        extractor = extractor_of(format_of(source.path) or JSON, source.text)
        alike = extractor.changes_comments_only(source, [(one.span, one.text) for one in some])
        found.update(id(one) for one, fits in zip(some, alike, strict=True) if not fits)
    return found


def problem_after(before: State, after: State, changes: Sequence[Change], *, unsafe: bool) -> str:
    """Why *after* is not what *changes* should make of *before*; empty if it is.

    Every string of every policy must be the same, except for those that were to
    change. The fixed findings must be gone, and there may be no new ones, except
    those of rules that a fixed rule supersedes (they were there, but hidden). With
    *unsafe*, new findings that are no errors are accepted, of a permission that
    an edit grants, for instance.
    """
    if len(after.result.internal_errors) > len(before.result.internal_errors):
        return "the fixed file cannot be checked"
    strings = [string.text for passage in after.result.strings for string in passage.strings]
    if strings != _expected_strings(changes, before):
        return OTHER_TEXT
    expected = before.counts.copy()
    expected.subtract(kind_of(finding) for change in changes for finding in change.findings)
    hidden = {
        rule
        for change in changes
        for finding in change.findings
        for rule in finding.rule.supersedes
    }
    for kind, count in after.counts.items():
        _, rule, severity = kind
        accepted = rule in hidden or (unsafe and severity != "error")
        if count > before.counts[kind] and not accepted:
            names = {one.rule.id: one.rule.name for one in after.result.findings}
            return BROKEN_SYNTAX if names[rule] in _OF_SYNTAX else f"the fix would introduce {rule}"
        if expected[kind] < count <= before.counts[kind]:
            return "the fix would not remove the finding"
    return ""


def _expected_strings(changes: Sequence[Change], before: State) -> list[str]:
    """What *changes* must make of the strings of all policies."""
    new: dict[int, str | None] = {}
    for change in changes:
        edit = change.edit
        if edit.target is not None or edit.removed is not None:
            for _, string, _ in before.readers.changed_by(edit):
                new[id(string)] = edit.new_text if edit.removed is None else None
    texts = [
        new.get(id(string), string.text)
        for passage in before.result.strings
        for string in passage.strings
    ]
    return [text for text in texts if text is not None]
