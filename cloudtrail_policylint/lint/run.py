"""A run over paths: finds the files, their settings and rules, and lints them.

Files with the same settings file are one group and are checked together.
"""

from __future__ import annotations

import os
from functools import partial

from ..base.disk import path_key
from ..base.limits import under
from ..files import Files
from ..files.discover import Groups
from ..findings.result import Result, merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..files.inputs import Overlay
    from ..findings.baseline import Coverage
    from ..findings.finding import Finding
    from ..findings.selection import Selection
    from ..rulebook.model import RuleBook
    from ..settings.lookup import NearestSettings
    from ..settings.model import Settings, SuppressEntry
    from .linter import Linter


class Run:
    """Lints under *settings*; *jobs* is that of ``Linter.lint_files``.

    *statistics*: results have a tally of which values are known, *setups*: the
    resources that CloudTrail makes requests for. *var_files* set variables of Terraform root
    modules. Methods raise
    ``InputError`` for paths, settings and rules that cannot be used.
    """

    def __init__(
        self,
        settings: NearestSettings,
        *,
        jobs: int | None = 1,
        statistics: bool = False,
        setups: bool = False,
        var_files: Sequence[str] = (),
    ) -> None:
        self._settings = settings
        self._var_files = var_files
        self._jobs = jobs
        self._statistics = statistics
        self._setups = setups
        self._books: dict[tuple[str, tuple[str, ...]], RuleBook] = {}
        self._linters: dict[tuple[int, bool], tuple[Settings, Linter]] = {}
        self._paths: Sequence[str] = ()
        self.files: list[str] = []
        """The files of the last run."""

    def lint_paths(
        self,
        paths: Sequence[str],
        progress: Callable[[str], None] = lambda _path: None,
        *,
        contents: Overlay | None = None,
        strings: bool = False,
        changed: Sequence[str] | None = None,
    ) -> Result:
        """The result for files and folders; *progress* is called with the path checked next.

        *contents* replace the contents of some files. *strings*: the result has
        the strings of all policies. *changed*: only what may depend on these files is checked.
        """
        groups = Groups([*paths, *self._var_files], self._settings, contents)
        self._paths, self.files = paths, groups.files
        for path in paths:
            if _says_expectations(path, self._settings.of_file(path)):
                groups.of_file(path)
        # Only if there is one group does it have all files of the folders.
        walked = [path for path in paths if os.path.isdir(path)] if len(groups) == 1 else []
        results = []
        for group in groups:
            settings = group.settings
            files = Files(
                group.candidates,
                everything=settings.scope == "all" or self._has_wide_rules(settings),
                walked=walked,
                closed=group.closed,
                contents=contents,
                var_files=self._var_files,
            )
            lint = partial(
                self._lint_group, settings, files, progress, contents, changed, strings=strings
            )
            results.append(under(settings.limits, lint))
            if results[-1].interrupted:
                break
        return merged(results)

    def lint_text(self, path: str, text: str, *, strings: bool = False) -> Result:
        """The result for *text* as if it were the file *path*, which need not exist."""
        settings = self._settings.of_file(path)
        linter, kind = self._linter(settings, strings=strings), settings.kind_of(path)
        self._paths, self.files = (), [path]
        return under(settings.limits, lambda: linter.lint_text(path, text, kind))

    def books(self) -> list[RuleBook]:
        """The rules of all settings that were read."""
        return list(self._books.values())

    def rules(self) -> Iterator[str]:
        """The rule files and folders, besides the built-in ones, that were read."""
        for _, paths in self._books:
            yield from paths

    def selection(self) -> Selection:
        """The rules that the settings of the current folder select."""
        from ..findings.selection import Selection

        return Selection(self._book(self._settings.here), self._settings.here)

    def coverage(self) -> Coverage:
        """Which files and rules the run covered, for a baseline."""
        from ..findings.baseline import Coverage
        from ..findings.selection import Selection

        selections: dict[int, Selection] = {}

        def reports(rule: str, path: str) -> bool:
            settings = self._settings.of_file(path)
            if id(settings) not in selections:
                selections[id(settings)] = Selection(self._book(settings), settings)
            return selections[id(settings)].reports(rule, path)

        return Coverage(
            files=frozenset(map(os.path.abspath, self.files)),
            folders=tuple(os.path.abspath(path) for path in self._paths if os.path.isdir(path)),
            reports=reports,
        )

    def _lint_group(
        self,
        settings: Settings,
        files: Files,
        progress: Callable[[str], None],
        contents: Overlay | None,
        changed: Sequence[str] | None,
        *,
        strings: bool,
    ) -> Result:
        expects = settings.expect or settings.expect_file is not None
        if not expects and files.nothing_to_check():
            return Result((), files.inputs.count(changed), 0, ())
        linter = self._linter(settings, strings=strings)
        failed: list[Finding] = []
        if expects:
            from .expectations import failed_in

            book = self._book(settings)
            failed = failed_in(files, self._paths, settings, self._settings, book, contents)
        return linter.lint_files(files, progress, jobs=self._jobs, more=failed, changed=changed)

    def _has_wide_rules(self, settings: Settings) -> bool:
        """Whether one of the additional rules is about all policies; the built-in ones are not."""
        return bool(settings.rules) and any(rule.wide for rule in self._book(settings).rules)

    def _linter(self, settings: Settings, *, strings: bool) -> Linter:
        key = (id(settings), strings)
        if key not in self._linters:
            self._linters[key] = settings, self._new_linter(settings, strings=strings)
        return self._linters[key][1]

    def _new_linter(self, settings: Settings, *, strings: bool) -> Linter:
        from .linter import Linter

        def covers(entry: SuppressEntry) -> bool:
            return any(_covers(path, entry, settings.folder) for path in self._paths)

        return Linter(
            self._book(settings),
            settings,
            covers=covers,
            statistics=self._statistics,
            setups=self._setups,
            strings=strings,
        )

    def _book(self, settings: Settings) -> RuleBook:
        key = settings.docs_url, settings.rules
        if key not in self._books:
            book = under(settings.limits, lambda: rule_book(settings.rules))
            self._books[key] = book.documented_at(settings.docs_url)
        return self._books[key]


def rule_book(paths: Iterable[str]) -> RuleBook:
    """The built-in rules and those of the files and folders *paths*; raises ``RuleFileError``."""
    from ..rulebook.load import bundled, with_rules

    book = bundled()
    before: dict[str, str] = {}
    for path in paths:
        key = os.path.realpath(path)
        if key not in before:  # a base and the settings that extend it may name the same
            book = with_rules(book, path, tuple(before.values()))
            before[key] = path
    return book


def _says_expectations(path: str, settings: Settings) -> bool:
    """Whether the file *path* has the expectations of *settings*."""
    places = [one.span.source.path for one in settings.expect]
    return any(path_key(path) == path_key(one) for one in (*places, settings.expect_file) if one)


def _covers(path: str, entry: SuppressEntry, folder: str) -> bool:
    """Whether a run over *path* sees every file to which *entry* of *folder*'s settings applies.

    A commit hook names a few files only, which does not show that an entry is unused; neither
    does a run over one of the projects that share it.
    """
    if entry.shared:
        return False
    whole = os.path.abspath(path)
    if (folder + os.sep).startswith(whole.rstrip(os.sep) + os.sep):
        return True
    return entry.path is not None and os.path.join(folder, entry.path) == whole
