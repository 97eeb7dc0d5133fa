"""The rule engine: from policies and rules to findings.

Nothing here knows a file format or an output format. A rule is compiled when
the first policy that it may be about is judged.
"""

from __future__ import annotations

from ..base.record import record
from ..findings.finding import Finding, key_of, settled
from ..iam.catalogue import Catalogue
from ..iam.patterns import MAYBE, YES
from ..iam.policy import Document
from ..tree.nodes import Piece
from ..tree.source import MAX_RELATED
from .clauses import (
    Binding,
    DocumentMatch,
    Scene,
    StatementMatch,
    field_span,
)
from .index import Index
from .messages import Subject, by_field, render
from .other_subjects import AttachmentMatch, ResourceMatch
from .related import origins
from .remedies import Lists, edit_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias, TypeVar

    from ..iam.policy import Attachment, Statement
    from ..iam.written import FoundResource
    from ..rulebook.model import Case, Rule, RuleBook
    from ..tree.source import Related, Span
    from .elements import Witness

    M = TypeVar("M", StatementMatch, DocumentMatch, AttachmentMatch, ResourceMatch)
    Question: TypeAlias = tuple[int, int | None]
    """A case of a rule by its place among those of its subject, and a statement, or None for the document."""

UNSURE = "cannot tell: "
"""What the message of a finding begins with that is only possible."""


@record
class Failure:
    """An internal error: the ``rule`` that failed (empty: none of them), on what, and how."""

    rule: str
    span: Span
    error: Exception


class Engine:
    """Judges policies by *rules*; with *pedantic* also says what cannot be told.

    A rule of low confidence runs with *pedantic*, or where its id or name is among *named*.
    A rule that fails is among what is yielded, as a ``Failure``, and keeps no other from being asked.
    """

    def __init__(
        self, rules: Iterable[Rule], book: RuleBook, *, pedantic: bool, named: Sequence[str] = ()
    ) -> None:
        self.catalogue = Catalogue(book.facts)
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
        self._index: Index | None = None
        self._documents: Index | None = None

    def judge_document(self, document: Document) -> Iterator[Finding | Failure]:
        """What the rules find in *document*, before ``settled``: of several possible kinds, what is so for each."""
        if len(document.kinds) == 1:
            for _, found in self._findings(document, self._floor):
                yield found
            return
        unsure = set()
        for question, found in self._findings(document, MAYBE):
            certain = isinstance(found, Failure) or found.certain
            if not certain:
                unsure.add(question)
            if certain or self._floor == MAYBE:
                yield found
        yield from self._agreed(document, unsure)

    def _agreed(self, document: Document, questions: set[Question]) -> list[Finding]:
        """What answers *questions* at one place whichever of its possible kinds *document* is of."""
        agreed: list[Finding] | None = None
        for kind in document.kinds if questions else ():
            every = [f for _, f in self._findings(document.of_kind(kind), YES, questions)]
            found = [f for f in every if isinstance(f, Finding)]  # failures are known by now
            places = {key_of(finding) for finding in found}
            agreed = [f for f in (found if agreed is None else agreed) if key_of(f) in places]
            if not agreed:
                break
        return agreed or []

    def _findings(
        self, document: Document, floor: int, only: set[Question] | None = None
    ) -> Iterator[tuple[Question, Finding | Failure]]:
        """What the rules find in *document* with at least *floor*, asked all questions or *only* some."""
        scene = Scene(document, self.catalogue)
        yield from self._statements(scene, floor, only)
        cases = self._by_subject["document"]
        open_cases = self._open_documents(scene) if only is None else _of_documents(only)
        for index in open_cases:
            rule, case = cases[index]
            question = index, None
            try:
                match = self._match(case, DocumentMatch)
                verdict = match.judge(scene, floor)
                if verdict:
                    for binding in match.bindings(scene, verdict):
                        others = match.related(scene, verdict, binding.statement)
                        for finding in self._report(
                            rule, case, binding, verdict, scene, document.span, others
                        ):
                            yield question, finding
            except Exception as error:  # noqa: BLE001 - whatever it is, the other rules are still asked
                yield question, Failure(rule.id, document.span, error)

    def judge_attachment(self, attachment: Attachment) -> list[Finding | Failure]:
        """What the rules find in *attachment*."""
        findings: list[Finding] = []
        failures: list[Failure] = []
        for rule, case in self._by_subject["attachment"]:
            try:
                match = self._match(case, AttachmentMatch)
                verdict = match.judge(attachment)
                if verdict >= self._floor:
                    binding = match.binding(attachment)
                    findings += self._report(
                        rule, case, binding, verdict, attachment, attachment.arn.span
                    )
            except Exception as error:  # noqa: BLE001 - as above
                failures.append(Failure(rule.id, attachment.arn.span, error))
        return [*failures, *settled(findings)]

    def judge_resource(self, resource: FoundResource) -> list[Finding | Failure]:
        """What the rules find in *resource*."""
        findings: list[Finding] = []
        failures: list[Failure] = []
        span = resource.owner.span
        for rule, case in self._by_subject["resource"]:
            try:
                match = self._match(case, ResourceMatch)
                verdict = match.judge(resource)
                if verdict:
                    findings += self._report(
                        rule, case, match.binding(resource), verdict, resource, span
                    )
            except Exception as error:  # noqa: BLE001 - as above
                failures.append(Failure(rule.id, span, error))
        return [*failures, *settled(findings)]

    def _statements(
        self, scene: Scene, floor: int, only: set[Question] | None
    ) -> Iterator[tuple[Question, Finding | Failure]]:
        statements = scene.document.statements
        cases = self._by_subject["statement"]
        for index, number in self._open(scene) if only is None else _of_statements(only):
            rule, case = cases[index]
            statement = statements[number]
            try:
                match = self._match(case, StatementMatch)
                verdict = match.judge(statement, scene, floor)
                if verdict:
                    binding = match.binding(statement, scene, verdict)
                    others = match.related(statement, scene, verdict)
                    for finding in self._report(
                        rule, case, binding, verdict, scene, statement.span, others
                    ):
                        yield (index, number), finding
            except Exception as error:  # noqa: BLE001 - as above
                yield (index, number), Failure(rule.id, statement.span, error)

    def _open(self, scene: Scene) -> list[tuple[int, int]]:
        """Which case may hold of which statement, by their numbers, in the order of the cases."""
        if self._index is None:
            self._index = Index([self._indexed(case) for _, case in self._by_subject["statement"]])
        return sorted(
            [
                (index, number)
                for number, statement in enumerate(scene.document.statements)
                for index in self._index.candidates(statement, scene)
            ]
        )

    def _open_documents(self, scene: Scene) -> Sequence[int]:
        """Which cases about documents may hold, by their numbers: most need a statement of some sort."""
        cases = range(len(self._by_subject["document"]))
        if not scene.document.complete:
            return cases
        if self._documents is None:
            self._documents = Index(
                [self._wanted(case) for _, case in self._by_subject["document"]]
            )
        open_cases = self._documents.candidates_of(scene)
        return [index for index in cases if index in open_cases]

    def _indexed(self, case: Case) -> StatementMatch | None:
        try:
            return self._match(case, StatementMatch)
        except Exception:  # noqa: BLE001 - it fails again where it is judged, and is reported there
            return None

    def _wanted(self, case: Case) -> StatementMatch | None:
        try:
            return self._match(case, DocumentMatch).wanted()
        except Exception:  # noqa: BLE001 - as above
            return None

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
        judged: Scene | Attachment | FoundResource,
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
        scene = judged if isinstance(judged, Scene) else None
        document = scene.document if scene is not None else None
        owner = judged.document.owner if isinstance(judged, Scene) else judged.owner
        witnesses = by_field(binding)
        lists = Lists(binding.statement)
        for witness, span in places:
            if verdict == MAYBE and witness is not None and _says_nothing(witness):
                continue
            about = Subject(binding, witness, document, witnesses)
            message = render(case.message, about, self.catalogue)
            inside = _statement_around(span, binding.statement, scene)
            within = _around(binding.statement, inside, document)
            yield Finding(
                rule=rule,
                message=message if verdict == YES else UNSURE + message,
                span=span,
                owner=owner,
                severity=rule.severity if verdict == YES else "info",
                certain=verdict == YES,
                within=within,
                sid=_sid(binding.statement or inside),
                related=(*_origins(span, witness, binding, document, case.report), *others)[
                    :MAX_RELATED
                ],
                edit=edit_for(
                    case.edit,
                    witness,
                    lists,
                    (*within, owner.span),
                    document,
                    self.catalogue,
                )
                if case.edit is not None and witness is not None and verdict == YES
                else None,
            )


def _of_statements(questions: Iterable[Question]) -> list[tuple[int, int]]:
    return sorted([(index, number) for index, number in questions if number is not None])


def _of_documents(questions: Iterable[Question]) -> list[int]:
    return sorted([index for index, number in questions if number is None])


def _origins(
    span: Span, witness: Witness | None, binding: Binding, document: Document | None, field: str
) -> tuple[Related, ...]:
    if document is None:
        return ()
    return tuple(origins(span, witness, binding.statement, document, field))


def _statement_around(
    span: Span, statement: Statement | None, scene: Scene | None
) -> Statement | None:
    """The statement that what is at *span* is part of: *statement*, or another one of *scene*."""
    if scene is None or (statement is not None and statement.span.contains(span)):
        return statement
    return scene.statement_around(span)


def _around(
    statement: Statement | None, inside: Statement | None, document: Document | None
) -> tuple[Span, ...]:
    """Where *statement*, and what it has to do with is *inside* of, stand, and the blocks they come from."""
    if document is None:
        return ()
    statements = [one.span for one in (statement, inside) if one is not None]
    if statement is inside:
        statements = statements[:1]
    blocks: list[Span] = []
    for one in statements:
        at = document.blocks.around(one)
        block = None if at is None else document.blocks.spans[at]
        if block is not None and block != document.owner.span and block not in blocks:
            blocks.append(block)
    return (*statements, *blocks)


def _sid(statement: Statement | None) -> str:
    return statement.sid.written if statement is not None and statement.sid is not None else ""


def _says_nothing(witness: Witness) -> bool:
    """Whether nothing at all is known of the text of *witness*: then there is nothing to doubt either."""
    term = witness.term
    return term is not None and not any(isinstance(part, Piece) for part in term.text.parts)
