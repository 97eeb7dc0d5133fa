"""The rule engine: from policies and rules to findings.

Nothing here knows a file format or an output format. A rule is compiled when
the first policy that it may be about is judged.
"""

from __future__ import annotations

from ..catalogue import Catalogue
from ..patterns import MAYBE, YES
from ..policy import Document
from ..record import record, replaced
from ..source import MAX_RELATED
from ..tree import Piece
from .clauses import (
    AttachmentMatch,
    Binding,
    DocumentMatch,
    ResourceMatch,
    Scene,
    StatementMatch,
    field_span,
)
from .messages import Subject, render
from .related import origins
from .remedies import edit_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeVar

    from ..edits import Edit
    from ..extract.found import FoundResource, Owner, Problem
    from ..policy import Attachment, Statement
    from ..rules import Case, Rule, RuleBook
    from ..source import Related, Span
    from .elements import Witness

    M = TypeVar("M", StatementMatch, DocumentMatch, AttachmentMatch, ResourceMatch)

UNSURE = "cannot tell: "
"""What the message of a finding begins with that is only possible."""


@record
class Finding:
    """One defect at one place.

    ``certain`` is False for what only ``--pedantic`` reports. ``within`` are
    the statements, and the blocks around them, that the defect is part of, and
    ``sid`` is the Sid of the first of them; ``related`` are other places that
    have to do with it. ``edit`` rights it, where that is known.
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


class Engine:
    """Judges policies by *rules*; with *pedantic* also says what cannot be told.

    A rule of low confidence runs with *pedantic*, or where its id or name is among *named*.
    ``judging`` is the id of the rule at work, for a report when it fails.
    """

    def __init__(
        self, rules: Iterable[Rule], book: RuleBook, *, pedantic: bool, named: Sequence[str] = ()
    ) -> None:
        self.catalogue = Catalogue(book.facts)
        self.judging = ""
        asked = {word.upper() for word in named}
        self._floor = MAYBE if pedantic else YES
        chosen = [
            rule
            for rule in rules
            if pedantic
            or rule.confidence != "low"
            or not asked.isdisjoint((rule.id, rule.name.upper()))
        ]
        self._by_subject = {
            subject: [
                (rule, case) for rule in chosen if rule.subject == subject for case in rule.cases
            ]
            for subject in ("document", "statement", "attachment", "resource")
        }
        self._compiled: dict[
            int, StatementMatch | DocumentMatch | AttachmentMatch | ResourceMatch
        ] = {}

    def judge_document(self, document: Document) -> list[Finding]:
        """What the rules find in *document*: of several possible kinds, what is so for each of them."""
        if len(document.kinds) == 1:
            return settled(self._findings(document, self._floor))
        findings = list(self._findings(document, MAYBE))
        unsure = {finding.rule.id for finding in findings if not finding.certain}
        findings += self._agreed(document, unsure)
        return settled([f for f in findings if f.certain or self._floor == MAYBE])

    def _agreed(self, document: Document, rules: set[str]) -> list[Finding]:
        """What *rules* find at one place whichever of its possible kinds *document* is of."""
        agreed: list[Finding] | None = None
        for kind in document.kinds if rules else ():
            found = list(self._findings(document.of_kind(kind), YES, rules))
            places = {place_of(finding) for finding in found}
            agreed = [f for f in (found if agreed is None else agreed) if place_of(f) in places]
            if not agreed:
                break
        return agreed or []

    def _findings(
        self, document: Document, floor: int, only: set[str] | None = None
    ) -> Iterator[Finding]:
        """What the rules (those named in *only*) find in *document* with at least *floor*."""
        scene = Scene(document, self.catalogue)
        for rule, case in self._by_subject["statement"]:
            if only is None or rule.id in only:
                yield from self._statements(rule, case, scene, floor)
        for rule, case in self._by_subject["document"]:
            if only is None or rule.id in only:
                self.judging = rule.id
                match = self._match(case, DocumentMatch)
                verdict = match.judge(scene, floor)
                if verdict:
                    for binding in match.bindings(scene, verdict):
                        others = match.related(scene, verdict, binding.statement)
                        yield from self._report(
                            rule, case, binding, verdict, document, document.span, others
                        )
        self.judging = ""

    def judge_attachment(self, attachment: Attachment) -> list[Finding]:
        """What the rules find in *attachment*."""
        findings: list[Finding] = []
        for rule, case in self._by_subject["attachment"]:
            self.judging = rule.id
            match = self._match(case, AttachmentMatch)
            verdict = match.judge(attachment)
            if verdict >= self._floor:
                binding = match.binding(attachment)
                findings += self._report(
                    rule, case, binding, verdict, attachment, attachment.arn.span
                )
        self.judging = ""
        return settled(findings)

    def judge_resource(self, resource: FoundResource) -> list[Finding]:
        """What the rules find in *resource*."""
        findings: list[Finding] = []
        for rule, case in self._by_subject["resource"]:
            self.judging = rule.id
            match = self._match(case, ResourceMatch)
            verdict = match.judge(resource)
            if verdict:
                span = resource.owner.span
                findings += self._report(
                    rule, case, match.binding(resource), verdict, resource, span
                )
        self.judging = ""
        return settled(findings)

    def _statements(self, rule: Rule, case: Case, scene: Scene, floor: int) -> Iterator[Finding]:
        self.judging = rule.id
        match = self._match(case, StatementMatch)
        for statement in scene.document.statements:
            verdict = match.judge(statement, scene, floor)
            if verdict:
                binding = match.binding(statement, scene, verdict)
                others = match.related(statement, scene, verdict)
                yield from self._report(
                    rule, case, binding, verdict, scene.document, statement.span, others
                )

    def _match(self, case: Case, kind: type[M]) -> M:
        found = self._compiled.get(id(case))
        if found is None:
            found = self._compiled[id(case)] = kind(case.match, self.catalogue)
        assert isinstance(found, kind)
        return found

    def _report(
        self,
        rule: Rule,
        case: Case,
        binding: Binding,
        verdict: int,
        judged: Document | Attachment | FoundResource,
        subject: Span,
        others: Iterable[Related] = (),
    ) -> Iterator[Finding]:
        """One finding for each witness of the reported field; else one at the field or the subject.

        *others* are the places of other statements that have to do with it.
        """
        others = tuple(others)
        places: Sequence[tuple[Witness | None, Span]]
        places = [(w, w.span) for w in binding.witnesses if w.field == case.report]
        if case.once:
            places = places[:1]
        if not places:
            statement = binding.statement
            places = [(None, field_span(statement, case.report) if statement else subject)]
        document = judged if isinstance(judged, Document) else None
        for witness, span in places:
            if verdict == MAYBE and witness is not None and _says_nothing(witness):
                continue
            message = render(case.message, Subject(binding, witness, document), self.catalogue)
            within = _around(span, binding.statement, document)
            yield Finding(
                rule=rule,
                message=message if verdict == YES else UNSURE + message,
                span=span,
                owner=judged.owner,
                severity=rule.severity if verdict == YES else "info",
                certain=verdict == YES,
                within=within,
                sid=_sid(span, binding.statement, document),
                related=(*_origins(span, witness, binding, document, case.report), *others)[
                    :MAX_RELATED
                ],
                edit=edit_for(
                    case.edit,
                    witness,
                    binding.statement,
                    (*within, judged.owner.span),
                    self.catalogue,
                )
                if case.edit is not None and witness is not None and verdict == YES
                else None,
            )


def _origins(
    span: Span, witness: Witness | None, binding: Binding, document: Document | None, field: str
) -> tuple[Related, ...]:
    if document is None:
        return ()
    return tuple(origins(span, witness, binding.statement, document, field))


def _around(span: Span, statement: Statement | None, document: Document | None) -> tuple[Span, ...]:
    """The statements of *document* that what is at *span* is part of, and the blocks they come from."""
    if document is None:
        return ()
    statements = [statement.span] if statement is not None else []
    if not any(one.contains(span) for one in statements):  # every one of them is looked at else
        statements += [one.span for one in document.statements if one.span.contains(span)]
    blocks = [b for b in document.blocks if any(b.contains(one) for one in statements)]
    return (*statements, *blocks)


def _sid(span: Span, statement: Statement | None, document: Document | None) -> str:
    """The Sid of *statement*, or else of the one of *document* that *span* is part of."""
    if statement is None and document is not None:
        statement = next((s for s in document.statements if s.span.contains(span)), None)
    return statement.sid.written if statement is not None and statement.sid is not None else ""


def _says_nothing(witness: Witness) -> bool:
    """Whether nothing at all is known of the text of *witness*: then there is nothing to doubt either."""
    term = witness.term
    return term is not None and not any(isinstance(part, Piece) for part in term.text.parts)


def problem_finding(
    problem: Problem,
    book: RuleBook,
    owner: Owner,
    related: tuple[Related, ...] = (),
    edit: Edit | None = None,
) -> Finding:
    """The finding that reports *problem*, which *related* places have to do with and *edit* rights."""
    rule = book.problems[problem.name]
    return Finding(
        rule, problem.message, problem.span, owner, rule.severity, related=related, edit=edit
    )


def settled(findings: Iterable[Finding]) -> list[Finding]:
    """*findings* without repetitions, without doubts about what is certain, and without the superseded.

    A rule supersedes another at the same place.
    """
    kept: dict[tuple[str, int, int, int], Finding] = {}
    gone: set[tuple[str, int, int, int]] = set()
    for finding in findings:
        key = place_of(finding)
        known = kept.get(key)
        if known is None or (finding.certain and not known.certain):
            kept[key] = finding
        elif finding.related and finding.certain == known.certain:
            kept[key] = _joined(known, finding.related)
        if finding.certain:
            gone.update(_place(other, finding) for other in finding.rule.supersedes)
    return [finding for key, finding in kept.items() if key not in gone]


def _joined(finding: Finding, more: tuple[Related, ...]) -> Finding:
    """*finding* with *more* related places than its own."""
    new = [place for place in more if place not in finding.related]
    related = (*finding.related, *new)[:MAX_RELATED]
    if len(related) == len(finding.related):
        return finding
    return replaced(finding, related=related)


def place_of(finding: Finding) -> tuple[str, int, int, int]:
    """What two findings of one rule at one place have in common."""
    return _place(finding.rule.id, finding)


def _place(rule: str, finding: Finding) -> tuple[str, int, int, int]:
    span = finding.span
    return rule, id(span.source), span.start, span.end
