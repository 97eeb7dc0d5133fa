"""The files of a run, and the Terraform modules that they form."""

from __future__ import annotations

from .inputs import Inputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .discover import Candidate, ClosedFolder
    from .inputs import Overlay
    from .modules import Modules


class Files:
    """The files as ``inputs`` and as ``modules``; arguments are those of ``Inputs``.

    *var_files* set variables of all root modules.
    """

    def __init__(
        self,
        candidates: Sequence[Candidate],
        *,
        everything: bool,
        walked: Sequence[str] = (),
        closed: Sequence[ClosedFolder] = (),
        contents: Overlay | None = None,
        var_files: Sequence[str] = (),
    ) -> None:
        self.inputs = Inputs(
            candidates, everything=everything, walked=walked, closed=closed, contents=contents
        )
        self._walked = walked
        self._var_files = var_files
        self._modules: Modules | None = None

    @property
    def modules(self) -> Modules:
        """The Terraform modules, created when first needed."""
        if self._modules is None:
            from .modules import Modules

            self._modules = Modules(self.inputs, self._walked, self._var_files)
        return self._modules

    def nothing_to_check(self) -> bool:
        """Whether no file can contain a policy in scope and all could be read."""
        inputs = self.inputs
        inputs.read_all()
        if inputs.unreadable or inputs.any_matters() or inputs.nesting():
            return False
        terraform = any(one.format.in_module for one in inputs.candidates)
        return not ((terraform or inputs.may_be_loaded()) and self.modules.any_to_check())
