"""What settings say."""

from __future__ import annotations

import os

from ..base.errors import InputError
from ..base.limits import Limits
from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..tree.source import Span

SCOPES = ("cloudtrail", "all")
FAIL_ON = ("error", "warning", "info", "never")


class SettingsError(InputError):
    """Settings that cannot be used; the message is one line that starts with the place."""


@record
class PathRules:
    """What is different for the paths that ``pattern`` matches; words as in ``Settings.ignore``."""

    pattern: str
    ignore: tuple[str, ...]
    severity: tuple[tuple[str, str], ...]


@record
class Allowed:
    """A finding that the settings allow, for JSON, which has no comments.

    ``rule`` is an id or name and ``path`` a gitignore-style pattern; in
    ``owner`` and ``sid`` a ``*`` stands for any text, and None allows all.
    ``expires`` is the last day that it counts for, ``YYYY-MM-DD``.
    """

    rule: str
    reason: str
    path: str | None
    owner: str | None
    sid: str | None
    expires: str | None
    span: Span


@record
class Settings:
    """What a settings file says; the command line overrides it.

    ``folder`` is what patterns and ``rules`` are relative to. Rules are named
    by id, name, tag or the beginning of an id. ``severity`` gives those that a
    word names another severity, the last word deciding. ``baseline`` is the path of
    that file. ``sets`` are the values of sets that rules leave to the settings. ``origins`` say of
    each setting that is given where.
    """

    folder: str = "."
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    per_path: tuple[PathRules, ...] = ()
    suppress: tuple[Allowed, ...] = ()
    rules: tuple[str, ...] = ()
    scope: str = "cloudtrail"
    pedantic: bool = False
    fail_on: str = "warning"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    limits: Limits = Limits()
    baseline: str | None = None
    sets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    origins: tuple[tuple[str, str], ...] = ()

    def excludes(self, path: str) -> bool:
        """Whether ``exclude`` names *path*; a folder's ends in a slash."""
        return bool(self.exclude) and self.matches(self.exclude, path)

    def includes(self, path: str) -> bool:
        """Whether ``include`` names *path*; without ``include`` every path is."""
        return not self.include or self.matches(self.include, path)

    def kind_of(self, path: str) -> str | None:
        """The policy kind that ``kinds`` gives to *path*; the last pattern that matches decides."""
        found = None
        for pattern, kind in self.kinds:
            if self.matches((pattern,), path):
                found = kind
        return found

    def matches(self, patterns: tuple[str, ...], path: str) -> bool:
        """Whether *path* is one that gitignore-style *patterns*, relative to ``folder``, name."""
        from ..base.path_patterns import patterns_of

        relative = os.path.relpath(os.path.abspath(path), self.folder).replace(os.sep, "/")
        if relative.startswith("../"):
            return False
        if path.endswith("/"):
            relative += "/"
        return bool(patterns_of(patterns).matches(relative))
