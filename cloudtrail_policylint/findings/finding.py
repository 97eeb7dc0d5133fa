"""Findings, and the removal of duplicate and superseded ones."""

from __future__ import annotations

from ..base.choices import SEVERITIES
from ..base.record import record, replaced
from ..tree.source import MAX_RELATED, Related

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..iam.written import Owner, Problem
    from ..rulebook.model import Rule, RuleBook
    from ..tree.edit import Edit
    from ..tree.source import Span

IS_PARTNER = "this is "
"""How the message of the place of a whole partner begins."""
PART = "part of the value is written here"
"""The message of the place of a part of a text."""


@record
class Finding:
    """One defect at one place.

    ``certain`` is False if only ``--pedantic`` reports it. ``within`` are the
    statements, and the blocks around them, that contain the defect; ``sid`` is
    the Sid of the first. ``related`` are other places that explain it. ``edit``
    fixes it, if known. ``cause`` is what an uncertain finding depends on; empty
    if that is its own place. ``home`` is where the finding is reported if all files are
    checked together; None if that is its own place. ``about`` are the addresses of the
    resources, instances of one block, that have the defect.
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
    cause: str = ""
    home: Span | None = None
    about: tuple[str, ...] = ()

    @property
    def settled_at(self) -> Span:
        """The place that settings and the baseline know the finding by."""
        return self.home or self.span


def written_at(finding: Finding) -> list[Span]:
    """The places where *finding* or a part of its value is written: a comment there suppresses it."""
    places = [finding.span, *(one.span for one in finding.related if one.message == PART)]
    if finding.home is not None:
        places.append(finding.home)
    return places


def blocks_of(finding: Finding) -> list[Span]:
    """The statements and the resource of *finding*: a comment on or in one suppresses it."""
    return [*finding.within, finding.owner.span] if finding.owner.name else [*finding.within]


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
        elif finding.certain == known.certain:
            kept[key] = _joined(known, finding.related, finding.about)
        if finding.certain:
            gone.update(_key(other, finding) for other in finding.rule.supersedes)
    return [finding for key, finding in kept.items() if key not in gone]


def _joined(finding: Finding, more: tuple[Related, ...], about: tuple[str, ...] = ()) -> Finding:
    """*finding* with *more* related places, and *about* other instances besides."""
    new = [place for place in more if place not in finding.related]
    related = (*finding.related, *new)[:MAX_RELATED]
    others = [one for one in about if one not in finding.about]
    if len(related) == len(finding.related) and not others:
        return finding
    return replaced(finding, related=related, about=(*finding.about, *others))


def once_for_each_cause(findings: Iterable[Finding]) -> list[Finding]:
    """*findings*, of which the uncertain ones of one policy with one cause are one finding.

    It is the first of the most severe rule. Its message names the other rules,
    and the other places are related to it.
    """
    kept: list[Finding] = []
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        if finding.certain:
            kept.append(finding)
        else:
            cause = finding.cause or finding.span.key()
            groups.setdefault((finding.owner.span.key(), cause), []).append(finding)
    return kept + [_one_of(group) for group in groups.values()]


def _one_of(group: list[Finding]) -> Finding:
    """The finding that stands for *group*."""
    first = min(group, key=lambda one: SEVERITIES.index(one.rule.severity))
    others = sorted({one.rule.id for one in group} - {first.rule.id})
    places = {one.span.key(): one.span for one in group if one.span != first.span}
    more = tuple([Related(place, "this depends on it, too") for place in places.values()])
    message = f"{first.message}; the same for {', '.join(others)}" if others else first.message
    return replaced(_joined(first, more), message=message)


def partners_in(finding: Finding) -> tuple[Related, ...]:
    """The places in partners that a *finding* on a resource is due to as well, the closest last."""
    if finding.rule.subject != "resource":
        return ()
    return tuple(sorted(finding.related, key=lambda one: not one.message.startswith(IS_PARTNER)))


def key_of(finding: Finding) -> tuple[str, int, int, int]:
    """A key that findings of one rule at one place share."""
    return _key(finding.rule.id, finding)


def _key(rule: str, finding: Finding) -> tuple[str, int, int, int]:
    return rule, *finding.span.key()
