"""Checks what was extracted from one file or module: from extraction to outcome."""

from __future__ import annotations

from ..engine.engine import Engine, Failure
from ..findings.finding import Finding, problem_finding, settled
from ..findings.partial import not_known, partly_known
from ..findings.selection import Selection
from ..iam.names import WORDS
from ..iam.normalise import normalise, normalise_attachment
from ..iam.written import UNREAD, Owner
from .outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..engine.engine import Questions
    from ..iam.policy import Document
    from ..iam.written import Extraction, Found, FoundResource, Problem
    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Settings
    from ..setups.model import Location, Resource
    from ..tree.source import SourceFile

_CHECKED = ("statement", "policy", "aws_cloudtrail", "awscc_cloudtrail", "aws::cloudtrail::")
"""What a file with something to check has in it, in lower case."""


class Checker:
    """Checks extractions by the rules of *book* that *settings* select.

    *statistics*: outcomes have a tally of which values are known.
    *strings*: outcomes have all strings of the policies. *setups*: they have the resources
    that CloudTrail makes requests for. Raises ``UsageError``
    for settings that name a rule that does not exist.
    """

    def __init__(
        self,
        book: RuleBook,
        settings: Settings,
        *,
        statistics: bool = False,
        strings: bool = False,
        setups: bool = False,
    ) -> None:
        self.selection = Selection(book, settings)
        self._book = book
        self._settings = settings
        self._statistics = statistics
        self._strings = strings
        self.setups = setups
        self._engine = Engine(
            self.selection.run, book, pedantic=settings.pedantic, named=settings.select
        )
        self._everything = settings.scope == "all"
        wide = [] if self._everything else [rule for rule in self.selection.run if rule.wide]
        self._wide = (
            Engine(wide, book, pedantic=settings.pedantic, named=settings.select) if wide else None
        )
        """By the rules that are also about what does not concern CloudTrail."""

    def check(
        self,
        extraction: Extraction,
        kind: str | None = None,
        *,
        by_place: bool = False,
        questions: Questions | None = None,
    ) -> Outcome:
        """The outcome for *extraction*; *kind* is the kind of a bare policy.

        *questions* are those that ``clean`` has for it, None for all there are.
        *by_place*: documents are counted by their places, because several calls may share them.
        """
        checked: list[Document] = []
        findings: list[Finding] = []
        failures: list[Failure] = []
        for found in self._found(extraction, kind, checked, questions):
            if isinstance(found, Failure):
                failures.append(found)
            else:
                findings.append(found)
        outcome = self._outcome_without_findings(extraction, checked, findings)
        for failure in failures:
            outcome.add_error(failure.span.place(), failure.rule, failure.error)
        problems = [problem for document in checked for problem in document.problems]
        outcome.unread.update(_unread(problems))
        outcome.findings = settled(findings)
        if by_place:
            outcome.count_by_place([document.span for document in checked])
        else:
            outcome.documents = len(checked)
        return outcome

    def clean(self, extraction: Extraction, kind: str | None) -> Outcome | Questions:
        """The outcome for *extraction* if it has no finding; else the questions that have one."""
        questions: Questions = {}
        checked: list[Document] = []
        is_clean = True
        for one in self._to_check(extraction, kind):
            if isinstance(one, Failure):
                is_clean = False
                continue
            engine, document, documents = one
            checked.append(document)
            asked, has_findings = engine.questions(document, documents)
            questions[document.number] = asked
            if has_findings or any(True for _ in self._problems_of(document, engine)):
                is_clean = False
        if not is_clean or any(True for _ in self._found_elsewhere(extraction, checked)):
            return questions
        outcome = self._outcome_without_findings(extraction, checked)
        outcome.documents = len(checked)
        return outcome

    def rules(self) -> tuple[Rule, ...]:
        """All rules and problems that may be reported."""
        return (*self.selection.run, *self._book.problems.values())

    def reports(self, rule: Rule) -> bool:
        """Whether *rule* (or a problem's) has the confidence that this run asks for."""
        return self._settings.pedantic or rule.confidence != "low"

    def _outcome_without_findings(
        self,
        extraction: Extraction,
        checked: Iterable[Document],
        findings: Sequence[Finding] = (),
    ) -> Outcome:
        """The outcome for *extraction*, in which are *findings*, without them.

        *checked* are its documents in scope.
        """
        outcome = Outcome()
        outcome.partly += partly_known(checked)
        outcome.unknown += not_known(extraction)
        outcome.unread.update(source.path for source in extraction.unread)
        outcome.unread.update(_unread(extraction.problems))
        for document in extraction.documents:
            outcome.unread.update(_unread(document.problems))
        outcome.open.update(source.path for source in extraction.open)
        if extraction.uncertain:
            outcome.uncertain |= outcome.open
        if extraction.allowances:
            from ..findings.comments import from_allowances

            for one in from_allowances(extraction.allowances):
                outcome.allow(one)
        if self._strings:
            from ..findings.strings import passages_of

            outcome.strings += passages_of(extraction, findings)
        if self.setups:
            made = self._made(extraction)
            for resource in extraction.resources:
                if _is_of_cloudtrail(resource.type):
                    outcome.setups += map(self._engine.shown, made.instances(resource.owner))
        if self._statistics:
            from ..findings.statistics import Tally

            outcome.tally = Tally()
            outcome.tally.add(extraction)
        return outcome

    def _found(
        self,
        extraction: Extraction,
        kind: str | None,
        checked: list[Document],
        questions: Questions | None,
    ) -> Iterator[Finding | Failure]:
        """The findings of *extraction*; each document is added to *checked* before its findings.

        *questions* as in ``check``.
        """
        for one in self._to_check(extraction, kind):
            if isinstance(one, Failure):
                yield one
                continue
            engine, document, documents = one
            checked.append(document)
            only = questions.get(document.number) if questions is not None else None
            yield from engine.check_document(document, documents, only)
            yield from self._problems_of(document, engine)
        yield from self._found_elsewhere(extraction, checked)

    def _found_elsewhere(
        self, extraction: Extraction, checked: Sequence[Document]
    ) -> Iterator[Finding | Failure]:
        """The findings of *extraction* that no policy has; *checked* are the documents in scope."""
        yield from self._found_in_attachments(extraction)
        if extraction.resources:
            made = self._made(extraction, has_policies_in_scope=bool(checked))
            for resource in extraction.resources:
                engine = self._engine if self._is_checked(resource, made) else self._wide
                if engine is not None:
                    yield from engine.check_resource(resource, made.instances)
        for problem in extraction.problems:
            rule = self._book.problems[problem.name]
            sure = checked and rule.confidence != "low"
            if self.reports(rule) and (sure or self._may_hold_policy(problem.span.source)):
                yield problem_finding(problem, self._book, Owner("", problem.span))

    def _made(self, extraction: Extraction, *, has_policies_in_scope: bool = False) -> _Made:
        return _Made(extraction, self._settings, has_policies_in_scope=has_policies_in_scope)

    def _is_checked(self, resource: FoundResource, made: _Made) -> bool:
        """Whether *resource* is in scope: one of CloudTrail, one that it is made with, or its policy is."""
        if self._everything or _is_of_cloudtrail(resource.type):
            return True
        if made.has_cloudtrail and self._engine.asks_about(resource) and made.serves(resource):
            return True
        return (
            made.has_policies_in_scope
            and self._engine.asks_what_policies_name(resource.type)
            and made.has_policy_in_scope(resource)
        )

    def _to_check(
        self, extraction: Extraction, kind: str | None
    ) -> Iterator[tuple[Engine, Document, Sequence[Document]] | Failure]:
        """The documents of *extraction*, each with its engine and all documents."""
        documents: list[Document] = []
        for normalised in _normalised(extraction.documents, kind):
            if isinstance(normalised, Failure):
                yield normalised
            else:
                documents.append(normalised)
        together: Iterable[Document] = documents
        if any(document.holders for document in documents):
            from ..iam.companions import with_companions

            together = with_companions(documents, extraction.attachments)
        about = {holder for one in documents if one.in_scope for holder in one.holders}
        for document in together:
            in_scope = document.in_scope or not about.isdisjoint(document.holders)
            engine = self._engine if self._everything or in_scope else self._wide
            if engine is not None:
                yield engine, document, documents

    def _problems_of(self, document: Document, engine: Engine) -> Iterator[Finding]:
        """The findings on problems of *document*, if *engine* is that of documents in scope."""
        for problem in document.problems if engine is self._engine else ():
            if self.reports(self._book.problems[problem.name]):
                from ..engine.related import loads

                related = loads(problem.span, document)
                yield problem_finding(problem, self._book, document.owner, related)

    def _found_in_attachments(self, extraction: Extraction) -> Iterator[Finding | Failure]:
        for reference in extraction.attachments:
            attachment = normalise_attachment(reference)
            in_scope = self._everything or attachment.in_scope
            engine = self._engine if in_scope else self._wide
            if engine is not None:
                yield from engine.check_attachment(attachment)

    def _may_hold_policy(self, source: SourceFile) -> bool:
        """Whether the text of a broken file looks like a policy in scope, or like a trail."""
        lower = source.text.lower()
        named = self._everything or any(word in lower for word in WORDS)
        return named and any(word in lower for word in _CHECKED)


class _Made:
    """The resources of an extraction with their partners, found when a rule first asks for them."""

    def __init__(
        self, extraction: Extraction, settings: Settings, *, has_policies_in_scope: bool
    ) -> None:
        self.has_policies_in_scope = has_policies_in_scope
        self._evaluation = extraction.evaluation
        self._settings = settings
        self.has_cloudtrail = any(_is_of_cloudtrail(one.type) for one in extraction.resources)
        self._resources: list[Resource] | None = None

    def _all(self) -> list[Resource]:
        if self._resources is None:
            self._resources = []
            if self._evaluation is not None:
                from ..setups import resources_of

                self._resources = resources_of(self._evaluation, self._location)
        return self._resources

    def _location(self, path: str) -> Location:
        """Where the settings say that the template or module of *path* is deployed."""
        from ..setups import location_in

        return location_in(self._settings, path)

    def instances(self, owner: Owner) -> list[Resource]:
        """The resources that *owner* is."""
        return [
            one
            for one in self._all()
            if one.owner.name == owner.name and one.owner.span == owner.span
        ]

    def serves(self, resource: FoundResource) -> bool:
        """Whether a resource of CloudTrail is made after *resource*."""
        own = {id(one) for one in self.instances(resource.owner)}
        return any(
            _is_of_cloudtrail(one.type) and own & (one.setup.made_after(one) or set())
            for one in self._all()
        )

    def has_policy_in_scope(self, resource: FoundResource) -> bool:
        """Whether a policy that is written in *resource* concerns CloudTrail."""
        return any(
            document.in_scope
            for one in self.instances(resource.owner)
            for path, kind in one.policy_paths.items()
            for document in one.documents(path, kind) or ()
        )


def _is_of_cloudtrail(type_: str) -> bool:
    return "cloudtrail" in type_.lower()


def _unread(problems: Iterable[Problem]) -> Iterator[str]:
    """The paths of the files of which a part was not read, by their *problems*."""
    return (problem.span.source.path for problem in problems if problem.name in UNREAD)


def _normalised(documents: Iterable[Found], kind: str | None) -> Iterator[Document | Failure]:
    for number, found in enumerate(documents):
        try:
            yield normalise(found, kind, number)
        except Exception as error:  # noqa: BLE001 - the other documents are still checked
            yield Failure("", found.node.span, error)
