"""From the outcome of a run to its result: what is suppressed, selected and shown."""

from __future__ import annotations

from ..base.record import replaced
from ..findings.finding import settled
from ..findings.result import Result, merged
from ..findings.suppress import (
    allow,
    complaints,
    complaints_of_settings,
    suppress,
    suppressions_in,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..findings.finding import Finding
    from ..findings.result import Suppressed
    from ..rulebook.model import RuleBook
    from ..settings.model import Allowed, Settings
    from ..tree.source import SourceFile
    from .checker import Checker
    from .outcome import Outcome


class Results:
    """Makes results under *settings*; *covers* says whether all files of a suppression are in view."""

    def __init__(
        self,
        checker: Checker,
        book: RuleBook,
        settings: Settings,
        covers: Callable[[Allowed], bool],
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
        interrupted: bool = False,
    ) -> Result:
        """The result of a run over so many *files* whose outcome is *whole* and whose given sources are *sources*."""
        given = {id(source): source for source in sources}
        suppressions = [s for source in given.values() for s in suppressions_in(source)]
        suppressions += [s for s in whole.allowed.values() if id(s.span.source) in given]
        kept, suppressed = suppress(settled(whole.findings), suppressions)
        kept += complaints(suppressions, self._book, self._ran)
        if self._settings.suppress:
            kept, more = self._allow(kept)
            suppressed += more
        result = Result(
            findings=tuple(self._selection.shown(kept)),
            files=files,
            documents=whole.count(),
            suppressed=tuple(
                replaced(one, finding=finding)
                for one in suppressed
                for finding in self._selection.shown([one.finding])
            ),
            internal_errors=tuple(whole.internal_errors),
            tally=whole.tally,
            strings=tuple(whole.strings),
            interrupted=interrupted,
        )
        return merged([result])

    def _allow(self, findings: Sequence[Finding]) -> tuple[list[Finding], list[Suppressed]]:
        """*findings* without those that the settings suppress, with what is wrong there; and the others."""
        from datetime import date

        today = date.today().isoformat()
        kept, suppressed, used = allow(findings, self._settings, today)
        entries = [
            (entry, number in used)
            for number, entry in enumerate(self._settings.suppress)
            if number in used or self._covers(entry)
        ]
        kept += complaints_of_settings(entries, self._book, self._ran, today)
        return kept, suppressed
