"""What an editor can do about a finding: fix it, suppress it, explain it.

As on the command line, each change is tried before it is offered: the document
is checked with it, and it must change what it should and nothing else.
"""

from __future__ import annotations

import difflib

from lsprotocol.types import CodeAction, CodeActionKind, Command, TextEdit, WorkspaceEdit

from ..base.record import record
from ..fix.fixer import fix, offers
from ..fix.suppressing import add_suppressions
from ..tree.source import SourceFile, Span
from .diagnostics import EXPLAIN, diagnostic_of, uri_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..files.inputs import Contents
    from ..findings.finding import Finding
    from ..findings.result import Offer, Result
    from .checking import Checker
    from .positions import Positions

REASON = "<reason>"
"""What stands for the reason in a new comment: the protocol has no way to ask for one."""
MOST = 20
"""The most findings that actions are offered for at once, of a whole file that is selected."""


@record
class Asked:
    """The document ``path``, of all open ``texts``, and ``ranges`` in it: pairs of offsets."""

    path: str
    texts: Mapping[str, str]
    ranges: Sequence[tuple[int, int]]

    def chosen(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those of *findings* in one of the ranges."""
        return [one for one in findings if self.touches(one.span)][:MOST]

    def touches(self, span: Span) -> bool:
        """Whether one of the ranges meets *span*."""
        return span.source.path == self.path and any(
            span.start <= end and start <= span.end for start, end in self.ranges
        )


def quick_fixes(checker: Checker, asked: Asked, positions: Positions) -> list[CodeAction]:
    """The actions for the findings in the ranges that are asked about."""
    lint, given = checker.lint(asked.path, asked.texts)
    if asked.path not in given:  # it is not checked
        return []

    def chosen(result: Result) -> list[Finding]:
        return asked.chosen(checker.reported(result))

    result = offers(lint, given=given, select=chosen)
    found: list[CodeAction] = []
    explained: set[str] = set()
    for finding in chosen(result):
        offer = (result.offers or {}).get(id(finding))
        if offer is not None:
            found.append(_fix_action(finding, offer, positions))
        found += _suppress_action(finding, lint, given, positions)
        if finding.rule.id not in explained:
            explained.add(finding.rule.id)
            title = f"Explain {finding.rule.id} {finding.rule.name}"
            command = Command(title, EXPLAIN, arguments=[finding.rule.id])
            found.append(
                CodeAction(
                    title,
                    kind=CodeActionKind.QuickFix,
                    diagnostics=[diagnostic_of(finding, positions)],
                    command=command,
                )
            )
    return sorted(found, key=lambda one: not one.is_preferred)


def fix_all(checker: Checker, asked: Asked, positions: Positions) -> list[CodeAction]:
    """The action that makes all safe fixes in the document, if there are any."""
    lint, given = checker.lint(asked.path, asked.texts)
    if asked.path not in given:
        return []

    def chosen(result: Result) -> list[Finding]:
        return [one for one in checker.reported(result) if one.span.source.path == asked.path]

    fixed = fix(lint, unsafe=False, given=given, select=chosen)
    if not fixed.contents:
        return []
    title = f"Fix {len(fixed.findings)} of {max(fixed.found, len(fixed.findings))} findings"
    edit = _edit_of(fixed.before, fixed.contents, positions)
    return [CodeAction(title, kind=CodeActionKind.SourceFixAll, edit=edit)]


def _fix_action(finding: Finding, offer: Offer, positions: Positions) -> CodeAction:
    unsafe = "" if offer.safe else " (unsafe: may change what is granted or denied)"
    says = offer.says[:1].upper() + offer.says[1:]
    edit = TextEdit(positions.range_of(offer.span), offer.text)
    return CodeAction(
        f"{finding.rule.id}: {says}{unsafe}",
        kind=CodeActionKind.QuickFix,
        diagnostics=[diagnostic_of(finding, positions)],
        is_preferred=offer.safe,
        edit=WorkspaceEdit(changes={uri_of(offer.span.source.path): [edit]}),
    )


def _suppress_action(
    finding: Finding, lint: Callable[[Contents], Result], given: Contents, positions: Positions
) -> Iterator[CodeAction]:
    """The action that writes a comment for *finding*, if one works there: JSON has none."""
    key = _from_the_end(finding)

    def chosen(result: Result) -> Sequence[Finding]:
        return [one for one in result.findings if _from_the_end(one) == key]

    made = add_suppressions(lint, REASON, select=chosen, given=given)
    if made.contents and not made.left:
        yield CodeAction(
            f"Suppress {finding.rule.id} with a comment; write the reason into it",
            kind=CodeActionKind.QuickFix,
            diagnostics=[diagnostic_of(finding, positions)],
            edit=_edit_of(made.before, made.contents, positions),
        )


def _from_the_end(finding: Finding) -> tuple[str, str, str, int]:
    """A key of *finding* that stays the same if a line is added above it."""
    source = finding.span.source
    end = len(source.text) - finding.span.start
    return finding.rule.id, finding.message, source.path, end


def _edit_of(before: Contents, after: Contents, positions: Positions) -> WorkspaceEdit:
    """The edit that turns the contents *before* into *after*, line by line."""
    changes = {
        uri_of(path): _text_edits(_decoded(before[path], path), _decoded(data, path), positions)
        for path, data in after.items()
    }
    return WorkspaceEdit(changes=changes)


def _decoded(data: bytes, path: str) -> SourceFile:
    return SourceFile(path, data.decode("utf-8-sig"))


def _text_edits(old: SourceFile, new: SourceFile, positions: Positions) -> list[TextEdit]:
    olds, news = (one.text.splitlines(keepends=True) for one in (old, new))
    starts = [0]
    for line in olds:
        starts.append(starts[-1] + len(line))
    edits = []
    matcher = difflib.SequenceMatcher(None, olds, news, autojunk=False)
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            span = Span(old, starts[first], starts[last])
            edits.append(TextEdit(positions.range_of(span), "".join(news[new_first:new_last])))
    return edits
