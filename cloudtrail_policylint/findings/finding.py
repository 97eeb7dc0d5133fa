"""Findings, and the removal of duplicate and superseded ones."""

from __future__ import annotations

from ..base.record import record, replaced
from ..tree.source import MAX_RELATED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..iam.written import Owner, Problem
    from ..rulebook.model import Rule, RuleBook
    from ..tree.edit import Edit
    from ..tree.source import Related, Span


@record
class Finding:
    """One defect at one place.

    ``certain`` is False if only ``--pedantic`` reports it. ``within`` are the
    statements, and the blocks around them, that contain the defect; ``sid`` is
    the Sid of the first. ``related`` are other places that explain it. ``edit``
    fixes it, if known.
    """

    rule: Rule
    message: str
    span: Span
    owner: Owner
    severity: str
    certain: bool = True
    within: tuple[Span, ...] = ()
    sid: str = ""
    related: tuple[Related, ...] = ()
    edit: Edit | None = None


def problem_finding(
    problem: Problem,
    book: RuleBook,
    owner: Owner,
    related: tuple[Related, ...] = (),
    edit: Edit | None = None,
) -> Finding:
    """The finding that reports *problem*, with *related* places and the *edit* that fixes it."""
    rule = book.problems[problem.name]
    return Finding(
        rule, problem.message, problem.span, owner, rule.severity, related=related, edit=edit
    )


def settled(findings: Iterable[Finding]) -> list[Finding]:
    """*findings* without duplicates, and without those that another rule supersedes there.

    Of a certain and an uncertain finding of one rule at one place, the certain one is kept.
    """
    kept: dict[tuple[str, int, int, int], Finding] = {}
    gone: set[tuple[str, int, int, int]] = set()
    for finding in findings:
        key = key_of(finding)
        known = kept.get(key)
        if known is None or (finding.certain and not known.certain):
            kept[key] = finding
        elif finding.related and finding.certain == known.certain:
            kept[key] = _joined(known, finding.related)
        if finding.certain:
            gone.update(_key(other, finding) for other in finding.rule.supersedes)
    return [finding for key, finding in kept.items() if key not in gone]


def _joined(finding: Finding, more: tuple[Related, ...]) -> Finding:
    """*finding* with *more* related places."""
    new = [place for place in more if place not in finding.related]
    related = (*finding.related, *new)[:MAX_RELATED]
    if len(related) == len(finding.related):
        return finding
    return replaced(finding, related=related)


def key_of(finding: Finding) -> tuple[str, int, int, int]:
    """A key that findings of one rule at one place share."""
    return _key(finding.rule.id, finding)


def _key(rule: str, finding: Finding) -> tuple[str, int, int, int]:
    return rule, *finding.span.key()
