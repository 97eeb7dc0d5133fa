"""The Terraform modules of a run: their files, and which of them call which."""

from __future__ import annotations

import os

from ..base.disk import is_inside, project_of
from ..base.formats import MODULE_FILES, TERRAFORM, YAML
from ..base.lazy_regex import regex
from . import access
from .inputs import path_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..tree.source import SourceFile
    from .inputs import Inputs

_LOCAL_CALL = regex(r'\bsource"?\s*[=:]\s*"(\.\.?(?:/[^"$\r\n]*)?)"')


class Modules:
    """The modules that the Terraform files among *inputs* make up, and those that these call.

    *walked* are the folders whose files the inputs are: what is near is looked for outside of them.
    """

    def __init__(self, inputs: Inputs, walked: Sequence[str] = ()) -> None:
        self._inputs = inputs
        self._walked = walked
        self._folders: dict[str, list[str]] = {}
        for candidate in inputs.candidates:
            if candidate.format is TERRAFORM:
                self._folders.setdefault(os.path.dirname(candidate.path), []).append(candidate.path)
        self._shown = {path_key(folder): folder for folder in self._folders}
        self._sources: dict[str, list[SourceFile]] = {}
        self._callers: dict[str, list[str]] | None = None
        self._loaders: set[str] = set()
        self._near: set[str] = set()

    def any_matters(self) -> bool:
        """Whether a file of one of the modules given may hold a policy in scope."""
        return any(self._matters_itself(folder) for folder in self._folders)

    def to_check(self) -> Iterator[str]:
        """The folders of the modules to check.

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
        """The modules to check, those together that call one another, be it through others."""
        together: dict[str, str] = {}  # each folder with another one of its group, or itself

        def group_of(folder: str) -> str:
            while together.setdefault(folder, folder) != folder:
                together[folder] = folder = together[together[folder]]
            return folder

        for folder, above in self._called().items():
            for caller in above:
                together[group_of(caller)] = group_of(folder)
        groups: dict[str, list[str]] = {}
        for folder in self.to_check():
            groups.setdefault(group_of(folder), []).append(folder)
        return list(groups.values())

    def is_near(self, folder: str) -> bool:
        """Whether the module of *folder* is here only for the sake of files that are near to it."""
        return folder in self._near

    # -- what the evaluation of modules asks

    def module_sources(self, folder: str) -> list[SourceFile]:
        """All Terraform files of *folder*, given or not."""
        if folder not in self._sources:
            found = [self._inputs.source(path, referred=True) for path in self._paths(folder)]
            sources = [source for source in found if source is not None]
            self._sources[folder] = sources
            for source in sources:
                self._inputs.add_given(source)
        return self._sources[folder]

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
        """What opens a file by its path from *folder*."""
        return access.loader(self._inputs, folder)

    def lister(self, folder: str) -> Callable[[str], list[str]]:
        """What names the files below a folder, by its path from *folder*."""
        return access.lister(folder)

    # -- who calls whom

    def _paths(self, folder: str) -> list[str]:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            names = [os.path.basename(path) for path in self._folders.get(folder, ())]
        return [
            f"{folder}/{name}" if folder else name for name in names if name.endswith(MODULE_FILES)
        ]

    def _matters_itself(self, folder: str) -> bool:
        """Whether a file of the module *folder* may hold a policy in scope."""
        return any(self._inputs.matters(source.path) for source in self.module_sources(folder))

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
            callers: dict[str, list[str]] = {folder: [] for folder in self._folders}
            self._callers = callers
            left = list(self._folders)
            while left:
                folder = left.pop()
                for path in sorted(self._local_calls(folder)):
                    target = self.called(folder, path)
                    if target is None:
                        continue
                    if target not in callers:
                        callers[target] = []
                        left.append(target)
                    if folder not in callers[target]:
                        callers[target].append(folder)
            self._look_around(callers)
            for above in callers.values():
                above.sort()
        return self._callers

    def _look_around(self, callers: dict[str, list[str]]) -> None:
        """Add to *callers* the modules near that call those in it, or that load files of the run."""
        from .neighbours import may_load

        # YAML is loaded now and then: what is near is not looked for because of it.
        often, loaded = self._loadable()
        near = self._modules_near(often, set(map(path_key, callers)))
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

    def _loadable(self) -> tuple[set[str], list[str]]:
        """The folders of files in scope that modules often load; and all files in scope that one may load."""
        inputs = self._inputs
        found = [
            c
            for c in inputs.candidates
            if (c.format.loaded_by_modules or c.format is YAML)
            and inputs.source(c.path)
            and inputs.matters(c.path)
        ]
        often = {os.path.dirname(c.path) for c in found if c.format.loaded_by_modules}
        return often, [c.path for c in found]

    def _modules_near(self, often: set[str], known: set[str]) -> list[str]:
        """The folders of modules near those of *often* and of modules in scope, but for the *known* ones."""
        from .neighbours import Nearby

        starts = often | {folder for folder in self._folders if self._matters_itself(folder)}
        nearby = Nearby(self._walked)
        return [
            found
            for start in sorted(starts)
            for found in nearby.around(start, project_of(start))
            if path_key(found) not in known
        ]

    def _local_calls(self, folder: str) -> set[str]:
        """What may be the local paths of modules that the module *folder* calls, by the look of its text."""
        return {
            match.group(1)
            for source in self.module_sources(folder)
            for match in _LOCAL_CALL.finditer(source.text)
        }
