"""The files of a run, each read at most once, and which of them may hold a policy in scope."""

from __future__ import annotations

import os

from . import discover
from .record import record
from .source import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .discover import Candidate


@record
class Unreadable:
    """A file that could not be read although it had to be, and why."""

    source: SourceFile
    reason: str


class Files:
    """The files that *candidates* name, and those beside them that they refer to.

    *everything*: every policy is in scope, not only those about CloudTrail.
    """

    def __init__(self, candidates: Sequence[Candidate], *, everything: bool) -> None:
        self.candidates = candidates
        self.unreadable: list[Unreadable] = []
        self._everything = everything
        self._named = {key_of(c.path): c for c in candidates}
        self._folders: dict[str, list[str]] = {}
        for candidate in candidates:
            if candidate.language == discover.TERRAFORM:
                self._folders.setdefault(os.path.dirname(candidate.path), []).append(candidate.path)
        self._sources: dict[str, SourceFile | None] = {}
        self._matters: dict[str, bool] = {}

    def nothing_to_do(self) -> bool:
        """Whether no file can hold a policy in scope, and there is nothing to say of any of them."""
        for candidate in self.candidates:
            self.source(candidate.path)
        if self.unreadable or any(self._matters.values()):
            return False
        return not any(self.module_sources(folder) for folder in self._folders)

    def modules(self) -> Iterator[str]:
        """The folders that the Terraform files are in."""
        yield from self._folders

    def module_sources(self, folder: str) -> list[SourceFile]:
        """All Terraform files of *folder*, given or not, if one of them may hold a policy in scope."""
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            names = [os.path.basename(path) for path in self._folders[folder]]
        paths = [
            f"{folder}/{name}" if folder else name
            for name in names
            if name.endswith((".tf", ".tfvars"))
        ]
        sources = [source for path in paths if (source := self.source(path)) is not None]
        return sources if any(self._matters.get(key_of(path)) for path in paths) else []

    def loader(self, folder: str) -> Callable[[str], SourceFile | None]:
        """What opens a file for ``file()`` in the module *folder*: nothing outside of it."""
        root = os.path.realpath(folder or ".")

        def load(relative: str) -> SourceFile | None:
            path = f"{folder}/{relative}" if folder else relative
            real = os.path.realpath(path)
            if real != root and not real.startswith(root + os.sep):
                return None
            return self.source(os.path.normpath(path).replace(os.sep, "/"), referred=True)

        return load

    def source(self, path: str, *, referred: bool = False) -> SourceFile | None:
        """The file *path*, or None when it cannot be read.

        A file that cannot hold a policy in scope is None too, unless it is
        Terraform or another file refers to it.
        """
        key = key_of(path)
        if key not in self._sources or (referred and self._sources[key] is None):
            self._sources[key] = self._read(path, key, referred=referred)
        return self._sources[key]

    def matters(self, path: str) -> bool:
        """Whether the file *path*, which was read, may hold a policy in scope."""
        return self._matters.get(key_of(path), False)

    def given_sources(self) -> list[SourceFile]:
        """The files of the candidates that were read."""
        found = (self._sources.get(key) for key in self._named)
        return [source for source in found if source is not None]

    def _read(self, path: str, key: str, *, referred: bool) -> SourceFile | None:
        candidate = self._named.get(key)
        shown = candidate.path if candidate else path
        wanted = referred or candidate is None or candidate.language == discover.TERRAFORM
        matters = False
        try:
            data = discover.read_bytes(path)
            matters = self._matters[key] = discover.may_matter(data, everything=self._everything)
            return SourceFile(shown, discover.decode(data)) if matters or wanted else None
        except discover.UnreadableError as error:
            if candidate is not None and (matters or candidate.named):
                self.unreadable.append(Unreadable(SourceFile(shown, ""), str(error)))
            return None


def key_of(path: str) -> str:
    """The same text for every spelling of the same path."""
    return os.path.normcase(os.path.abspath(path))
