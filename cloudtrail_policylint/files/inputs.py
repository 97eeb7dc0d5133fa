"""The files of a run, each read at most once, and which of them may hold a policy in scope."""

from __future__ import annotations

import os
from itertools import islice

from ..base.disk import TooLargeError, UnreadableError, is_inside, project_of
from ..base.lazy_regex import regex
from ..base.record import record
from ..tree.source import SourceFile
from . import discover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from .discover import Candidate

    Contents: TypeAlias = Mapping[str, bytes]
    """What to take for the contents of some files, by path."""
    News: TypeAlias = tuple[list[tuple[str, str, str]], list[str]]
    """Files by key, each with its path and text; and keys."""

_LOADED = (discover.JSON, discover.TEMPLATE)
"""Languages of files that a Terraform module, in view or near, may load as a policy."""
MAX_LISTED = 2000
"""Files below one folder; where there are more, ``fileset()`` is not followed."""
_LOCAL_CALL = regex(r'\bsource"?\s*[=:]\s*"(\.\.?(?:/[^"$\r\n]*)?)"')


@record
class Unreadable:
    """A file that could not be read although it had to be, and why: too large, or for another reason."""

    source: SourceFile
    reason: str
    too_large: bool


class Files:
    """The files that *candidates* name, and those beside them that they refer to.

    *everything*: every policy is in scope, not only those about CloudTrail.
    *walked* are the folders whose files the candidates are. *contents*: what to
    take for the contents of some files, by path.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        everything: bool,
        walked: Sequence[str] = (),
        contents: Contents | None = None,
    ) -> None:
        self._contents = {path_key(path): data for path, data in (contents or {}).items()}
        self.candidates = candidates
        self.unreadable: dict[str, Unreadable] = {}  # by key: a file may be tried again
        self._nesting: list[str] = []
        self._everything = everything
        self._named = {path_key(c.path): c for c in candidates}
        self._folders: dict[str, list[str]] = {}
        for candidate in candidates:
            if candidate.language == discover.TERRAFORM:
                self._folders.setdefault(os.path.dirname(candidate.path), []).append(candidate.path)
        self._sources: dict[str, SourceFile | None] = {}
        self._keys: dict[SourceFile, str] = {}
        self._shown = {path_key(folder): folder for folder in self._folders}
        self._modules: dict[str, list[SourceFile]] = {}
        self._walked = walked
        self._callers: dict[str, list[str]] | None = None
        self._loaders: set[str] = set()
        self._near: set[str] = set()
        self._beside: dict[str, SourceFile] = {}
        self._matters: dict[str, bool] = {}

    def nothing_to_do(self) -> bool:
        """Whether no file can hold a policy in scope, and there is nothing to say of any of them."""
        for candidate in self.candidates:
            self.source(candidate.path)
        if self.unreadable or any(self._matters.values()):
            return False
        return not any(self._matters_itself(folder) for folder in self._folders)

    def modules(self) -> Iterator[str]:
        """The folders of the modules to judge.

        Those that the Terraform files are in, those of the local modules that
        they call, and those of modules that load another file of the run.
        """
        callers = self._called()
        calls: dict[str, list[str]] = {}
        for folder, above in callers.items():
            for caller in above:
                calls.setdefault(caller, []).append(folder)
        left = [*self._folders, *sorted(self._loaders)]
        reached = set(left)
        while left:
            below = [at for at in calls.get(left.pop(), ()) if at not in reached]
            reached.update(below)
            left += below
        for folder in callers:
            if folder in reached and (folder in self._loaders or self._concerns(folder)):
                yield folder

    def projects(self) -> list[list[str]]:
        """The modules to judge, those together that call one another, be it through others."""
        together: dict[str, str] = {}  # each folder with another one of its group, or itself

        def group_of(folder: str) -> str:
            while together.setdefault(folder, folder) != folder:
                together[folder] = folder = together[together[folder]]
            return folder

        for folder, above in self._called().items():
            for caller in above:
                together[group_of(caller)] = group_of(folder)
        groups: dict[str, list[str]] = {}
        for folder in self.modules():
            groups.setdefault(group_of(folder), []).append(folder)
        return list(groups.values())

    def nesting(self) -> list[str]:
        """The files that may be templates with nested stacks."""
        for candidate in self.candidates:
            self.source(candidate.path)
        return self._nesting

    def is_near(self, folder: str) -> bool:
        """Whether the module of *folder* is here only for the sake of files that are near to it."""
        return folder in self._near

    def module_sources(self, folder: str) -> list[SourceFile]:
        """All Terraform files of *folder*, given or not."""
        if folder not in self._modules:
            found = [self.source(path, referred=True) for path in self._paths(folder)]
            sources = [source for source in found if source is not None]
            self._modules[folder] = sources
            self._beside.update({path_key(s.path): s for s in sources if self._belongs(s.path)})
        return self._modules[folder]

    def is_whole(self, folder: str) -> bool:
        """Whether all that makes up the Terraform module of *folder* can be read."""
        return len(self._paths(folder)) == len(self.module_sources(folder))

    def callers(self, folder: str) -> list[str]:
        """The folders in view, or near, whose modules call the one of *folder*."""
        return self._called().get(folder, [])

    def called(self, folder: str, source: str) -> str | None:
        """The folder that the module of *folder* calls by the local path *source*.

        It is in view, or at least inside the same project.
        """
        path = os.path.normpath(os.path.join(folder or ".", source)).replace(os.sep, "/")
        path = "" if path == "." else path
        known = self._shown.get(path_key(path))
        if known is not None:
            return known
        real = os.path.realpath(path or ".")
        return path if is_inside(real, project_of(folder)) and os.path.isdir(real) else None

    def loader(self, folder: str) -> Callable[[str], SourceFile | None]:
        """What opens a file for ``file()``, by its path from the module *folder*: nothing outside of the project."""
        root = project_of(folder)

        def load(relative: str) -> SourceFile | None:
            path = f"{folder}/{relative}" if folder else relative
            if not is_inside(os.path.realpath(path), root):
                return None
            path = os.path.normpath(path).replace(os.sep, "/")
            source = self.source(path, referred=True)
            if source is not None and self._belongs(path):
                self._beside[path_key(path)] = source
            return source

        return load

    def lister(self, folder: str) -> Callable[[str], list[str]]:
        """What names the files below a folder for ``fileset()``, both seen from the module *folder*."""
        root = project_of(folder)

        def names(relative: str) -> list[str]:
            top = os.path.normpath(os.path.join(folder or ".", relative))
            found: list[str] = []
            if is_inside(os.path.realpath(top), root):
                for at, folders, files in os.walk(top):
                    folders[:] = sorted(set(folders) - discover.SKIPPED_FOLDERS)
                    below = os.path.relpath(at, top)
                    found += [os.path.normpath(os.path.join(below, name)) for name in sorted(files)]
                    if len(found) > MAX_LISTED:
                        return []
            return [path.replace(os.sep, "/") for path in found]

        return names

    def _belongs(self, path: str) -> bool:
        """Whether *path*, of a name that no run looks for, is at or below a folder that was given."""
        if discover.language_of(path) is not None:
            return False
        real = os.path.realpath(path)
        given = (*self._walked, *self._folders)
        return any(is_inside(real, os.path.realpath(at or ".")) for at in given)

    def _paths(self, folder: str) -> list[str]:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            names = [os.path.basename(path) for path in self._folders.get(folder, ())]
        return [
            f"{folder}/{name}" if folder else name
            for name in names
            if name.endswith(discover.MODULE_FILES)
        ]

    def _matters_itself(self, folder: str) -> bool:
        """Whether a file of the module *folder* may hold a policy in scope."""
        return any(self.matters(source.path) for source in self.module_sources(folder))

    def _concerns(self, folder: str) -> bool:
        """Whether the module *folder*, or one that gives values to it, may hold a policy in scope."""
        seen = {folder}
        left = [folder]
        while left:
            at = left.pop()
            if self._matters_itself(at):
                return True
            left += [above for above in self.callers(at) if above not in seen]
            seen.update(left)
        return False

    def _called(self) -> dict[str, list[str]]:
        """The folders of all modules, each with those that call it."""
        if self._callers is None:
            self._callers = {folder: [] for folder in self._folders}
            left = list(self._folders)
            while left:
                folder = left.pop()
                for path in sorted(self._local_calls(folder)):
                    target = self.called(folder, path)
                    if target is None:
                        continue
                    if target not in self._callers:
                        self._callers[target] = []
                        left.append(target)
                    if folder not in self._callers[target]:
                        self._callers[target].append(folder)
            self._look_around(self._callers)
            for above in self._callers.values():
                above.sort()
        return self._callers

    def _look_around(self, callers: dict[str, list[str]]) -> None:
        """Add to *callers* the modules near that call those in it, or that load files of the run."""
        from .neighbours import Nearby, may_load

        languages = {
            c.path: c.language
            for c in self.candidates
            if c.language in (*_LOADED, discover.YAML)
            and self.source(c.path)
            and self.matters(c.path)
        }
        loaded = list(languages)
        # YAML is loaded now and then: what is near is not looked for because of it.
        starts = {os.path.dirname(path) for path in loaded if languages[path] in _LOADED}
        starts.update(folder for folder in self._folders if self._matters_itself(folder))
        nearby = Nearby(self._walked)
        known = {path_key(folder) for folder in callers}
        near = [
            found
            for start in sorted(starts)
            for found in nearby.around(start, project_of(start))
            if path_key(found) not in known
        ]
        self._near = set(near)
        callers.update({folder: [] for folder in near})
        for folder in near:
            for path in sorted(self._local_calls(folder)):
                target = self.called(folder, path)
                if target in callers and folder not in callers[target]:
                    callers[target].append(folder)
        if loaded:
            self._loaders = {
                folder
                for folder in callers
                if any(may_load(s.text, folder, loaded) for s in self.module_sources(folder))
            }

    def _local_calls(self, folder: str) -> set[str]:
        """What may be the local paths of modules that the module *folder* calls, by the look of its text."""
        return {
            match.group(1)
            for source in self.module_sources(folder)
            for match in _LOCAL_CALL.finditer(source.text)
        }

    def source(self, path: str, *, referred: bool = False) -> SourceFile | None:
        """The file *path*, or None when it cannot be read.

        A file that cannot hold a policy in scope is None too, unless it is
        Terraform or another file refers to it.
        """
        key = path_key(path)
        if key not in self._sources or (referred and self._sources[key] is None):
            source = self._sources[key] = self._read(path, key, referred=referred)
            if source is not None:
                self._keys[source] = key
        return self._sources[key]

    def matters(self, path: str) -> bool:
        """Whether the file *path*, which was read, may hold a policy in scope."""
        return self._matters.get(path_key(path), False)

    def given_sources(self) -> list[SourceFile]:
        """The files of the candidates that were read, and those that belong to them alone."""
        found = (self._sources.get(key) for key in self._named)
        return [source for source in found if source is not None] + list(self._beside.values())

    def is_given(self, source: SourceFile) -> bool:
        """Whether *source* is one of ``given_sources``."""
        key = path_key(source.path)
        return key in self._named or key in self._beside

    # -- for other processes that have a copy of this

    def key_of_source(self, source: SourceFile) -> str | None:
        """What *source* is known by in all copies; None where it is no file but stands in one."""
        return self._keys.get(source)

    def source_of_key(self, key: str) -> SourceFile:
        """The file that is known by *key*."""
        source = self._sources[key]
        assert source is not None, "keys are those of files that were read"
        return source

    def known(self) -> tuple[int, int]:
        """How much is known by now, to be compared with later."""
        return len(self._keys), len(self._beside)

    def read_since(self, known: tuple[int, int]) -> News:
        """The files read since so much was *known*, and which of all files are given ones since then."""
        read, beside = (now - before for now, before in zip(self.known(), known, strict=True))
        sources = islice(reversed(self._keys.items()), read)
        return (
            [(key, source.path, source.text) for source, key in sources],
            list(islice(reversed(self._beside), beside)),
        )

    def adopt(self, read: Sequence[tuple[str, str, str]], beside: Sequence[str]) -> None:
        """Take over the ``read_since`` of a copy."""
        for key, path, text in read:
            if self._sources.get(key) is None:
                source = self._sources[key] = SourceFile(path, text)
                self._keys[source] = key
        self._beside.update({key: self.source_of_key(key) for key in beside})

    def _read(self, path: str, key: str, *, referred: bool) -> SourceFile | None:
        candidate = self._named.get(key)
        shown = candidate.path if candidate else path
        wanted = referred or candidate is None or candidate.language == discover.TERRAFORM
        matters = False
        try:
            given = self._contents.get(key)
            data = discover.read_bytes(path) if given is None else given
            matters = self._matters[key] = discover.may_matter(data, everything=self._everything)
            nests = candidate is not None and discover.may_nest(data, candidate.language)
            if not (matters or wanted or nests):
                return None
            source = SourceFile(shown, discover.decode(data))
            if nests and shown not in self._nesting:
                self._nesting.append(shown)
            return source
        except UnreadableError as error:
            too_large = isinstance(error, TooLargeError)
            if isinstance(error, TooLargeError):
                matters = discover.may_matter(error.beginning, everything=self._everything)
            if candidate is not None and (matters or candidate.named):
                self.unreadable[key] = Unreadable(SourceFile(shown, ""), str(error), too_large)
            return None


def path_key(path: str) -> str:
    """The same text for every spelling of the same path."""
    return os.path.normcase(os.path.abspath(path))
