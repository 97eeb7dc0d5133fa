"""A run over paths: which files, under which settings, by which rules.

Files with the same settings are judged together; what they do not share, a
nearer settings file, is what makes a group.
"""

from __future__ import annotations

import os
from functools import partial

from ..base.limits import under
from ..base.record import replaced
from ..files.discover import discover
from ..files.inputs import Files
from ..findings.result import Result, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..files.discover import Candidate
    from ..files.inputs import Contents
    from ..findings.baseline import Coverage
    from ..rulebook.model import RuleBook
    from ..settings.lookup import NearestSettings
    from ..settings.model import Allowed, Settings
    from .linter import Linter, Watch
    from .statistics import Tally


class Run:
    """One run under *settings*; *tally*, if given, counts what is known of the policies.

    *contents* stand in place of what is in some files, and *extracted* is shown
    all that is extracted. *jobs* processes judge, as many as pay for None, and
    only this one where *extracted* is shown something.
    Methods raise an ``InputError`` for paths, settings and rules that cannot be used.
    """

    def __init__(
        self,
        settings: NearestSettings,
        tally: Tally | None = None,
        *,
        contents: Contents | None = None,
        extracted: Watch | None = None,
        jobs: int | None = 1,
    ) -> None:
        self._settings = settings
        self._tally = tally
        self._contents = contents
        self._extracted = extracted
        self._jobs = jobs
        self._books: dict[tuple[str, ...], RuleBook] = {}
        self._paths: list[str] = []
        self._files: list[str] = []

    def lint_paths(
        self, paths: Sequence[str], watch: Callable[[str], None] = lambda _path: None
    ) -> Result:
        """Judge files and folders; *watch* is told what comes next."""
        groups: dict[int, tuple[Settings, list[Candidate]]] = {}
        self._paths += paths
        for candidate in discover(paths, self._settings):
            self._files.append(candidate.path)
            settings = self._settings.of_file(candidate.path)
            groups.setdefault(id(settings), (settings, []))[1].append(candidate)
        # What a folder holds is all in the one group, if there is only one.
        walked = [path for path in paths if os.path.isdir(path)] if len(groups) == 1 else []
        results = []
        for settings, candidates in groups.values():
            files = Files(
                candidates,
                everything=settings.scope == "all",
                walked=walked,
                contents=self._contents,
            )
            judge = partial(self._lint_group, settings, files, paths, watch)
            results.append(under(settings.limits, judge))
            if results[-1].interrupted:
                break
        return self._told(merged(results))

    def lint_text(self, path: str, text: str, language: str) -> Result:
        """Judge *text* as if it were the file *path*, which need not exist."""
        settings = self._settings.of_file(path)
        linter, kind = self._linter(settings), settings.kind_of(path)
        self._files.append(path)
        return self._told(
            under(settings.limits, lambda: linter.lint_text(path, text, language, kind))
        )

    def coverage(self) -> Coverage:
        """What has been looked at so far, for a baseline."""
        from ..findings.baseline import Coverage
        from ..findings.selection import Selection

        selections: dict[int, Selection] = {}

        def reports(rule: str, path: str) -> bool:
            settings = self._settings.of_file(path)
            if id(settings) not in selections:
                selections[id(settings)] = Selection(self._book(settings), settings)
            return selections[id(settings)].reports(rule, path)

        return Coverage(
            files=frozenset(map(os.path.abspath, self._files)),
            folders=tuple(os.path.abspath(path) for path in self._paths if os.path.isdir(path)),
            reports=reports,
        )

    def _lint_group(
        self,
        settings: Settings,
        files: Files,
        paths: Iterable[str],
        watch: Callable[[str], None],
    ) -> Result:
        if files.nothing_to_do():
            return Result((), len(files.candidates), 0, ())

        def covers(entry: Allowed) -> bool:
            return any(_covers(path, entry, settings.folder) for path in paths)

        return self._linter(settings, covers).lint_files(files, watch, jobs=self._jobs)

    def _linter(
        self, settings: Settings, covers: Callable[[Allowed], bool] = lambda _entry: False
    ) -> Linter:
        from .linter import Linter

        return Linter(
            self._book(settings),
            settings,
            tally=self._tally,
            covers=covers,
            watch=self._extracted,
        )

    def _book(self, settings: Settings) -> RuleBook:
        paths = settings.rules
        if paths not in self._books:
            self._books[paths] = under(settings.limits, lambda: rule_book(paths))
        return self._books[paths]

    def _told(self, result: Result) -> Result:
        if self._tally is None:
            return result
        return replaced(result, resolutions=tuple(self._tally.resolutions()))


def rule_book(paths: Iterable[str]) -> RuleBook:
    """The built-in rules and those of the files and folders *paths*; raises ``RuleFileError``."""
    from ..rulebook.load import bundled, with_rules

    book = bundled()
    for path in paths:
        book = with_rules(book, path)
    return book


def _covers(path: str, entry: Allowed, folder: str) -> bool:
    """Whether a run over *path* looks at all that *entry*, of the settings of *folder*, can describe.

    A commit hook names a few files: of what is not there nothing can be told.
    """
    whole = os.path.abspath(path)
    if (folder + os.sep).startswith(whole.rstrip(os.sep) + os.sep):
        return True
    return entry.path is not None and os.path.join(folder, entry.path) == whole
