"""The Terraform modules of a run: their files, and which module calls which."""

from __future__ import annotations

import os

from ..base.disk import Projects, is_inside, path_key, path_of
from ..base.formats import DEFINITIONS, MODULE_FILES, YAML, is_always_loaded
from ..base.lazy_regex import regex
from .access import TESTS, tests_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..tree.source import SourceFile
    from .inputs import Inputs
    from .installed import Installed

INSTALLED = ".terraform/modules/modules.json"
"""The list of the modules that ``terraform init`` has downloaded, in the folder of a root module."""
_LOCAL_CALL = regex(r'\bsource"?\s*[=:]\s*"(\.\.?(?:/[^"$\r\n]*)?)"')


class Modules:
    """The modules of the Terraform files in *inputs*, those that they call, and neighbours.

    Neighbours (see ``neighbours``) are searched for outside of the folders *walked*.
    """

    def __init__(
        self, inputs: Inputs, walked: Sequence[str] = (), var_files: Sequence[str] = ()
    ) -> None:
        self._inputs = inputs
        self._var_files = var_files
        self._walked = walked
        self._projects = Projects()
        self._folders: dict[str, list[str]] = {}
        for candidate in inputs.candidates:
            if candidate.format.in_module:
                self._folders.setdefault(os.path.dirname(candidate.path), []).append(candidate.path)
        self._shown = {path_key(folder): folder for folder in self._folders}
        self._sources: dict[str, list[SourceFile]] = {}
        self._callers: dict[str, list[str]] | None = None
        self._loaders: set[str] = set()
        self._may_load: set[str] = set()
        self._variants: dict[str, list[str]] = {}
        self._near: set[str] = set()
        self._installed: Installed | None = None  # once there is a list of downloaded modules
        self._tests: dict[str, set[tuple[str, str]] | None] = {}
        self.errors: list[tuple[str, Exception]] = []
        """The internal errors of the search for calls and neighbours, with the folder of each."""

    def any_to_check(self) -> bool:
        """Whether there is a module to check, or an error kept one from being found."""
        return any(True for _ in self.to_check()) or bool(self.errors)

    def to_check(self) -> Iterator[str]:
        """The folders of the modules to check, if they may contain a policy in scope.

        These are the given modules, the modules that they call or that use their outputs,
        and modules that load another file of the run.
        """
        callers = self._called()
        calls: dict[str, list[str]] = {}
        for folder, above in callers.items():
            for caller in above:
                calls.setdefault(caller, []).append(folder)
        left = [*self._folders, *sorted(self._loaders | self._may_load)]
        reached = set(left)
        while left:
            at = left.pop()
            users = callers[at] if self._has_outputs(at) else ()
            found = [one for one in (*calls.get(at, ()), *users) if one not in reached]
            reached.update(found)
            left += found
        for folder in callers:
            if folder in reached and (
                folder in self._loaders
                or self._matters_with_callers(folder)
                or self._gets_what_matters(folder, calls)
            ):
                yield folder

    def projects(self) -> list[list[str]]:
        """The modules to check in groups of those that call one another, also indirectly."""
        group_of = self._groups()
        groups: dict[str, list[str]] = {}
        for folder in self.to_check():
            groups.setdefault(group_of(folder), []).append(folder)
        return list(groups.values())

    def project_of(self, folder: str) -> list[str]:
        """The folders of all modules, checked or not, in the group of the module of *folder*."""
        group_of = self._groups()
        return [one for one in self._called() if group_of(one) == group_of(folder)]

    def _groups(self) -> Callable[[str], str]:
        """A function that gives one folder for all modules that call one another, also indirectly."""
        together: dict[str, str] = {}  # disjoint sets: each folder's parent, or itself

        def group_of(folder: str) -> str:
            while together.setdefault(folder, folder) != folder:
                together[folder] = folder = together[together[folder]]
            return folder

        for folder, above in self._called().items():
            for caller in above:
                together[group_of(caller)] = group_of(folder)
        return group_of

    def definitions(self) -> list[SourceFile]:
        """The files that set variables of all root modules."""
        found = [self._inputs.source(path, referred=True) for path in self._var_files]
        return [source for source in found if source is not None]

    def variants(self, folders: Sequence[str]) -> list[SourceFile]:
        """Files of the run that set variables of root modules among *folders* if Terraform is told to."""
        paths = [path for folder in folders for path in self._variants.get(folder, ())]
        found = [self._inputs.source(path) for path in paths]
        return [source for source in found if source is not None]

    def is_near(self, folder: str) -> bool:
        """Whether the module of *folder* is a neighbour, which is read but was not given."""
        return folder in self._near

    # -- for the evaluation of modules

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
        """Whether all files of the Terraform module of *folder* can be read."""
        return len(self._paths(folder)) == len(self.module_sources(folder))

    def tests(self, folder: str) -> set[tuple[str, str]] | None:
        """The names in tests of the module of *folder*, and of modules above that may test it.

        None if one cannot be read.
        """
        project = self._projects.of(folder)
        found: set[tuple[str, str]] = set()
        at = self._projects.real(folder)
        while is_inside(at, project):
            for place in (at, os.path.join(at, TESTS)):
                if place not in self._tests:
                    self._tests[place] = tests_in(place, project)
                names = self._tests[place]
                if names is None:
                    return None
                found |= names
            if at == os.path.dirname(at):
                break
            at = os.path.dirname(at)
        return found

    def callers(self, folder: str) -> list[str]:
        """The folders of the modules that call the module of *folder*."""
        return self._called().get(folder, [])

    def all_callers(self, folder: str) -> Iterator[str]:
        """The folders of the modules that call the module of *folder*, also indirectly."""
        seen = {folder}
        left = [folder]
        while left:
            found = [above for above in self.callers(left.pop()) if above not in seen]
            yield from found
            seen.update(found)
            left += found

    def called(self, folder: str, source: str) -> str | None:
        """The folder that the module of *folder* calls by the local path *source*.

        None for a folder that is neither known nor inside the same project.
        """
        written = path_of(os.path.join(folder or ".", source))
        if written is None:
            return None
        path = _normal(written)
        known = self._shown.get(path_key(path))
        if known is not None:
            return known
        real = self._projects.real(path)
        return path if is_inside(real, self._projects.of(folder)) and os.path.isdir(real) else None

    def installed(self, folder: str, name: str, source: str) -> str | None:
        """The folder of the downloaded module that the module of *folder* calls *name*."""
        known = self._installed
        return None if known is None else known.of_call(folder, name, source)

    def loader(self, folder: str) -> Callable[[str], SourceFile | None]:
        """A function that opens a file by its path from *folder*."""
        from . import access

        return access.loader(self._inputs, self._projects, folder)

    def lister(self, folder: str) -> Callable[[str], list[str]]:
        """A function that lists the files below a folder, given by its path from *folder*."""
        from . import access

        return access.lister(self._projects, folder)

    # -- the call graph

    def _paths(self, folder: str) -> list[str]:
        try:
            names = sorted(self._inputs.names_in(folder))
        except OSError:
            names = [os.path.basename(path) for path in self._folders.get(folder, ())]
        return [
            f"{folder}/{name}" if folder else name for name in names if name.endswith(MODULE_FILES)
        ]

    def _module_matters(self, folder: str) -> bool:
        """Whether a file of the module *folder* may contain a policy in scope."""
        others = [*self._var_files, *self._variants.get(folder, ())]
        own = [source.path for source in self.module_sources(folder)]
        return any(map(self._inputs.matters, (*own, *others)))

    def _matters_with_callers(self, folder: str) -> bool:
        """Whether the module *folder* or one of its callers may contain a policy in scope."""
        return any(map(self._module_matters, (folder, *self.all_callers(folder))))

    def _gets_what_matters(self, folder: str, calls: Mapping[str, Sequence[str]]) -> bool:
        """Whether the module *folder* gets an output of a module that may contain a policy in scope."""
        seen = {folder}
        left = [folder]
        while left:
            found = [
                at for at in calls.get(left.pop(), ()) if at not in seen and self._has_outputs(at)
            ]
            if any(map(self._module_matters, found)):
                return True
            seen.update(found)
            left += found
        return False

    def _has_outputs(self, folder: str) -> bool:
        return any("output" in source.text for source in self.module_sources(folder))

    def _called(self) -> dict[str, list[str]]:
        """The folders of all modules, each with its callers."""
        if self._callers is None:
            callers: dict[str, list[str]] = {folder: [] for folder in self._folders}
            self._callers = callers
            self._find_variants()
            for folder in self._variants:
                callers.setdefault(folder, [])
            self._may_load.update(self._variants)
            left = list(callers)
            while left:
                folder = left.pop()
                for target in self._targets(folder):
                    if target not in callers:
                        callers[target] = []
                        left.append(target)
                    if folder not in callers[target]:
                        callers[target].append(folder)
            try:
                self._add_neighbours(callers)
            except Exception as error:  # noqa: BLE001 - the given modules are still checked
                self.errors.append((".", error))
            for above in callers.values():
                above.sort()
        return self._callers

    def _find_variants(self) -> None:
        """Find the module of each file that sets variables only if Terraform is told to.

        It is that of its folder, or else the nearest one above.
        """
        told = set(map(path_key, self._var_files))
        for candidate in self._inputs.candidates:
            path = candidate.path
            if path.endswith(DEFINITIONS) and not is_always_loaded(path):
                folder = self._module_above(os.path.dirname(path))
                if folder is not None:
                    paths = self._variants.setdefault(self._shown_as(folder), [])
                    if path_key(path) not in told:
                        paths.append(path)

    def _module_above(self, folder: str) -> str | None:
        """The nearest folder with declarations, of *folder* and those above it in its project."""
        top = self._projects.of(folder)
        while is_inside(self._projects.real(folder), top):
            if not all(path.endswith(DEFINITIONS) for path in self._paths(folder)):
                return folder
            if self._projects.real(folder) == top:
                break
            folder = _normal(os.path.join(folder, ".."))
        return None

    def _shown_as(self, folder: str) -> str:
        return self._shown.get(path_key(folder), folder)

    def _add_neighbours(self, callers: dict[str, list[str]]) -> None:
        """Add to *callers* neighbours that call modules in it, and find those that load files."""
        from .neighbours import may_load

        # Modules rarely load YAML, so it is no reason to search for neighbours.
        often, loaded = self._loadable()
        plain = self._inputs.may_be_loaded()
        often |= {os.path.dirname(path) for path in plain}
        near = self._modules_near(often, set(map(path_key, callers)))
        self._near = set(near)
        callers.update({folder: [] for folder in near})
        for folder in near:
            for target in self._targets(folder):
                if target in callers and folder not in callers[target]:
                    callers[target].append(folder)
        if loaded or plain:
            for folder in callers:
                texts = [source.text for source in self.module_sources(folder)]
                if any(may_load(text, folder, loaded) for text in texts):
                    self._loaders.add(folder)
                elif any(may_load(text, folder, plain) for text in texts):
                    self._may_load.add(folder)

    def _loadable(self) -> tuple[set[str], list[str]]:
        """The folders of files in scope that modules often load; all files that they may load."""
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
        """The folders of neighbours of *often* and of modules in scope, without *known* ones."""
        from .neighbours import Nearby

        starts = often | {
            folder
            for folder in self._folders
            if self._module_matters(folder) or self._has_outputs(folder)
        }
        nearby = Nearby(self._walked, self._projects)
        return [
            found
            for start in sorted(starts)
            for found in nearby.around(start)
            if path_key(found) not in known
        ]

    def _targets(self, folder: str) -> list[str]:
        """The folders of the modules that the module *folder* calls; none after an error."""
        try:
            found = [self.called(folder, path) for path in sorted(self._local_calls(folder))]
            found += self._downloaded(folder)
        except Exception as error:  # noqa: BLE001 - the other modules are still checked
            self.errors.append((folder or ".", error))
            return []
        return [target for target in found if target is not None]

    def _downloaded(self, folder: str) -> list[str]:
        """The folders of downloaded modules that the module *folder* calls."""
        path = os.path.join(folder, INSTALLED)
        if os.path.isfile(path):
            if self._installed is None:
                from .installed import Installed

                self._installed = Installed(self._projects)
            self._installed.add(folder, path)
        return [] if self._installed is None else self._installed.called(folder)

    def _local_calls(self, folder: str) -> set[str]:
        """The local paths of modules that the text of the module *folder* seems to call."""
        return {
            match.group(1)
            for source in self.module_sources(folder)
            for match in _LOCAL_CALL.finditer(source.text)
        }


def _normal(path: str) -> str:
    """*path* without detours, with the empty string for the current folder."""
    found = os.path.normpath(path).replace(os.sep, "/")
    return "" if found == "." else found
