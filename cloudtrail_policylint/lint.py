"""The run: from files to findings, one file or one Terraform module at a time.

This is where the parts meet. ``Linter`` can judge text that is in no file
(standard input, examples, other programs), and ``lint_files`` goes through
the candidates of ``discover``.
"""

from __future__ import annotations

from functools import partial

from . import discover
from .companions import with_companions
from .extract.found import Extraction, Owner, Problem, syntax_problem
from .files import key_of
from .match import Engine, Failure, Finding, place_of, problem_finding, settled
from .match.related import loads
from .normalise import normalise, normalise_attachment
from .record import replaced
from .result import Result, merged
from .selection import Selection
from .source import SourceFile, Span
from .suppress import (
    allow,
    complaints,
    complaints_of_settings,
    from_allowances,
    suppress,
    suppressions_in,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import TypeAlias

    from .extract.found import Found
    from .extract.terraform.project import Project
    from .files import Files, Unreadable
    from .policy import Document
    from .readers.reading import Reading
    from .resolution import Tally
    from .result import Suppressed
    from .rules import Rule, RuleBook
    from .settings.model import Allowed, Settings
    from .suppress import Suppression
    from .tree import Node

    Watch: TypeAlias = Callable[[Extraction], None]
    """What is shown all that is extracted."""


_OF_MODULES = (discover.TERRAFORM, discover.TEMPLATE)
"""Languages of files that are judged with their module, not by themselves."""


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
        self._tally = tally
        self._watch = watch
        self._book = book
        self._settings = settings
        self._covers = covers
        self._selection = Selection(book, settings)
        self._engine = Engine(
            self._selection.run, book, pedantic=settings.pedantic, named=settings.select
        )
        self._everything = settings.scope == "all"
        self._crashes: list[str] = []
        self._allowed: dict[tuple[int, int, str], Suppression] = {}  # once, however often read

    # -- one source

    def lint_text(self, path: str, text: str, language: str, kind: str | None = None) -> Result:
        """Judge *text* as if it were the file *path*; *kind* is the kind of a bare policy."""
        source = SourceFile(path, text)
        findings, documents = self._guarded(path, partial(self._judge_text, source, language, kind))
        return self._result([source], findings, files=1, documents=documents)

    def _judge_text(
        self, source: SourceFile, language: str, kind: str | None
    ) -> tuple[list[Finding], int]:
        if language == discover.TERRAFORM:
            from .extract import terraform

            return self._judge(self._counted(terraform.extract_module([source])), kind)
        if _is_json(source, language):
            return self._judge_json(source, kind)
        from .readers import yaml

        return self._judge_readings(source, yaml.read(source), "YAML", kind)

    def _judge_json(self, source: SourceFile, kind: str | None) -> tuple[list[Finding], int]:
        """Values first, which is fast; places only where there is something to report."""
        from .readers import json

        root = json.read_values(source)
        if root is not None:
            extraction = _extract(root, source)
            if not extraction.allowances:  # which may have to be complained of, with their places
                judged: list[Document] = []
                found = next(self._found(extraction, kind, judged), None)
                if found is None and not self._engine.failures:
                    self._counted(extraction)
                    return [], len(judged)
                self._engine.failures.clear()  # which are met again, and then have their places
        reading = json.read_placed(source)
        if reading.mistake is not None and "${" in source.text:
            from .readers import json_template

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
        if self._tally is not None:
            self._tally.add(extraction)
        if self._watch is not None:
            self._watch(extraction)
        return extraction

    def _judge(
        self,
        extraction: Extraction,
        kind: str | None = None,
        places: set[tuple[int, int, int]] | None = None,
    ) -> tuple[list[Finding], int]:
        """The findings on *extraction*, and how many documents were judged, whose *places* are added."""
        judged: list[Document] = []
        findings = settled(self._found(extraction, kind, judged))
        if places is not None:
            spans = (document.span for document in judged)
            places.update((id(span.source), span.start, span.end) for span in spans)
        return findings, len(judged)

    def _found(
        self, extraction: Extraction, kind: str | None, judged: list[Document]
    ) -> Iterator[Finding]:
        """The findings on *extraction*, document by document; each is added to *judged* before."""
        for one in from_allowances(extraction.allowances):
            self._allowed.setdefault((id(one.span.source), one.span.start, one.words[0][0]), one)
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

    def lint_files(self, files: Files, watch: Callable[[str], None] = lambda _path: None) -> Result:
        """Judge *files*; every file is judged whatever happens to the others.

        *watch* is told what comes next. If the user interrupts, the result is
        what was found until then.
        """
        findings: list[Finding] = []
        documents = 0
        interrupted = False
        try:
            for path, judge in self._work(files):
                watch(path)
                found, count = self._guarded(path, judge)
                findings += found
                documents += count
        except KeyboardInterrupt:
            interrupted = True
        findings += [self._unreadable(file) for file in files.unreadable.values()]
        return self._result(
            files.given_sources(),
            findings,
            len(files.candidates),
            documents,
            interrupted=interrupted,
        )

    def _work(self, files: Files) -> Iterator[tuple[str, Callable[[], tuple[list[Finding], int]]]]:
        """What there is to judge, modules first: its path, and how."""
        loaded: set[str] = set()
        folders = list(files.modules())
        if folders:
            from .extract.terraform.project import Project

            project = Project(files)
            judged: set[tuple[int, int, int]] = set()
            for folder in folders:
                judge = partial(self._judge_module, project, files, folder, loaded, judged)
                yield folder or ".", judge
        nesting = files.nesting()
        if nesting:
            yield nesting[0], partial(self._judge_stacks, files, nesting, loaded)
        for candidate in files.candidates:
            path, language = candidate.path, candidate.language
            if language in _OF_MODULES or key_of(path) in loaded:
                continue
            source = files.source(path)
            if source is not None and files.matters(path):
                kind = self._settings.kind_of(path)
                yield path, partial(self._judge_text, source, language, kind)

    def _unreadable(self, file: Unreadable) -> Finding:
        span = Span(file.source, 0, 0)
        if file.too_large:
            problem = Problem("limit-exceeded", f"not judged: {file.reason}", span)
        else:
            problem = Problem("unreadable-file", f"cannot be read: {file.reason}", span)
        return problem_finding(problem, self._book, Owner("", span))

    def _judge_module(
        self,
        project: Project,
        files: Files,
        folder: str,
        loaded: set[str],
        judged: set[tuple[int, int, int]],
    ) -> tuple[list[Finding], int]:
        """Judge a Terraform module for each call of it."""

        def extractions() -> Iterator[Extraction]:
            for extraction in project.extractions(folder):
                loaded.update(key_of(found.node.span.source.path) for found in extraction.documents)
                yield extraction

        callers = {
            id(source) for above in files.callers(folder) for source in files.module_sources(above)
        } - {id(source) for source in files.module_sources(folder)}
        # What stands in a module that is only near is none of this run's.
        near = files.is_near(folder)
        return self._judge_calls(extractions(), callers, files, judged, only_given=near)

    def _judge_stacks(
        self, files: Files, nesting: Sequence[str], loaded: set[str]
    ) -> tuple[list[Finding], int]:
        """Judge the templates that those of *nesting* deploy as nested stacks, for each stack."""
        from .extract.cloudformation.stacks import Stacks

        stacks = Stacks(nesting, files.loader, _only_document)
        findings: list[Finding] = []
        documents = 0
        judged: set[tuple[int, int, int]] = set()
        for path in stacks.nested():
            loaded.add(key_of(path))
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
        judged: set[tuple[int, int, int]],
        *,
        only_given: bool = False,
    ) -> tuple[list[Finding], int]:
        """The findings on a module or template, *extractions* being what each call of it makes.

        What stands in a file that was not given is left out. What stands in
        a file of the *callers* is true for that caller. What stands in the
        module itself is reported only if it is so for every call that makes
        the policy's owner. *only_given*: so are the documents counted.
        """
        places: set[tuple[int, int, int]] = set()
        given: dict[int, bool] = {}
        calls: list[tuple[set[tuple[int, int]], dict[tuple[str, int, int, int], Finding]]] = []
        for extraction in extractions:
            findings, _ = self._judge(self._counted(extraction), places=places)
            sources = {id(s): s for f in extraction.documents for s in (f.node.span.source,)}
            given.update({key: files.is_given(source) for key, source in sources.items()})
            owners = {_owner_of(found.owner) for found in extraction.documents}
            calls.append((owners, {place_of(finding): finding for finding in findings}))
        if only_given:
            places = {place for place in places if given[place[0]]}
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

    def _guarded(
        self, path: str, judge: Callable[[], tuple[list[Finding], int]]
    ) -> tuple[list[Finding], int]:
        """What *judge* finds; a mistake of ours there is noted and stops nothing else."""
        try:
            return judge()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other files are still judged
            self._crashes.append(_crash(path, "", error))
            return [], 0
        finally:
            for failure in self._engine.failures:
                crash = _crash(failure.span.place(), failure.rule, failure.error)
                if crash not in self._crashes:  # a module is judged for every call of it
                    self._crashes.append(crash)
            self._engine.failures.clear()

    def _result(
        self,
        sources: Iterable[SourceFile],
        findings: Sequence[Finding],
        files: int,
        documents: int,
        *,
        interrupted: bool = False,
    ) -> Result:
        given = {id(source): source for source in sources}
        suppressions = [s for source in given.values() for s in suppressions_in(source)]
        suppressions += [s for s in self._allowed.values() if id(s.span.source) in given]
        self._allowed = {}
        kept, suppressed = suppress(settled(findings), suppressions)
        ran = [
            one for one in (*self._selection.run, *self._book.problems.values()) if self._runs(one)
        ]
        kept += complaints(suppressions, self._book, ran)
        if self._settings.suppress:
            kept, more = self._allow(kept, ran)
            suppressed += more
        result = Result(
            tuple(self._selection.shown(kept)),
            files,
            documents,
            tuple(
                replaced(one, finding=finding)
                for one in suppressed
                for finding in self._selection.shown([one.finding])
            ),
            tuple(self._crashes),
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


def _crash(place: str, rule: str, error: Exception) -> str:
    """What is said of a mistake of ours; with the *rule* that it is in, if it is in one."""
    where = f" in rule {rule}" if rule else ""
    reason = str(error).partition("\n")[0]
    return f"{place}: internal error{where}: {type(error).__name__}: {reason}"


def _is_json(source: SourceFile, language: str) -> bool:
    if language == discover.EITHER:
        return source.text.lstrip()[:1] in ("{", "[")
    return language == discover.JSON


def _only_document(source: SourceFile) -> tuple[Node | None, tuple[Problem, ...]]:
    """The one document of *source*, None where there are none or several, and what is wrong with it."""
    from .readers import json, yaml

    language = discover.language_of(source.path) or discover.EITHER
    is_json = _is_json(source, language)
    readings = (json.read_placed(source),) if is_json else yaml.read(source)
    if len(readings) != 1:
        return None, ()
    mistake = readings[0].mistake
    name = "JSON" if is_json else "YAML"
    return readings[0].root, () if mistake is None else (syntax_problem(mistake, name),)


def _owner_of(owner: Owner) -> tuple[int, int]:
    return id(owner.span.source), owner.span.start


def _extract(root: Node, source: SourceFile) -> Extraction:
    from .extract import account, bare, cloudformation, serverless
    from .extract.terraform import plan

    if plan.is_plan(root):
        return plan.extract_plan(root)

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
