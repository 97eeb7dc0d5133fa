"""The rule engine: from policies and rules to findings.

Nothing here knows a file format or an output format. A rule is compiled when
the first policy that it may be about is checked.
"""

from __future__ import annotations

from ..base.record import record, replaced
from ..findings.finding import Finding, key_of, settled
from ..iam.catalogue import Catalogue
from ..iam.patterns import MAYBE, YES
from ..iam.policy import Document
from .index import Index
from .lookups import Lookups
from .matches import Binding, DocumentMatch, Held, StatementMatch
from .scene import Scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias, TypeVar

    from ..findings.setup import ShownSetup
    from ..iam.policy import Attachment
    from ..iam.written import FoundResource, Owner
    from ..rulebook.model import Case, Rule, RuleBook
    from ..setups.model import Resource
    from ..tree.source import Related, Span
    from .other_subjects import AttachmentMatch, ResourceMatch
    from .resources import Subject

    M = TypeVar("M", StatementMatch, DocumentMatch, AttachmentMatch, ResourceMatch)
    Question: TypeAlias = tuple[int, int | None]
    """The index of a case of its subject, and of a statement, or None for the document."""
    Questions: TypeAlias = dict[int, set[Question]]
    """The questions to ask about documents, by their numbers."""


@record
class Failure:
    """An internal error: the ``rule`` that failed (empty: none of them), on what, and how."""

    rule: str
    span: Span
    error: Exception


class Engine:
    """Checks policies by *rules*; with *pedantic* it also reports what is only possible.

    A rule of low confidence runs with *pedantic*, or if its id or name is among *named*.
    An internal error in a rule yields a ``Failure``, and the other rules still run.
    """

    def __init__(
        self, rules: Iterable[Rule], book: RuleBook, *, pedantic: bool, named: Sequence[str] = ()
    ) -> None:
        self._lookups = Lookups(Catalogue(book.facts))
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
        self._gated: list[int] = []
        """The cases of documents with a gate: they need some statement."""
        self._others: list[int] = []
        for number, (_, case) in enumerate(self._by_subject["document"]):
            (self._others if case.gate is None else self._gated).append(number)
        self._forms: dict[object, list[int]] = {}
        self._with_policies: frozenset[str] | None = None

    def questions(
        self, document: Document, elsewhere: Sequence[Document] = ()
    ) -> tuple[set[Question], bool]:
        """The questions on which the rules may find something in *document*, and whether they do.

        These are all there are for the same document with places.
        """
        is_sure = len(document.kinds) == 1
        floor = self._floor if is_sure else MAYBE
        asked = self._findings(document, elsewhere, floor, brief=True)
        questions = {question for question, _ in asked}
        if is_sure or not questions:
            return questions, bool(questions)
        return questions, any(True for _ in self.check_document(document, elsewhere, questions))

    def check_document(
        self,
        document: Document,
        elsewhere: Sequence[Document] = (),
        only: set[Question] | None = None,
    ) -> Iterator[Finding | Failure]:
        """What the rules find in *document*, before ``settled``, by all questions or *only*.

        *elsewhere* are the policies of its module or template.

        If it may be of several kinds, a finding is certain if it is so for each of them.
        """
        if len(document.kinds) == 1:
            for _, found in self._findings(document, elsewhere, self._floor, only):
                if found is not None:
                    yield found
            return
        unsure = set()
        for question, found in self._findings(document, elsewhere, MAYBE, only):
            if found is None or (isinstance(found, Finding) and not found.certain):
                unsure.add(question)
            if found is not None:
                yield found
        yield from self._agreed(document, elsewhere, unsure)

    def _agreed(
        self, document: Document, elsewhere: Sequence[Document], questions: set[Question]
    ) -> list[Finding]:
        """The findings of *questions* that all possible kinds of *document* have in common."""
        agreed: list[Finding] | None = None
        for kind in document.kinds if questions else ():
            of_kind = document.of_kind(kind)
            every = [f for _, f in self._findings(of_kind, elsewhere, YES, questions)]
            found = [f for f in every if isinstance(f, Finding)]  # failures are known by now
            places = {key_of(finding) for finding in found}
            agreed = [f for f in (found if agreed is None else agreed) if key_of(f) in places]
            if not agreed:
                break
        return agreed or []

    def _findings(
        self,
        document: Document,
        elsewhere: Sequence[Document],
        floor: int,
        only: set[Question] | None = None,
        *,
        brief: bool = False,
    ) -> Iterator[tuple[Question, Finding | Failure | None]]:
        """What the rules find in *document* with at least *floor*, for all questions or *only*.

        None stands for what is only possible, where that is not reported, and for everything
        if *brief*.
        """
        scene = Scene(document, self._lookups, elsewhere)
        asked = self._open(scene) if only is None else only
        yield from self._statements(scene, floor, asked, brief=brief)
        cases = self._by_subject["document"]
        for index in _of_documents(asked):
            rule, case = cases[index]
            question = index, None
            try:
                match = self._match(case, DocumentMatch)
                verdict = match.verdict(scene, floor)
                if brief or verdict < self._floor:
                    if verdict:
                        yield question, None
                else:
                    said = set()
                    for binding in match.bindings(scene, verdict):
                        others = match.related(scene, verdict, binding.statement)
                        for finding in self._report(
                            rule, case, binding, verdict, scene, document.span, others
                        ):
                            if not case.once or finding.message not in said:
                                yield question, finding
                            said.add(finding.message)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other rules still run
                yield question, Failure(rule.id, document.span, error)

    def check_attachment(self, attachment: Attachment) -> list[Finding | Failure]:
        """What the rules find in *attachment*."""
        findings: list[Finding] = []
        failures: list[Failure] = []
        from .other_subjects import AttachmentMatch

        for rule, case in self._by_subject["attachment"]:
            try:
                match = self._match(case, AttachmentMatch)
                verdict = match.verdict(attachment)
                if verdict >= self._floor:
                    binding = match.binding(attachment)
                    findings += self._report(
                        rule, case, binding, verdict, attachment, attachment.arn.span
                    )
            except Exception as error:  # noqa: BLE001 - as above
                failures.append(Failure(rule.id, attachment.arn.span, error))
        return [*failures, *settled(findings)]

    def asks_about(self, resource: FoundResource) -> bool:
        """Whether a rule asks for more than the type of *resource*."""
        return any(
            match.is_about(resource) and match.asks_for_more() for match in self._of_resources()
        )

    def asks_what_policies_name(self, type_: str) -> bool:
        """Whether a rule asks of the policies in resources of *type_* what they name."""
        if self._with_policies is None:
            self._with_policies = frozenset(
                one
                for _, case in self._by_subject["resource"]
                if "stray" in case.match
                for one in case.match["type"].get("is", ())
            )
        return type_ in self._with_policies

    def _of_resources(self) -> Iterator[ResourceMatch]:
        from .other_subjects import ResourceMatch

        for _, case in self._by_subject["resource"]:
            yield self._match(case, ResourceMatch)

    def shown(self, resource: Resource) -> ShownSetup:
        """*resource* with its partners and what CloudTrail may do with them."""
        from .setup_report import shown

        return shown(resource, self._lookups)

    def check_resource(
        self, resource: FoundResource, made: Callable[[Owner], Sequence[Resource]]
    ) -> list[Finding | Failure]:
        """What the rules find in *resource*, of which *made* returns the instances.

        What is only possible is not reported: most of a set-up is not in view.
        """
        findings: list[Finding] = []
        failures: list[Failure] = []
        subjects: dict[int, Subject] = {}
        instances: Sequence[Resource] | None = None
        span = resource.owner.span
        from .other_subjects import ResourceMatch

        for rule, case in self._by_subject["resource"]:
            try:
                match = self._match(case, ResourceMatch)
                if match.is_about(resource):
                    if instances is None and match.asks_for_more():
                        instances = made(resource.owner)
                    for held in match.held(resource, instances or (), subjects):
                        found = self._report(
                            rule, case, held.binding, YES, resource, span, held.related
                        )
                        findings += [_of_resource(one, case, held) for one in found]
            except Exception as error:  # noqa: BLE001 - as above
                failures.append(Failure(rule.id, span, error))
        return [*failures, *settled(findings)]

    def _statements(
        self, scene: Scene, floor: int, asked: Iterable[Question], *, brief: bool
    ) -> Iterator[tuple[Question, Finding | Failure | None]]:
        statements = scene.document.statements
        cases = self._by_subject["statement"]
        for index, number in _of_statements(asked):
            rule, case = cases[index]
            statement = statements[number]
            try:
                match = self._match(case, StatementMatch)
                verdict = match.verdict(statement, scene, floor)
                if brief or verdict < self._floor:
                    if verdict:
                        yield (index, number), None
                else:
                    binding = match.binding(statement, scene, verdict)
                    others = match.related(statement, scene, verdict)
                    for finding in self._report(
                        rule, case, binding, verdict, scene, statement.span, others
                    ):
                        yield (index, number), finding
            except Exception as error:  # noqa: BLE001 - as above
                yield (index, number), Failure(rule.id, statement.span, error)

    def _open(self, scene: Scene) -> list[Question]:
        """The questions that may find something in the document of *scene*: most need some statement."""
        document = scene.document
        statements, documents = self._by_subject["statement"], self._by_subject["document"]
        if self._index is None:
            gated = [documents[number][1].gate for number in self._gated]
            gates = [*[case.gate for _, case in statements], *gated]
            self._index = Index(gates, self._of_index, self._lookups)
        count = len(statements)
        found: list[Question] = []
        of_documents = set(self._of_form(scene))
        if not document.complete:
            of_documents.update(self._gated)
        for number, statement in enumerate(document.statements):
            for index in self._index.candidates(statement, scene):
                if index < count:
                    found.append((index, number))
                else:
                    of_documents.add(self._gated[index - count])
        return [*found, *[(index, None) for index in of_documents]]

    def _of_form(self, scene: Scene) -> list[int]:
        """Those cases of documents without a gate that the form of the document of *scene* allows."""
        key = scene.form
        found = self._forms.get(key)
        if found is None:
            cases = self._by_subject["document"]
            found = self._forms[key] = [
                number for number in self._others if not self._is_out(cases[number][1], scene)
            ]
        return found

    def _is_out(self, case: Case, scene: Scene) -> bool:
        """Whether *case* is out for all documents with the form of that of *scene*."""
        try:
            return self._match(case, DocumentMatch).certain_no(scene)
        except Exception:  # noqa: BLE001 - it is reported when the case is used
            return False

    def _of_index(self, index: int) -> StatementMatch | None:
        """The match of the statement case *index*, or that a statement must satisfy by a document case behind them."""
        cases = self._by_subject["statement"]
        if index < len(cases):
            return self._match(cases[index][1], StatementMatch)
        case = self._by_subject["document"][self._gated[index - len(cases)]][1]
        return self._match(case, DocumentMatch).wanted()

    def _match(self, case: Case, kind: type[M]) -> M:
        found = self._compiled.get(id(case))
        if found is None:
            found = self._compiled[id(case)] = kind(case.match, self._lookups)
        assert isinstance(found, kind)
        return found

    def _report(
        self,
        rule: Rule,
        case: Case,
        binding: Binding,
        verdict: int,
        checked: Scene | Attachment | FoundResource,
        subject: Span,
        others: Iterable[Related] = (),
    ) -> Iterator[Finding]:
        from .reporting import findings_of  # most policies have nothing to report

        return findings_of(rule, case, binding, verdict, checked, subject, others, self._lookups)


def _of_resource(finding: Finding, case: Case, held: Held) -> Finding:
    """*finding* of a resource with its address, and with the edit of *case*."""
    if held.resource is None:
        return finding
    about = (held.resource.address,)
    if case.edit is None:
        return replaced(finding, about=about)
    from .resource_edits import edit_of

    edit = edit_of(case.edit, finding.span, held.resource, held.late)
    return replaced(finding, about=about, edit=edit)


def _of_statements(questions: Iterable[Question]) -> list[tuple[int, int]]:
    return sorted([(index, number) for index, number in questions if number is not None])


def _of_documents(questions: Iterable[Question]) -> list[int]:
    return sorted([index for index, number in questions if number is None])
