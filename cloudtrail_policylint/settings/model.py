"""The settings of a run as data."""

from __future__ import annotations

import os
from operator import attrgetter, itemgetter

from .._version import DOCS_URL
from ..base.disk import is_inside
from ..base.errors import InputError
from ..base.limits import Limits
from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from ..tree.source import Span

    T = TypeVar("T")

YAML_FILE = ".cloudtrail-policylint.yaml"
TOML_FILE = "pyproject.toml"
FILES = (YAML_FILE, ".cloudtrail-policylint.yml", TOML_FILE)
"""The names of settings files; of several in one folder the first is used."""
BASELINE_FILE = ".cloudtrail-policylint-baseline.json"
"""The default name of the baseline."""
SCOPES = ("cloudtrail", "all")
FAIL_ON = ("error", "warning", "info", "never")


class SettingsError(InputError):
    """Invalid settings; the message is one line that starts with the place."""


@record
class PathRules:
    """Settings for the paths that ``pattern`` matches; rules are named as in ``Settings``."""

    pattern: str
    ignore: tuple[str, ...]
    severity: tuple[tuple[str, str], ...]


@record
class SuppressEntry:
    """An entry of ``suppress``: findings to suppress, as plain JSON has no comments.

    ``rule`` is an id or name and ``path`` a gitignore-style pattern; ``owner``
    and ``sid`` accept ``*``. None matches everything. ``expires`` is the last
    day on which the entry applies, ``YYYY-MM-DD``. It is ``shared`` if settings that
    others extend have it: it may be of use elsewhere.
    """

    rule: str
    reason: str
    path: str | None
    owner: str | None
    sid: str | None
    expires: str | None
    span: Span
    shared: bool = False


@record
class Expectation:
    """What must stay true of access: ``nobody-can``, ``can`` or ``cannot``, as ``form`` says.

    ``who`` are principals, or those whom ``nobody-can`` excepts; ``on`` is the resource, None for
    any. ``span`` is where it is written, ``places`` where each text of it is.
    """

    form: str
    who: tuple[str, ...]
    actions: tuple[str, ...]
    on: str | None
    reason: str
    span: Span
    places: tuple[tuple[str, Span], ...] = ()

    def place(self, text: str) -> str:
        """Where *text*, an action, a principal or the resource, is written."""
        return dict(self.places).get(text, self.span).place()


@record
class Deployed:
    """Where the templates and modules that ``pattern`` matches are deployed."""

    pattern: str
    regions: tuple[str, ...]
    account: str


@record
class Settings:
    """The contents of a settings file; the command line overrides them.

    Patterns are relative to ``folder``. ``extend`` are the settings files, folders and
    packs that it builds on, ``bases`` the files that were read for them. Rules are named by id, id prefix, name
    or tag. ``severity`` overrides the severity of rules; the last match wins.
    ``sets`` are the values of sets that rules leave to the settings, ``expect`` what must stay
    true of access, and ``expect_file`` the file that says it instead. ``docs_url`` is where the
    pages of the rules are. Without
    ``suppressions``, which only the command line sets, nothing is suppressed but by the
    baseline. ``origins`` has the origin of each setting that is given.
    """

    folder: str = "."
    extend: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    per_path: tuple[PathRules, ...] = ()
    suppress: tuple[SuppressEntry, ...] = ()
    rules: tuple[str, ...] = ()
    scope: str = "cloudtrail"
    pedantic: bool = False
    fail_on: str = "warning"
    min_severity: str = "info"
    min_confidence: str = "low"
    format: str = "text"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    deployed: tuple[Deployed, ...] = ()
    limits: Limits = Limits()
    baseline: str | None = None
    sets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    expect: tuple[Expectation, ...] = ()
    expect_file: str | None = None
    docs_url: str = DOCS_URL
    suppressions: bool = True
    origins: tuple[tuple[str, str], ...] = ()

    def excludes(self, path: str) -> bool:
        """Whether ``exclude`` matches *path*; a folder ends in a slash."""
        return bool(self.exclude) and self.matches(self.exclude, path)

    def owns(self, path: str) -> bool:
        """Whether *path* is no input: in ``rules``, a settings file, the baseline or expectations.

        A folder with rules that has the settings, too, has other files besides.
        """
        files = filter(None, (*self.bases, self.baseline, self.expect_file))
        named = [os.path.abspath(one) for one in (*self.rules, *files)]
        whole = os.path.abspath(path) if named else ""
        return any(
            is_inside(whole, one) and not is_inside(os.path.abspath(self.folder), one)
            for one in named
        )

    def includes(self, path: str) -> bool:
        """Whether ``include`` matches *path*, or is empty."""
        return not self.include or self.matches(self.include, path)

    def kind_of(self, path: str) -> str | None:
        """The policy kind that ``kinds`` defines for *path*; the last match wins."""
        matching = self.matching(self.kinds, itemgetter(0), path)
        return matching[-1][1] if matching else None

    def deployed_at(self, path: str) -> Deployed | None:
        """Where ``deployed`` says that the template or module of *path* is; the last match wins."""
        matching = self.matching(self.deployed, attrgetter("pattern"), path)
        return matching[-1] if matching else None

    def matches(self, patterns: tuple[str, ...], path: str) -> bool:
        """Whether one of the gitignore-style *patterns*, relative to ``folder``, matches *path*."""
        from ..base.path_patterns import patterns_of

        relative = self._relative(path)
        return relative is not None and bool(patterns_of(patterns, str).matches(relative))

    def matching(self, entries: tuple[T, ...], pattern: Callable[[T], str], path: str) -> list[T]:
        """Those of *entries*, a value of these settings, whose own *pattern* matches *path*."""
        relative = self._relative(path) if entries else None
        if relative is None:
            return []
        from ..base.path_patterns import patterns_of

        return [entries[number] for number in patterns_of(entries, pattern).lines_for(relative)]

    def _relative(self, path: str) -> str | None:
        """*path* relative to ``folder``, with slashes; None if it is not below it."""
        relative = os.path.relpath(os.path.abspath(path), self.folder).replace(os.sep, "/")
        if relative.startswith("../"):
            return None
        return relative + "/" if path.endswith("/") else relative
