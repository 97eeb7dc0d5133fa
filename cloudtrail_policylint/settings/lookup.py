"""Finding the settings that apply to a path.

Each path uses the nearest settings file, from its folder up to the top of the
repository; if there is none, that of the current folder. Settings files are not
merged with others that they do not extend, except that ``exclude`` entries further
up also apply.
"""

from __future__ import annotations

import os

from ..base.disk import project_of
from .model import BASELINE_FILE, FILES, TOML_FILE, YAML_FILE, Settings, SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .table import Table

_LOOKALIKES = tuple(
    [
        name
        for stem in ("cloudtrail-policylint", "cloudtrail_policylint", "policylint")
        for dot in (".", "")
        for end in (".yaml", ".yml", ".toml", ".json", "")
        if (name := f"{dot}{stem}{end}") not in FILES and (dot or end)
    ]
)
"""The names of files that somebody may take for settings files."""


class NearestSettings:
    """The settings of each folder, each looked up once.

    *config* is a settings file, or settings, to use for all paths instead. *adapt* applies the
    command line to the settings of each file. Raises ``SettingsError``: when
    created for *config* and the current folder, later for other folders.
    """

    def __init__(
        self,
        config: str | Settings | None = None,
        adapt: Callable[[Settings], Settings] = lambda one: one,
    ) -> None:
        self._adapt = adapt
        named = _named(config) if isinstance(config, str) else config
        self._named = None if named is None else adapt(named)
        self._folders: dict[str, Settings | None] = {}
        self.files = [config, *named.bases] if isinstance(config, str) and named else []
        """The settings files that were read."""
        here = _current_folder()
        self.here = self._named or self._found(here) or adapt(Settings(folder=here))
        """The settings of the current folder, which apply to the run as a whole."""

    def of(self, folder: str) -> Settings:
        """The settings for the files in *folder*."""
        return self._named or self._found(os.path.abspath(folder)) or self.here

    def of_file(self, path: str) -> Settings:
        """The settings for the file *path*."""
        return self.of(os.path.dirname(path))

    def excludes(self, path: str) -> bool:
        """Whether the settings for *path*, or further up, exclude it; a folder ends in a slash."""
        settings = self.of_file(path.rstrip("/"))
        while not settings.excludes(path):
            above = None if self._named else self._above(settings.folder)
            if above is None or above is settings:
                return False
            settings = above
        return True

    def overlooked(self) -> Iterator[str]:
        """Messages about files that look like settings of the current folder, but are not read."""
        at = None if self._named else _current_folder()
        while at is not None:
            used, *others = [*_files_in(at, FILES), ""]
            for path in filter(_has_settings, others):
                yield f"{path}: not read, because {used} has the settings"
            for path in _files_in(at, (TOML_FILE,)):
                if header := _other_table(path):
                    yield f"{path}: {header} not read; the table is [tool.cloudtrail-policylint]"
            for path in _files_in(at, _LOOKALIKES):
                yield f"{path}: not read; settings are in {YAML_FILE} or {TOML_FILE}"
            at = None if _is_top(at) else os.path.dirname(at)

    def _found(self, folder: str) -> Settings | None:
        passed = []
        found, at = None, folder
        while at not in self._folders:
            passed.append(at)
            own = _in_folder(at)
            if own is not None:
                path, settings = own
                self.files += [path, *settings.bases]
                found = self._adapt(settings)
                break
            if _is_top(at):
                break
            at = os.path.dirname(at)
        else:
            found = self._folders[at]
        self._folders.update(dict.fromkeys(passed, found))
        return found

    def _above(self, folder: str) -> Settings | None:
        return None if _is_top(folder) else self._found(os.path.dirname(folder))


def _files_in(folder: str, names: Iterable[str]) -> Iterator[str]:
    """The files *names* in *folder* that exist, relative to the current folder."""
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            yield os.path.relpath(path)


def _has_settings(path: str) -> bool:
    from .table import read_table

    try:
        return path != "" and read_table(path) is not None
    except SettingsError:
        return True


def _other_table(path: str) -> str:
    """The header of a table of the TOML file *path* that somebody may take for settings; or empty."""
    from ..base.disk import UnreadableError, read_bytes

    try:
        text = read_bytes(path, 1).decode("utf-8", "replace")
    except UnreadableError:
        return ""
    if "policylint" not in text:
        return ""
    import re

    names = "cloudtrail_policylint|policylint|cloudtrailpolicylint"
    found = re.search(rf"(?m)^[ \t]*(\[(?:tool\.)?(?:{names})\]|\[cloudtrail-policylint\])", text)
    return found[1] if found is not None else ""


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:
        raise SettingsError("the current folder does not exist") from None


def _is_top(folder: str) -> bool:
    """Whether *folder* is the top of a repository or of the file system."""
    return os.path.dirname(folder) == folder or os.path.exists(os.path.join(folder, ".git"))


def _in_folder(folder: str) -> tuple[str, Settings] | None:
    """The path of a settings file in *folder*, and the settings that it defines.

    The paths that they name must lie in the same project: a repository may not
    make those who lint it read files from elsewhere.
    """
    for name in FILES:
        path = os.path.join(folder, name)
        if os.path.lexists(path) and (name != TOML_FILE or os.path.isfile(path)):
            found = _from_file(os.path.relpath(path), project_of(folder))
            if found is not None:
                return path, found
    return None


def _named(config: str) -> Settings:
    if not os.path.exists(config):
        raise SettingsError(f"{config}: no such settings file")
    found = _from_file(config, None)
    if found is None:
        raise SettingsError(f"{config}: no table [tool.cloudtrail-policylint]")
    return found


def baseline_folder(folder: str) -> str:
    """The nearest folder with a baseline, from *folder* up to the top of its repository; or *folder*."""
    at = folder
    while not os.path.lexists(os.path.join(at, BASELINE_FILE)):
        if _is_top(at):
            return folder
        at = os.path.dirname(at)
    return at


def settings_from(value: Mapping[str, object]) -> Settings:
    """*value* as the contents of a settings file in the current folder."""
    from ..tree.source import SourceFile, Span
    from .table import Table

    place = Span(SourceFile("config", ""), 0, 0)
    return _from_table(Table("config", dict(value), lambda _path: place), None)


def _from_file(path: str, within: str | None) -> Settings | None:
    """The settings in the file *path*; all that they name lies *within* that folder, if given."""
    from .table import read_table

    table = read_table(path)
    return None if table is None else _from_table(table, within)


def _from_table(table: Table, within: str | None) -> Settings:
    from .parse import settings_of

    settings = settings_of(table)
    if within is not None:
        from .inside import check_inside

        check_inside(settings, within)
    if settings.extend:
        from .extend import with_bases

        return with_bases(settings, within)
    return settings
