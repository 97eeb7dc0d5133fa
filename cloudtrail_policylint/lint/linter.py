"""The run: from files to findings, one file or one Terraform module at a time.

This is where the parts meet. ``Linter`` can judge text that is in no file
(standard input, examples, other programs), and ``lint_files`` goes through
the candidates of ``discover``.
"""

from __future__ import annotations

from functools import partial

from ..base.record import replaced
from ..engine.engine import Engine, Failure
from ..engine.related import loads
from ..files import discover
from ..files.inputs import path_key
from ..findings.finding import Finding, key_of, problem_finding, settled
from ..findings.result import Result, merged
from ..findings.selection import Selection
from ..findings.suppress import (
    allow,
    complaints,
    complaints_of_settings,
    from_allowances,
    suppress,
    suppressions_in,
)
from ..iam.companions import with_companions
from ..iam.normalise import normalise, normalise_attachment
from ..iam.written import Extraction, Owner, Problem, syntax_problem
from ..tree.source import SourceFile, Span
from .work import MODULES, STACKS, Part, add_all, processes_for, units_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from ..extract.terraform.project import Project
    from ..files.inputs import Files, Unreadable
    from ..findings.result import Suppressed
    from ..iam.policy import Document
    from ..iam.written import Found
    from ..readers.reading import Reading
    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Allowed, Settings
    from ..tree.nodes import Node
    from ..tree.source import Place
    from .statistics import Tally
    from .work import Unit

    Watch: TypeAlias = Callable[[Extraction], None]
    """What is shown all that is extracted."""
    Judge: TypeAlias = Callable[[], tuple[list[Finding], int]]
    """What gives findings, and how many documents were judged."""


class Linter:
    """Judges sources by *rules* of *book* under *settings*.

    *tally*, if given, counts what is known of the policies; *watch* is shown
    all that is extracted. *covers* tells whether all the files of an entry
    among the settings' suppressions are in view, so that one of no use can be
    called that. Raises ``UsageError`` for settings that name a rule there is not.
    """

    def __init__(
        self,
        book: RuleBook,
        settings: Settings,
        *,
        tally: Tally | None = None,
        covers: Callable[[Allowed], bool] = lambda _entry: False,
        watch: Watch | None = None,
    ) -> None:
        self._part = Part(tally)
        self._watch = watch
        self._book = book
        self._settings = settings
        self._covers = covers
        self._selection = Selection(book, settings)
        self._engine = Engine(
            self._selection.run, book, pedantic=settings.pedantic, named=settings.select
        )
        self._everything = settings.scope == "all"

    def rules(self) -> tuple[Rule, ...]:
        """All rules and problems that a finding may be of."""
        return (*self._selection.run, *self._book.problems.values())

    def __reduce__(self) -> tuple[Callable[..., Linter], tuple[RuleBook, Settings]]:
        """What another process needs to judge as this one does."""
        return partial(Linter, tally=self._part.fresh().tally), (self._book, self._settings)

    # -- one source

    def lint_text(self, path: str, text: str, language: str, kind: str | None = None) -> Result:
        """Judge *text* as if it were the file *path*; *kind* is the kind of a bare policy."""
        source = SourceFile(path, text)
        whole = self._part
        whole.add(self._judged(path, partial(self._judge_text, source, language, kind)))
        self._part = Part(whole.tally)
        return self._result([source], whole, files=1)

    def _judge_text(
        self, source: SourceFile, language: str, kind: str | None
    ) -> tuple[list[Finding], int]:
        if language == discover.TERRAFORM:
            from ..extract import terraform

            return self._judge(self._counted(terraform.extract_module([source])), kind)
        if _is_json(source, language):
            return self._judge_json(source, kind)
        from ..readers.yaml import reader as yaml_reader

        return self._judge_readings(source, yaml_reader.read(source), "YAML", kind)

    def _judge_json(self, source: SourceFile, kind: str | None) -> tuple[list[Finding], int]:
        """Values first, which is fast; places only where there is something to report."""
        from ..readers.json import reader as json_reader

        root = json_reader.read_values(source)
        if root is not None:
            extraction = _extract(root, source)
            if not extraction.allowances:  # which may have to be complained of, with their places
                judged: list[Document] = []
                found = next(self._found(extraction, kind, judged), None)
                if found is None and not self._engine.failures:
                    self._counted(extraction)
                    return [], len(judged)
                self._engine.failures.clear()  # which are met again, and then have their places
        reading = json_reader.read_placed(source)
        if reading.mistake is not None and "${" in source.text:
            from ..readers.json import template as json_template

            template = json_template.read(source)
            if template is not None and template.mistake is None:
                reading = template
        return self._judge_readings(source, (reading,), "JSON", kind)

    def _judge_readings(
        self, source: SourceFile, readings: Iterable[Reading], language: str, kind: str | None
    ) -> tuple[list[Finding], int]:
        findings: list[Finding] = []
        documents = 0
        for reading in readings:
            extraction = Extraction() if reading.root is None else _extract(reading.root, source)
            if reading.mistake is not None:
                problem = syntax_problem(reading.mistake, language)
                extraction = Extraction(
                    extraction.documents,
                    extraction.attachments,
                    (*extraction.problems, problem),
                    extraction.allowances,
                    extraction.unresolved,
                    extraction.resources,
                )
            found, count = self._judge(self._counted(extraction), kind)
            findings += found
            documents += count
        return findings, documents

    # -- what was extracted

    def _counted(self, extraction: Extraction) -> Extraction:
        if self._part.tally is not None:
            self._part.tally.add(extraction)
        if self._watch is not None:
            self._watch(extraction)
        return extraction

    def _judge(
        self,
        extraction: Extraction,
        kind: str | None = None,
        places: dict[Place, Span] | None = None,
    ) -> tuple[list[Finding], int]:
        """The findings on *extraction*, and how many documents were judged, whose *places* are added."""
        judged: list[Document] = []
        findings = settled(self._found(extraction, kind, judged))
        if places is not None:
            places.update((document.span.key(), document.span) for document in judged)
        return findings, len(judged)

    def _found(
        self, extraction: Extraction, kind: str | None, judged: list[Document]
    ) -> Iterator[Finding]:
        """The findings on *extraction*, document by document; each is added to *judged* before."""
        for one in from_allowances(extraction.allowances):
            self._part.allow(one)
        yield from self._found_in_policies(extraction, kind, judged)
        for resource in extraction.resources:
            if self._everything or "cloudtrail" in resource.type.lower():
                yield from self._engine.judge_resource(resource)
        for problem in extraction.problems:
            rule = self._book.problems[problem.name]
            sure = judged and rule.confidence != "low"
            if self._runs(rule) and (sure or self._may_hold_policy(problem.span.source)):
                yield problem_finding(problem, self._book, Owner("", problem.span))

    def _found_in_policies(
        self, extraction: Extraction, kind: str | None, judged: list[Document]
    ) -> Iterator[Finding]:
        documents = list(self._normalised(extraction.documents, kind))
        for document in with_companions(documents, extraction.attachments):
            if not (self._everything or document.in_scope):
                continue
            judged.append(document)
            yield from self._engine.judge_document(document)
            for problem in document.problems:
                if self._runs(self._book.problems[problem.name]):
                    related = loads(problem.span, document)
                    yield problem_finding(problem, self._book, document.owner, related)
        for reference in extraction.attachments:
            attachment = normalise_attachment(reference)
            if self._everything or attachment.in_scope:
                yield from self._engine.judge_attachment(attachment)

    def _normalised(self, documents: Iterable[Found], kind: str | None) -> Iterator[Document]:
        for found in documents:
            try:
                yield normalise(found, kind)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are still judged
                self._engine.failures.append(Failure("", found.node.span, error))

    def _runs(self, rule: Rule) -> bool:
        """Whether *rule*, or what a problem is reported by, is sure enough for this run."""
        return self._settings.pedantic or rule.confidence != "low"

    def _may_hold_policy(self, source: SourceFile) -> bool:
        """Whether a broken file looks as if a policy in scope were in it."""
        lower = source.text.lower()
        named = self._everything or "cloudtrail" in lower or "cloud-trail" in lower
        return named and ("statement" in lower or "policy" in lower)

    # -- many files

    def lint_files(
        self,
        files: Files,
        watch: Callable[[str], None] = lambda _path: None,
        *,
        jobs: int | None = 1,
    ) -> Result:
        """Judge *files*; every file is judged whatever happens to the others.

        *watch* is told what comes next. If the user interrupts, the result is
        what was found until then. *jobs* processes do it, as many as pay for
        None; the result is the same.
        """
        units = units_of(files)
        # What is extracted is shown to whoever watches it in this process only.
        jobs = 1 if self._watch is not None else processes_for(units, jobs)
        judged: Iterator[tuple[Unit, Iterable[Part]]]
        if jobs == 1:
            judged = ((unit, self.parts(files, unit, watch)) for unit in units)
        else:
            from .pool import in_processes

            judged = in_processes(self, files, units, jobs, watch)
        whole, self._part = self._part, self._part.fresh()
        interrupted = not add_all(judged, whole, files)
        whole.findings += [self._unreadable(file) for file in files.unreadable.values()]
        self._part = Part(whole.tally)
        given, count = files.given_sources(), len(files.candidates)
        return self._result(given, whole, count, interrupted=interrupted)

    def parts(
        self, files: Files, unit: Unit, watch: Callable[[str], None] = lambda _path: None
    ) -> Iterator[Part]:
        """What judging *unit* of *files* comes to, piece by piece; *watch* is told what comes next."""
        for path, judge in self._steps(files, unit):
            watch(path)
            yield self._judged(path, judge)

    def _judged(self, path: str, judge: Judge) -> Part:
        self._part = part = self._part.fresh()
        part.findings, part.documents = self._guarded(path, judge)
        return part

    def _steps(self, files: Files, unit: Unit) -> Iterator[tuple[str, Judge]]:
        """What there is to judge of *unit*: its path, and how."""
        if unit.of == MODULES:
            from ..extract.terraform.project import Project

            project = Project(files)
            for folder in unit.paths:
                yield folder or ".", partial(self._judge_module, project, files, folder)
            project.forget()
        elif unit.of == STACKS:
            yield unit.paths[0], partial(self._judge_stacks, files, unit.paths)
        else:
            (path,) = unit.paths
            source = files.source(path)
            if source is not None:
                kind = self._settings.kind_of(path)
                yield path, partial(self._judge_text, source, unit.of, kind)

    def _unreadable(self, file: Unreadable) -> Finding:
        span = Span(file.source, 0, 0)
        if file.too_large:
            problem = Problem("limit-exceeded", f"not judged: {file.reason}", span)
        else:
            problem = Problem("unreadable-file", f"cannot be read: {file.reason}", span)
        return problem_finding(problem, self._book, Owner("", span))

    def _judge_module(
        self, project: Project, files: Files, folder: str
    ) -> tuple[list[Finding], int]:
        """Judge a Terraform module for each call of it; its documents are counted by their places."""
        part = self._part

        def extractions() -> Iterator[Extraction]:
            for extraction in project.extractions(folder):
                part.loaded |= {path_key(f.node.span.source.path) for f in extraction.documents}
                yield extraction

        callers = {
            id(source) for above in files.callers(folder) for source in files.module_sources(above)
        } - {id(source) for source in files.module_sources(folder)}
        # What stands in a module that is only near is none of this run's.
        near = files.is_near(folder)
        found, _ = self._judge_calls(extractions(), callers, files, part.places, only_given=near)
        return found, 0

    def _judge_stacks(self, files: Files, nesting: Sequence[str]) -> tuple[list[Finding], int]:
        """Judge the templates that those of *nesting* deploy as nested stacks, for each stack."""
        from ..extract.cloudformation.stacks import Stacks

        stacks = Stacks(nesting, files.loader, _only_document)
        findings: list[Finding] = []
        documents = 0
        judged: dict[Place, Span] = {}
        for path in stacks.nested():
            self._part.loaded.add(path_key(path))
            callers = stacks.callers(path)
            if any(map(files.matters, (path, *(source.path for source in callers)))):
                above = {id(source) for source in callers}
                extractions = stacks.extractions(path)
                judge = partial(self._judge_calls, extractions, above, files, judged)
                found, count = self._guarded(path, judge)
                findings += found
                documents += count
        return findings, documents

    def _judge_calls(
        self,
        extractions: Iterable[Extraction],
        callers: set[int],
        files: Files,
        judged: dict[Place, Span],
        *,
        only_given: bool = False,
    ) -> tuple[list[Finding], int]:
        """The findings on a module or template, *extractions* being what each call of it makes.

        What stands in a file that was not given is left out. What stands in
        a file of the *callers* is true for that caller. What stands in the
        module itself is reported only if it is so for every call that makes
        the policy's owner. *only_given*: so are the documents counted.
        """
        places: dict[Place, Span] = {}
        given: dict[int, bool] = {}
        calls: list[tuple[set[tuple[int, int]], dict[tuple[str, int, int, int], Finding]]] = []
        for extraction in extractions:
            findings, _ = self._judge(self._counted(extraction), places=places)
            sources = {id(s): s for f in extraction.documents for s in (f.node.span.source,)}
            given.update({key: files.is_given(source) for key, source in sources.items()})
            owners = {_owner_of(found.owner) for found in extraction.documents}
            calls.append((owners, {key_of(finding): finding for finding in findings}))
        if only_given:
            places = {place: span for place, span in places.items() if given[place[0]]}
        before = len(judged)
        judged |= places
        return [
            finding
            for _, call in calls
            for place, finding in call.items()
            if files.is_given(finding.span.source)
            and not self._settings.excludes(finding.span.source.path)
            and (
                id(finding.span.source) in callers
                or all(
                    place in other or _owner_of(finding.owner) not in own for own, other in calls
                )
            )
        ], len(judged) - before

    def _guarded(self, path: str, judge: Judge) -> tuple[list[Finding], int]:
        """What *judge* finds; a mistake of ours there is noted and stops nothing else."""
        try:
            return judge()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files are still judged
            self._part.note_crash(path, "", error)
            return [], 0
        finally:
            for failure in self._engine.failures:
                self._part.note_crash(failure.span.place(), failure.rule, failure.error)
            self._engine.failures.clear()

    def _result(
        self,
        sources: Iterable[SourceFile],
        whole: Part,
        files: int,
        *,
        interrupted: bool = False,
    ) -> Result:
        given = {id(source): source for source in sources}
        suppressions = [s for source in given.values() for s in suppressions_in(source)]
        suppressions += [s for s in whole.allowed.values() if id(s.span.source) in given]
        kept, suppressed = suppress(settled(whole.findings), suppressions)
        ran = [one for one in self.rules() if self._runs(one)]
        kept += complaints(suppressions, self._book, ran)
        if self._settings.suppress:
            kept, more = self._allow(kept, ran)
            suppressed += more
        result = Result(
            tuple(self._selection.shown(kept)),
            files,
            whole.documents + len(whole.places),
            tuple(
                replaced(one, finding=finding)
                for one in suppressed
                for finding in self._selection.shown([one.finding])
            ),
            tuple(whole.crashes),
            interrupted=interrupted,
        )
        return merged([result])

    def _allow(
        self, findings: Sequence[Finding], ran: Sequence[Rule]
    ) -> tuple[list[Finding], list[Suppressed]]:
        """*findings* without those that the settings allow, with what is wrong there; and the others.

        *ran* are the rules and problems that could be found.
        """
        from datetime import date

        today = date.today().isoformat()
        kept, suppressed, used = allow(findings, self._settings, today)
        entries = [
            (entry, number in used)
            for number, entry in enumerate(self._settings.suppress)
            if number in used or self._covers(entry)
        ]
        kept += complaints_of_settings(entries, self._book, ran, today)
        return kept, suppressed


def _is_json(source: SourceFile, language: str) -> bool:
    if language == discover.EITHER:
        return source.text.lstrip()[:1] in ("{", "[")
    return language == discover.JSON


def _only_document(source: SourceFile) -> tuple[Node | None, tuple[Problem, ...]]:
    """The one document of *source*, None where there are none or several, and what is wrong with it."""
    from ..readers.json import reader as json_reader
    from ..readers.yaml import reader as yaml_reader

    language = discover.language_of(source.path) or discover.EITHER
    is_json = _is_json(source, language)
    readings = (json_reader.read_placed(source),) if is_json else yaml_reader.read(source)
    if len(readings) != 1:
        return None, ()
    mistake = readings[0].mistake
    name = "JSON" if is_json else "YAML"
    return readings[0].root, () if mistake is None else (syntax_problem(mistake, name),)


def _owner_of(owner: Owner) -> tuple[int, int]:
    return id(owner.span.source), owner.span.start


def _extract(root: Node, source: SourceFile) -> Extraction:
    from ..extract import account, bare, cloudformation, serverless, terraform

    if terraform.is_plan(root):
        from ..extract.terraform.plan import extract_plan

        return extract_plan(root)

    def template(node: Node) -> Extraction | None:
        return (
            cloudformation.extract_template(node, source)
            if cloudformation.is_template(node)
            else None
        )

    if account.is_listing(root):
        return account.extract_listing(root)
    inner: Node | None = None
    if serverless.is_service(root):
        root = serverless.with_holes(root)
        inner = serverless.resources(root)

    def evaluate(node: Node) -> Node | None:
        return cloudformation.evaluated(node, inner)

    return template(root) or bare.extract_bare(root, template, evaluate)
