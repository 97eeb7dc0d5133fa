"""Finds the files of a run: from paths and folders to files whose names have a known format."""

from __future__ import annotations

import os

from ..base import disk
from ..base.disk import UnreadableError, is_absent, is_inside, path_key, reason_of
from ..base.errors import InputError
from ..base.formats import format_of
from ..base.record import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..base.formats import Format
    from ..base.path_patterns import Patterns
    from ..settings.lookup import NearestSettings
    from ..settings.model import Settings

SKIPPED_FOLDERS = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        ".terraform",
        ".tox",
        ".venv",
        ".mypy_cache",
        "lost+found",  # of a file system that is mounted for a job
        "node_modules",
        "__pycache__",
    )
)
"""Folders that are never entered, unless given."""


class MissingPathError(InputError):
    """A path that does not exist."""


@record
class Candidate:
    """A file that may contain a policy; ``path`` is as the user wrote it, ``named``: as a file."""

    path: str
    format: Format
    named: bool


@record
class ClosedFolder:
    """A folder that cannot be listed, and why; ``path`` is as that of a candidate."""

    path: str
    reason: str


def discover(
    paths: Sequence[str],
    settings: NearestSettings,
    contents: Mapping[str, bytes | None] | None = None,
    closed: Callable[[ClosedFolder], None] = lambda _folder: None,
) -> Iterator[Candidate]:
    """The candidates among *paths* and in folders, each once, in the order of their names.

    Raises ``MissingPathError`` for a path that does not exist. A file that is
    given by name is checked even if git ignores it, but not if ``exclude`` in the
    settings matches it, because a commit hook names every file. Rules, the baseline
    and expectations of the settings are no candidates. Files without contents in
    *contents* are left out, those that do not exist are added. *closed* is called with
    each folder that cannot be listed.
    """
    absent = {path_key(path) for path, data in (contents or {}).items() if data is None}
    for candidate in _existing(paths, settings, closed):
        if not absent or path_key(candidate.path) not in absent:
            yield candidate
    for path, data in (contents or {}).items():
        if data is not None and not os.path.lexists(path):
            yield from _added(path, paths, settings)


class Group:
    """The files of a run that have the same *settings*; ``closed`` are folders that cannot be listed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.candidates: list[Candidate] = []
        self.closed: list[ClosedFolder] = []


class Groups:
    """What ``discover``, called with the same arguments, finds, as ``groups`` by settings."""

    def __init__(
        self,
        paths: Sequence[str],
        settings: NearestSettings,
        contents: Mapping[str, bytes | None] | None = None,
    ) -> None:
        self._of: dict[int, Group] = {}
        self._settings = settings
        self.files: list[str] = []
        for candidate in discover(paths, settings, contents, self._add_closed):
            self.files.append(candidate.path)
            self.of_file(candidate.path).candidates.append(candidate)

    def __iter__(self) -> Iterator[Group]:
        return iter(self._of.values())

    def __len__(self) -> int:
        return len(self._of)

    def of_file(self, path: str) -> Group:
        """The group of the file *path*, which is added if there is none."""
        own = self._settings.of_file(path)
        return self._of.setdefault(id(own), Group(own))

    def _add_closed(self, folder: ClosedFolder) -> None:
        self.of_file(folder.path).closed.append(folder)


def _added(path: str, paths: Sequence[str], settings: NearestSettings) -> Iterator[Candidate]:
    """The candidate for *path*, which does not exist, if it is in one of the folders *paths*."""
    whole = os.path.abspath(path)
    for folder in paths:
        top = os.path.abspath(folder)
        if is_inside(whole, top) and os.path.isdir(top):
            shown = os.path.normpath(os.path.join(folder, os.path.relpath(whole, top)))
            for candidate in _single(shown, settings):
                yield Candidate(candidate.path, candidate.format, named=False)
            return


def _existing(
    paths: Sequence[str], settings: NearestSettings, closed: Callable[[ClosedFolder], None]
) -> Iterator[Candidate]:
    """The candidates among *paths* and in folders."""
    seen: set[str] = set()
    for path in paths:
        if not os.path.lexists(path):
            raise MissingPathError(f"{path}: {_reason_of_missing(path)}")
        is_folder = os.path.isdir(path)
        for candidate in _walk(path, settings, closed) if is_folder else _single(path, settings):
            key = path_key(candidate.path)
            if key not in seen:
                seen.add(key)
                yield candidate


def _reason_of_missing(path: str) -> str:
    """Why nothing can be said of *path*: the folder that it is in may be closed."""
    try:
        os.lstat(path)
    except OSError as error:
        if not is_absent(error):
            return f"cannot be read: {reason_of(error)}"
    except ValueError:  # a NUL in the path
        pass
    return "no such file or folder"


def _single(path: str, settings: NearestSettings) -> Iterator[Candidate]:
    form = format_of(path)
    if form is None or settings.excludes(path):
        return
    if not settings.of_file(path).owns(path):
        yield Candidate(_shown(path), form, named=True)


def _walk(
    root: str, settings: NearestSettings, closed: Callable[[ClosedFolder], None]
) -> Iterator[Candidate]:
    def failed(folder: str, error: OSError) -> None:
        if not is_absent(error) and not settings.excludes(os.path.join(folder, "")):
            closed(ClosedFolder(_shown(folder), reason_of(error)))

    ignores = _Ignores(root)
    for folder, folders, names in disk.walk(root, failed):
        ignores.enter(folder)
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED_FOLDERS
            and not ignores.ignored(os.path.join(folder, name), folder=True)
            and not settings.excludes(os.path.join(folder, name, ""))
        )
        for name in sorted(names):
            path = os.path.join(folder, name)
            form = format_of(name)
            if form is None or ignores.ignored(path, folder=False):
                continue
            own = settings.of(folder)
            if settings.excludes(path) or own.owns(path) or not own.includes(path):
                continue
            yield Candidate(_shown(path), form, named=False)


def _shown(path: str) -> str:
    path = path.replace(os.sep, "/")
    return path[2:] if path.startswith("./") and len(path) > 2 else path


class _Ignores:
    """What git ignores below *root*, by the ``.gitignore`` files from the repository's root down.

    Source: gitignore(5). Deeper files take precedence, and later lines over
    earlier ones.
    """

    def __init__(self, root: str) -> None:
        self._specs: list[tuple[str, Patterns]] = []
        above: list[str] = []
        at = os.path.abspath(root)
        while not os.path.exists(os.path.join(at, ".git")):
            parent = os.path.dirname(at)
            if parent == at:
                above = []
                break
            at = parent
            above.append(at)
        for folder in reversed(above):
            self._read(folder)
        if self.ignored(root, folder=True):  # but the user gives it (cdk.out, for instance)
            self._specs = []

    def enter(self, folder: str) -> None:
        """Read the ignore file of *folder*."""
        self._read(os.path.abspath(folder))

    def _read(self, folder: str) -> None:
        path = os.path.join(folder, ".gitignore")
        if not os.path.lexists(path):
            return
        try:
            data = disk.read_bytes(path, 1).removeprefix(b"\xef\xbb\xbf")
        except UnreadableError:
            return
        from ..base.path_patterns import Patterns

        lines = map(os.fsdecode, data.split(b"\n"))
        self._specs.append((os.path.join(folder, ""), Patterns(lines)))

    def ignored(self, path: str, *, folder: bool) -> bool:
        """Whether git ignores *path*."""
        if not self._specs:
            return False
        whole = os.path.abspath(path)
        for base, spec in reversed(self._specs):
            if whole.startswith(base):
                shown = whole[len(base) :].replace(os.sep, "/") + ("/" if folder else "")
                found = spec.matches(shown)
                if found is not None:
                    return found
        return False
