"""A Terraform module: the files of one folder and the blocks in them by name."""

from __future__ import annotations

from ...readers import hcl
from ..found import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from ...readers.hcl import Attribute, Block, HclFile
    from ...source import SourceFile

    T = TypeVar("T", Attribute, Block)
    Loader = Callable[[str], "SourceFile | None"]


class Module:
    """What the files of one folder declare.

    Files named ``terraform.tfvars`` and ``*.auto.tfvars`` give variables their
    values (developer.hashicorp.com/terraform/language/values/variables,
    "Variable Definitions Files"). *load* opens a file by its path relative to
    the module's folder, or says None. What is declared goes by its labels; a
    folder of examples may have several of one name. *whole* says that no other
    file of the folder can declare anything.
    """

    __slots__ = (
        "calls",
        "data",
        "files",
        "load",
        "locals",
        "outputs",
        "problems",
        "resources",
        "size",
        "values",
        "variables",
        "whole",
    )

    def __init__(
        self, sources: Sequence[SourceFile], load: Loader | None = None, *, whole: bool = False
    ) -> None:
        self.files: list[HclFile] = []
        self.resources: dict[tuple[str, ...], list[Block]] = {}
        self.data: dict[tuple[str, ...], list[Block]] = {}
        self.variables: dict[tuple[str, ...], list[Block]] = {}
        self.outputs: list[Block] = []
        self.calls: list[Block] = []
        self.locals: dict[tuple[str, ...], list[Attribute]] = {}
        self.values: dict[str, Attribute] = {}
        self.problems: list[Problem] = []
        self.load = load
        self.size = sum(len(source.text) for source in sources)
        for source in sources:
            if not source.path.endswith(".tfvars"):
                self._add(hcl.read(source))
            elif _applies_by_itself(source.path):
                self.values.update(hcl.read(source).attributes)
        self.whole = whole and not self.problems

    def declares_all(self, source: SourceFile) -> bool:
        """Whether all that the expressions of the file *source* may name is in view."""
        return self.whole and any(file.source is source for file in self.files)

    def _add(self, file: HclFile) -> None:
        self.files.append(file)
        if file.mistake is not None:
            message = f"not valid HCL: {file.mistake.message}"
            self.problems.append(Problem("syntax-error", message, file.mistake.span))
        for block in file.blocks:
            self._declare(block, block.labels)

    def _declare(self, block: Block, labels: tuple[str, ...]) -> None:
        if block.type == "locals":
            for name, attribute in block.attributes.items():
                self.locals.setdefault((name,), []).append(attribute)
        elif len(labels) == 2:
            if block.type == "resource":
                self.resources.setdefault(labels, []).append(block)
            elif block.type == "data":
                self.data.setdefault(labels, []).append(block)
        elif len(labels) == 1:
            if block.type == "variable":
                self.variables.setdefault(labels, []).append(block)
            elif block.type == "output":
                self.outputs.append(block)
            elif block.type == "module":
                self.calls.append(block)


def meant(
    declared: dict[tuple[str, ...], list[T]], name: tuple[str, ...], source: SourceFile
) -> T | None:
    """What *name* means in the file *source*: what that file declares, else the first of that name."""
    found = declared.get(name)
    if found is None:
        return None
    return next((one for one in found if one.span.source is source), found[0])


def every(declared: dict[tuple[str, ...], list[T]]) -> Iterator[T]:
    """All that is *declared*."""
    for found in declared.values():
        yield from found


def address_of(block: Block) -> str:
    """What Terraform's users call *block*: ``aws_iam_policy.audit``, ``data.aws_region.current``, ``module.x``."""
    labels = ".".join(block.labels)
    return labels if block.type == "resource" else f"{block.type}.{labels}"


def _applies_by_itself(path: str) -> bool:
    name = path.rsplit("/", 1)[-1]
    return name == "terraform.tfvars" or name.endswith(".auto.tfvars")
