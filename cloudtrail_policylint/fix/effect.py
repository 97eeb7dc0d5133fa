"""Whether changes to files have the effect that they should, and no other."""

from __future__ import annotations

from ..base.formats import JSON, format_of
from ..base.record import record
from ..extract import extractor_of
from ..findings.strings import PolicyString, strings_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence
    from typing import TypeAlias

    from ..files.inputs import Contents
    from ..findings.finding import Finding
    from ..findings.result import Result
    from ..tree.edit import Edit
    from ..tree.source import Span

    Kind: TypeAlias = tuple[str, str, str]
    """The path, rule and severity of a finding."""


@record
class State:
    """The ``contents`` of changed files, the ``result`` of linting with them, and its findings."""

    contents: Contents
    result: Result
    counts: Counter[Kind]


@record
class Change:
    """An edit of one file, and the findings that it fixes."""

    edit: Edit
    findings: tuple[Finding, ...]


def kind_of(finding: Finding) -> Kind:
    """What findings are counted by."""
    return finding.span.source.path, finding.rule.id, finding.severity


def is_misplaced(edit: Edit) -> bool:
    """Whether *edit* is about a comment, but what it changes is not in one."""
    if edit.target is not None or edit.removed is not None:
        return False
    source = edit.span.source
    form = format_of(source.path) or JSON
    return not extractor_of(form, source.text).reads_alike(edit.span, edit.text)


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
    strings = [one.text for one in after.result.strings]
    if strings != _expected_strings(changes, before.result.strings):
        return "the fix would change other text too"
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
            return f"the fix would introduce {rule}"
        if expected[kind] < count <= before.counts[kind]:
            return "the fix would not remove the finding"
    return ""


def _expected_strings(changes: Sequence[Change], strings: Sequence[PolicyString]) -> list[str]:
    """What *changes* must make of *strings*, those of all policies."""
    new: dict[tuple[str, int, int, str], str] = {}
    removed: list[Span] = []
    for change in changes:
        edit = change.edit
        if edit.target is not None:
            for one in strings_in(edit.target):
                new[one.path, one.start, one.end, one.text] = edit.new_text
        elif edit.removed is not None:
            removed.append(edit.removed)
    return [
        new.get((one.path, one.start, one.end, one.text), one.text)
        for one in strings
        if not any(
            one.path == span.source.path and span.start <= one.start and one.end <= span.end
            for span in removed
        )
    ]
