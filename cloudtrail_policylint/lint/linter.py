"""The linter: from a text, or the files of a run, to a result.

``lint_text`` checks text that is in no file (standard input, examples, other
programs); ``lint_files`` checks the files of a run, unit by unit.
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import chain

from ..base.disk import path_key
from ..base.formats import (
    TEXT_TEMPLATE,
    format_of_text,
    named,
)
from ..extract import extractor_of, only_document
from ..findings.finding import Finding, problem_finding
from ..iam.written import Owner, Problem
from ..tree.source import SourceFile, Span
from .checker import Checker
from .outcome import Outcome
from .results import Results
from .work import MODULES, STACKS, total, units_of, workers_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..base.formats import Format
    from ..extract.terraform.project import Project
    from ..files import Files
    from ..files.inputs import Unreadable
    from ..findings.result import Result
    from ..iam.written import Extraction
    from ..rulebook.model import Rule, RuleBook
    from ..settings.model import Settings, SuppressEntry
    from .calls import Places
    from .placing import Placing
    from .work import Unit


class Linter:
    """Checks sources by the rules of *book* under *settings*.

    *covers* says whether the run sees all files that a suppression in the
    settings applies to: only then can it be reported as unused.
    *statistics*, *strings* and *setups* are those of ``Checker``. Raises ``UsageError``
    for settings that name a rule that does not exist.
    """

    def __init__(
        self,
        book: RuleBook,
        settings: Settings,
        *,
        covers: Callable[[SuppressEntry], bool] = lambda _entry: False,
        statistics: bool = False,
        strings: bool = False,
        setups: bool = False,
    ) -> None:
        self._book = book
        self._settings = settings
        self._copy = partial(Linter, statistics=statistics, strings=strings, setups=setups)
        self._checker = Checker(
            book, settings, statistics=statistics, strings=strings, setups=setups
        )
        self._results = Results(self._checker, book, settings, covers)

    def rules(self) -> tuple[Rule, ...]:
        """All rules and problems that may be reported."""
        return self._checker.rules()

    def __reduce__(self) -> tuple[Callable[..., Linter], tuple[RuleBook, Settings]]:
        """How to rebuild the linter in a worker process, from its rules and settings."""
        return self._copy, (self._book, self._settings)

    # -- one source

    def lint_text(self, path: str, text: str, kind: str | None = None) -> Result:
        """The result for *text* as if it were the file *path*; *kind* is the kind of a bare policy.

        Raises ``UsageError`` for a path whose name does not say the format.
        """
        source = SourceFile(path, text)
        form = format_of_text(path)
        outcome = self._guarded(path, partial(self._check_source, source, form, kind))
        return self._results.result(outcome, [source], files=1)

    def _check_source(self, source: SourceFile, form: Format, kind: str | None) -> Outcome:
        extractor = extractor_of(form, source.text)
        quick = extractor.extract_without_places(source)
        # A suppression may have to be reported as unused, which needs places.
        questions = None
        if quick is not None and not quick.allowances and not self._checker.setups:
            found = self._checker.clean(quick, kind)
            if isinstance(found, Outcome):
                return found
            questions = found
        outcome = Outcome()
        for extraction in extractor.extract(source):
            outcome.add(self._checker.check(extraction, kind, questions=questions))
        return outcome

    def _guarded(self, path: str, check: Callable[[], Outcome]) -> Outcome:
        """The outcome of *check*; an internal error becomes an outcome and stops nothing else."""
        try:
            return check()
        except Exception as error:  # noqa: BLE001 - the other files are still checked
            outcome = Outcome()
            outcome.add_error(path, "", error)
            return outcome

    # -- many files

    def lint_files(
        self,
        files: Files,
        progress: Callable[[str], None] = lambda _path: None,
        *,
        jobs: int | None = 1,
        more: Sequence[Finding] = (),
        changed: Sequence[str] | None = None,
    ) -> Result:
        """The result for *files*; an internal error in one does not stop the others.

        *progress* is called with the path that is checked next. If the user
        interrupts, the result has what was found until then. *jobs* is the
        number of worker processes, None to choose it by the size of the input;
        the result does not depend on it. *more* are findings that no single file has.
        *changed*: only what may depend on these files is checked.
        """
        units = units_of(files, changed)
        jobs = workers_for(units, jobs)
        checked: Iterator[tuple[Unit, Iterable[Outcome]]]
        if jobs == 1:
            checked = ((unit, self.outcomes(files, unit, progress)) for unit in units)
        else:
            from .pool import in_processes

            checked = in_processes(self, files, units, jobs, progress)
        whole, interrupted = total(checked, files)
        for place, error in files.modules.errors:
            whole.add_error(place, "", error)
        inputs = files.inputs
        whole.unread.update(
            candidate.path
            for candidate in inputs.candidates
            if candidate.format is TEXT_TEMPLATE and path_key(candidate.path) not in whole.loaded
        )
        whole.findings += [self._unreadable(file) for file in inputs.unreadable.values()]
        whole.findings += more
        given, count = inputs.given_sources(), inputs.count(changed)
        return self._results.result(
            whole, given, count, in_view=inputs.covers_project_of, interrupted=interrupted
        )

    def outcomes(
        self, files: Files, unit: Unit, progress: Callable[[str], None] = lambda _path: None
    ) -> Iterator[Outcome]:
        """The outcome of each step of *unit*; *progress* is called with the path checked next."""
        for path, check in self._steps(files, unit):
            progress(path)
            yield self._guarded(path, check)

    def _steps(self, files: Files, unit: Unit) -> Iterator[tuple[str, Callable[[], Outcome]]]:
        """The steps of *unit*: the path to check, and the function that checks it."""
        if unit.of == MODULES:
            from ..extract.terraform.project import Project

            modules = files.modules
            told = modules.definitions()
            project = Project(modules, definitions=told)
            variants = [
                (source, Project(modules, definitions=(*told, source)))
                for source in modules.variants(unit.paths)
            ]
            for folder in unit.paths:
                yield folder or ".", partial(self._check_module, project, variants, files, folder)
            project.forget()
        elif unit.of == STACKS:
            yield unit.paths[0], partial(self._check_stacks, files, unit.paths)
        else:
            (path,) = unit.paths
            source = files.inputs.source(path)
            if source is not None:
                kind = self._settings.kind_of(path)
                yield path, partial(self._check_source, source, named(unit.of), kind)

    def _check_module(
        self,
        project: Project,
        variants: Sequence[tuple[SourceFile, Project]],
        files: Files,
        folder: str,
    ) -> Outcome:
        """The outcome for a Terraform module, for all calls of it.

        *variants* are its project with the variables that a file sets, of which only what is due
        to that file is reported.
        """
        modules = files.modules
        own = modules.module_sources(folder)
        above = [
            source for one in modules.all_callers(folder) for source in modules.module_sources(one)
        ]
        callers = {id(source) for source in above} - {id(source) for source in own}
        places = self._places(
            files, partial(project.hiding, folder), partial(project.arguments, folder)
        )
        outcome, known = self._check_calls(project.extractions(folder), callers, places)
        for source, variant in variants:
            from .calls import of_variant

            checked = map(self._checker.check, variant.extractions(folder))
            outcome.add(of_variant(checked, source, known, places))
        # A neighbour was only read for its calls: do not count its own policies.
        if modules.is_near(folder):
            from .calls import keep_given

            keep_given(outcome, files.inputs)
            if not any(map(files.inputs.is_given, (*own, *above))):
                outcome.setups.clear()
        return outcome

    def _check_stacks(self, files: Files, nesting: Sequence[str]) -> Outcome:
        """The outcome for the nested stacks of the templates *nesting*, for all calls of each."""
        from ..base.disk import Projects
        from ..extract.cloudformation.stacks import Stacks
        from ..files import access

        inputs = files.inputs
        stacks = Stacks(nesting, partial(access.loader, inputs, Projects()), only_document)
        whole = Outcome()
        for path in (*stacks.nested(), *stacks.outermost()):
            whole.loaded.add(path_key(path))
            callers = stacks.callers(path)
            own = inputs.source(path, referred=True)
            in_view = [source for source in (own, *callers) if source is not None]
            if not any(map(inputs.is_given, in_view)):
                continue
            if any(inputs.matters(source.path) for source in in_view):
                above = {id(source) for source in callers}
                places = self._places(files, partial(stacks.hiding, path))
                check = partial(self._check_template, stacks.extractions(path), above, places)
                whole.add(self._guarded(path, check))
        return whole

    def _check_template(
        self, extractions: Iterable[Extraction], callers: set[int], places: Places
    ) -> Outcome:
        return self._check_calls(extractions, callers, places)[0]

    def _check_calls(
        self, extractions: Iterable[Extraction], callers: set[int], places: Places
    ) -> tuple[Outcome, set[object]]:
        from .calls import outcome_of_calls

        check = partial(self._checker.check, by_place=True)
        return outcome_of_calls(extractions, check, callers, places)

    def _places(
        self,
        files: Files,
        hiding: Callable[..., Iterable[Extraction]],
        arguments: Callable[[], Iterable[Span]] = tuple,
    ) -> Places:
        """Where findings are reported for *files*; *hiding* and *arguments* are those of ``Project``."""
        from .calls import Places

        def excluded(source: SourceFile) -> bool:
            return self._settings.excludes(source.path)

        def reported(source: SourceFile) -> bool:
            return files.inputs.is_given(source) and not excluded(source)

        def keys(hides: Callable[[Span], bool], *, inputs: bool) -> Counter[object]:
            from .placing import keys_of

            checked = map(self._checker.check, hiding(hides, inputs=inputs))
            calls = ([keys_of(one) for one in call.findings if one.certain] for call in checked)
            return Counter(key for call in calls for key in set(chain.from_iterable(call)))

        def placing() -> Placing:
            from .placing import Placing

            return Placing(reported, excluded, keys, arguments)

        return Places(reported, placing)

    def _unreadable(self, file: Unreadable) -> Finding:
        span = Span(file.source, 0, 0)
        if file.too_large:
            problem = Problem("limit-exceeded", f"not checked: {file.reason}", span)
        else:
            problem = Problem("unreadable-file", f"cannot be read: {file.reason}", span)
        return problem_finding(problem, self._book, Owner("", span))
