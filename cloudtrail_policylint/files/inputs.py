"""The texts of the files of a run, each read at most once."""

from __future__ import annotations

import os
from itertools import islice

from ..base.disk import DeniedError, Projects, TooLargeError, UnreadableError, is_inside, path_key
from ..base.formats import CLOUDFORMATION, JSON, MODULE_FILES, TERRAFORM, YAML, format_of
from ..base.record import record
from ..tree.source import SourceFile
from .contents import decode, may_matter, may_nest, read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from .discover import Candidate, ClosedFolder

    Contents: TypeAlias = Mapping[str, bytes]
    """Contents that replace those of some files, by one of the paths of each."""
    Overlay: TypeAlias = Mapping[str, bytes | None]
    """The same, with files that do not exist and, as None, files as if they did not exist."""
    News: TypeAlias = tuple[list[tuple[str, str, str]], list[str]]
    """The key, path and text of files that were read; and the keys of files that became given."""


_IN_JSON = (b'"cloudtrail-policylint"', b'"check_name"')
_IN_TEXT = (
    b"cloudtrail-policylint",
    b" title=",
    b": error ",
    b": warning ",
    b": info ",
    b": suppressed ",
)
"""What a report has in it, in JSON and, at its beginning, in other formats."""


@record
class Unreadable:
    """A file or folder that could not be read, and why."""

    source: SourceFile
    reason: str
    too_large: bool


class Inputs:
    """The given files, which are *candidates*, and other files that they refer to.

    *everything*: all policies are in scope, not only those about CloudTrail.
    *walked* are the folders that were searched for candidates, *closed* those among and in them
    that cannot be listed. *contents* replace the contents of some files, by path.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        everything: bool,
        walked: Sequence[str] = (),
        closed: Sequence[ClosedFolder] = (),
        contents: Overlay | None = None,
    ) -> None:
        self.candidates = candidates
        # By key, because reading may be retried, and a folder may be given twice.
        self.unreadable = {path_key(folder.path): _not_listed(folder) for folder in closed}
        self._everything = everything
        self._contents = {file_key(path): data for path, data in (contents or {}).items()}
        self._changed_names = _changed_names(contents or {})
        self._walked = walked
        self._projects = Projects()
        self._named = {path_key(c.path): c for c in candidates}
        modules = {os.path.dirname(c.path) for c in candidates if c.format.in_module}
        self._given_folders = (*walked, *sorted(modules))
        self._sources: dict[str, SourceFile | None] = {}
        self._keys: dict[SourceFile, str] = {}
        self._beside: dict[str, SourceFile] = {}
        self._matters: dict[str, bool] = {}
        self._nesting: list[str] = []
        self._templates: list[str] = []
        self._plain: dict[str, bool] = {}
        self._below_module: dict[str, bool] = {}

    def source(self, path: str, *, referred: bool = False) -> SourceFile | None:
        """The file *path*, or None if it cannot be read.

        Also None for a file that cannot contain a policy in scope, unless it is
        Terraform or another file refers to it (*referred*).
        """
        key = path_key(path)
        if key not in self._sources or (referred and self._sources[key] is None):
            source = self._sources[key] = self._read(path, key, referred=referred)
            if source is not None:
                self._keys[source] = key
        return self._sources[key]

    def read_all(self) -> None:
        """Read all candidates."""
        for candidate in self.candidates:
            self.source(candidate.path)

    def matters(self, path: str) -> bool:
        """Whether the file *path*, which was read, may contain a policy in scope."""
        return self._matters.get(path_key(path), False)

    def any_matters(self) -> bool:
        """Whether a file that was read may contain a policy in scope."""
        return any(self._matters.values())

    def nesting(self) -> list[str]:
        """The files that may be templates with nested stacks, also near a template given by name."""
        self.read_all()
        if self._templates:
            from .neighbours import templates_near

            self._nesting += templates_near(self._templates, self._walked, self._projects)
            self._templates = []
        return self._nesting

    def count(self, changed: Sequence[str] | None = None) -> int:
        """The number of candidates; with *changed*, of those among these files."""
        if changed is None:
            return len(self.candidates)
        return len(self._named.keys() & set(map(path_key, changed)))

    def may_be_loaded(self) -> list[str]:
        """The files given by name in which only their module may show a policy in scope.

        Of all that modules may load, these are policies, and what is at or below a module.
        """
        return [
            path
            for path, is_policy in self._plain.items()
            if is_policy or self._is_below_module(os.path.dirname(path))
        ]

    def _is_below_module(self, folder: str) -> bool:
        top = self._projects.of(folder)
        at = self._projects.real(folder)
        while at not in self._below_module:
            try:
                names = os.listdir(at)
            except OSError:
                names = []
            found = any(name.endswith(MODULE_FILES) for name in names)
            above = os.path.dirname(at)
            if found or at in (top, above):
                self._below_module[at] = found
            else:
                self._below_module[at] = self._is_below_module(above)
        return self._below_module[at]

    def names_in(self, folder: str) -> list[str]:
        """The names of the entries of *folder*; raises ``OSError``."""
        key = path_key(folder) if self._changed_names else ""
        if key not in self._changed_names:
            return os.listdir(folder or ".")
        added, removed = self._changed_names[key]
        try:
            names = set(os.listdir(folder or "."))
        except OSError:
            names = set()
        return sorted((names | added) - removed)

    # -- which files findings are reported for

    def add_given(self, source: SourceFile) -> None:
        """Treat *source*, which a module loads, as given if it is below a given folder.

        Only for names without a known format: other files are candidates.
        """
        if format_of(source.path) is not None:
            return
        real = os.path.realpath(source.path)
        if any(is_inside(real, os.path.realpath(at or ".")) for at in self._given_folders):
            self._beside[path_key(source.path)] = source

    def given_sources(self) -> list[SourceFile]:
        """The candidates that were read, and the files added by ``add_given``."""
        found = (self._sources.get(key) for key in self._named)
        return [source for source in found if source is not None] + list(self._beside.values())

    def is_given(self, source: SourceFile) -> bool:
        """Whether *source* is one of ``given_sources``."""
        key = path_key(source.path)
        return key in self._named or key in self._beside

    def covers_project_of(self, path: str) -> bool:
        """Whether all files of the project of the file *path* were searched for candidates, and read."""
        if self.unreadable:
            return False
        project = self._projects.of(os.path.dirname(path))
        return any(is_inside(project, os.path.realpath(folder)) for folder in self._walked)

    # -- exchange with worker processes

    def key_of_source(self, source: SourceFile) -> str | None:
        """The key of *source*, the same in all processes; None for text inside of a file."""
        return self._keys.get(source)

    def source_of_key(self, key: str) -> SourceFile:
        """The file with the key *key*."""
        source = self._sources[key]
        assert source is not None, "keys are those of files that were read"
        return source

    def known(self) -> tuple[int, int]:
        """The numbers of files read and added so far, for ``read_since``."""
        return len(self._keys), len(self._beside)

    def read_since(self, known: tuple[int, int]) -> News:
        """The files that were read, and those that became given, since ``known()`` was *known*."""
        read, beside = (now - before for now, before in zip(self.known(), known, strict=True))
        sources = islice(reversed(self._keys.items()), read)
        return (
            [(key, source.path, source.text) for source, key in sources],
            list(islice(reversed(self._beside), beside)),
        )

    def adopt(self, read: Sequence[tuple[str, str, str]], beside: Sequence[str]) -> None:
        """Add what ``read_since`` returned in a worker process."""
        for key, path, text in read:
            if self._sources.get(key) is None:
                source = self._sources[key] = SourceFile(path, text)
                self._keys[source] = key
        self._beside.update({key: self.source_of_key(key) for key in beside})

    # -- reading

    def _read(self, path: str, key: str, *, referred: bool) -> SourceFile | None:
        candidate = self._named.get(key)
        shown = candidate.path if candidate else path
        needed = referred or candidate is None or candidate.format is TERRAFORM
        matters = False
        try:
            data = self._data(path)
            matters = self._matters[key] = may_matter(data, everything=self._everything)
            nests = candidate is not None and not candidate.format.in_module and may_nest(data)
            if (matters or nests) and not needed and _is_own_report(data):
                self._matters[key] = False
                return None
            if not matters and candidate is not None and candidate.named:
                self._note_plain(candidate, data)
            if not (matters or needed or nests):
                return None
            source = SourceFile(shown, decode(data))
            if nests and shown not in self._nesting:
                self._nesting.append(shown)
            if matters and candidate is not None and _is_named_template(candidate, data):
                self._templates.append(shown)
            return source
        except UnreadableError as error:
            too_large = isinstance(error, TooLargeError)
            if isinstance(error, TooLargeError):
                matters = may_matter(error.beginning, everything=self._everything)
            denied = isinstance(error, DeniedError)
            if candidate is not None and (matters or denied or candidate.named):
                self.unreadable[key] = Unreadable(SourceFile(shown, ""), str(error), too_large)
            return None

    def _data(self, path: str) -> bytes:
        if self._contents:
            key = file_key(path)
            if key in self._contents:
                data = self._contents[key]
                if data is None:
                    raise UnreadableError("no such file or directory")
                return data
        return read_bytes(path)

    def _note_plain(self, candidate: Candidate, data: bytes) -> None:
        """Note that *candidate* with the content *data* is only checked if a module loads it."""
        form = candidate.format
        if form.loaded_by_modules:
            self._plain[candidate.path] = b"tatement" in data
        elif form is YAML:  # modules rarely load it
            self._plain[candidate.path] = False


def _not_listed(folder: ClosedFolder) -> Unreadable:
    reason = f"{folder.reason}; no file in this folder was checked"
    return Unreadable(SourceFile(folder.path, ""), reason, too_large=False)


def _is_own_report(data: bytes) -> bool:
    """Whether *data*, which may have policies, is a report of this program, whose texts have some."""
    is_json = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    marks, where = (_IN_JSON, data) if is_json else (_IN_TEXT, data[:4096])
    if not any(mark in where for mark in marks):
        return False
    from .reports import is_report

    return is_report(data)


def _is_named_template(candidate: Candidate, data: bytes) -> bool:
    named = candidate.named and candidate.format in (JSON, YAML, CLOUDFORMATION)
    return named and b"Resources" in data and b"AWS::" in data


def _changed_names(contents: Overlay) -> dict[str, tuple[set[str], set[str]]]:
    """The folders of the files in *contents*, each with the names that it has and that it has not."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for path, data in contents.items():
        folder, name = os.path.split(os.path.abspath(path))
        found.setdefault(path_key(folder), (set(), set()))[data is None].add(name)
    return found


def file_key(path: str) -> object:
    """A key for the file *path*, the same for links to it; for none that exists, its path."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):  # a NUL in the path
        return path_key(path)
    return state.st_dev, state.st_ino
