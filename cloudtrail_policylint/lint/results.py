"""From the outcome of a run to its result: applies suppressions and the selection of rules."""

from __future__ import annotations

from ..base.formats import NEAR_MARKS, SUPPRESSION_MARK
from ..base.record import replaced
from ..findings.finding import blocks_of, once_for_each_cause, settled, written_at
from ..findings.result import Result, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..findings.finding import Finding
    from ..findings.result import Suppressed
    from ..rulebook.model import RuleBook
    from ..settings.model import Settings, SuppressEntry
    from ..tree.source import SourceFile, Span
    from .checker import Checker
    from .outcome import Outcome


def _reasons(places: Iterable[tuple[Span, str]]) -> tuple[str, ...]:
    """The reasons at *places*, one for each: several calls of a module share a place."""
    # Values read without places all seem to be at the start of their file, but are there once.
    return tuple(
        {
            (span.key() if span.end else number): reason
            for number, (span, reason) in enumerate(places)
        }.values()
    )


class Results:
    """Turns outcomes into results under *settings*; *covers* is that of ``Linter``."""

    def __init__(
        self,
        checker: Checker,
        book: RuleBook,
        settings: Settings,
        covers: Callable[[SuppressEntry], bool],
    ) -> None:
        self._book = book
        self._settings = settings
        self._covers = covers
        self._selection = checker.selection
        self._ran = [rule for rule in checker.rules() if checker.reports(rule)]

    def result(
        self,
        whole: Outcome,
        sources: Iterable[SourceFile],
        files: int,
        *,
        in_view: Callable[[str], bool] = lambda _path: False,
        interrupted: bool = False,
    ) -> Result:
        """The result of a run with the outcome *whole*, given *sources* and number of *files*.

        *in_view* says whether the run sees all files that may affect the findings
        of the file at a path.
        """
        given = {id(source): source for source in sources}

        def is_checked(path: str) -> bool:
            if whole.internal_errors or interrupted or path in whole.unread | whole.uncertain:
                return False
            return path not in whole.open or in_view(path)

        findings = settled(whole.findings)
        kept: list[Finding] = findings
        suppressed: list[Suppressed] = []
        if self._settings.suppressions:
            kept, suppressed = self._by_comments(findings, whole, given, is_checked)
        if self._settings.suppress and self._settings.suppressions:
            kept, more = self._by_settings(kept)
            suppressed += more
        result = Result(
            findings=tuple(once_for_each_cause(self._selection.reported(kept))),
            files=files,
            documents=whole.count(),
            suppressed=tuple(
                replaced(one, finding=finding)
                for one in suppressed
                for finding in self._selection.reported([one.finding])
            ),
            internal_errors=tuple(whole.internal_errors),
            tally=whole.tally,
            strings=tuple(whole.strings),
            unread=frozenset(whole.unread),
            interrupted=interrupted,
            partly=_reasons(whole.partly),
            unknown=_reasons(whole.unknown),
            setups=tuple({repr(one): one for one in whole.setups}.values()),
        )
        return merged([result])

    def _by_comments(
        self,
        findings: list[Finding],
        whole: Outcome,
        given: dict[int, SourceFile],
        is_checked: Callable[[str], bool],
    ) -> tuple[list[Finding], list[Suppressed]]:
        """The findings to report and those that comments and allowances suppress.

        Problems of suppressions are findings too; *is_checked* says whether a file was
        checked completely. Most runs have no suppression.
        """
        allowed = [s for s in whole.allowed.values() if id(s.span.source) in given]
        others = [s for s in whole.allowed.values() if id(s.span.source) not in given]
        marked = [
            source for source in given.values() if any(mark in source.text for mark in NEAR_MARKS)
        ]
        places = [span for one in findings for span in (*written_at(one), *blocks_of(one))]
        sources = {id(span.source): span.source for span in places}
        away = [
            source
            for key, source in sources.items()
            if key not in given and SUPPRESSION_MARK in source.text
        ]
        if not (allowed or others or marked or away):
            return findings, []
        from ..findings.comments import near_misses_in, suppressions_in
        from ..findings.suppress import near_miss_problems, suppress, suppression_problems

        suppressions = [s for source in marked for s in suppressions_in(source)] + allowed
        others += [s for source in away for s in suppressions_in(source)]
        kept, suppressed = suppress(findings, [*suppressions, *others])
        kept += suppression_problems(suppressions, self._book, self._ran, is_checked)
        missed = [span for source in marked for span in near_misses_in(source)]
        return kept + near_miss_problems(missed, self._book), suppressed

    def _by_settings(self, findings: Sequence[Finding]) -> tuple[list[Finding], list[Suppressed]]:
        """The findings to report and those that the settings suppress.

        Unused and expired suppressions of the settings are findings too.
        """
        from datetime import date

        from ..findings.suppress import entry_problems, suppress_by_settings

        today = date.today().isoformat()
        kept, suppressed, used = suppress_by_settings(findings, self._settings, today)
        entries = [
            (entry, number in used)
            for number, entry in enumerate(self._settings.suppress)
            if number in used or self._covers(entry)
        ]
        kept += entry_problems(entries, self._book, self._ran, today)
        return kept, suppressed
