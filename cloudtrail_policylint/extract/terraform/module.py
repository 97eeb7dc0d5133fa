"""A Terraform module: the files of one folder, and their blocks by name."""

from __future__ import annotations

import re

from ...base.formats import DEFINITIONS, TERRAGRUNT, is_always_loaded
from ...base.lazy_regex import regex
from ...iam.written import Allowance, Problem, syntax_problem
from ...readers.hcl import reader as hcl_reader
from ...tree.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from ...readers.hcl.file import Attribute, Block, HclFile
    from ...tree.nodes import Text
    from ...tree.source import SourceFile

    T = TypeVar("T", Attribute, Block)
    Loader = Callable[[str], "SourceFile | None"]
    Lister = Callable[[str], list[str]]

_RULE = regex(r"[\w-]+")
_MEANT = regex(r"\s*(?:cloudtrail-)?policylint\s*[:=]", re.IGNORECASE)
_ALLOW = regex(
    rf"\s*(?:cloudtrail-)?policylint:\s*allow\s+({_RULE.pattern}(?:\s*,\s*{_RULE.pattern})*)(?:\s*--(.*))?\s*",
    re.DOTALL,
)


class Module:
    """The declarations in the files of one folder, by their labels.

    A folder of examples may declare a name several times. Files named
    ``terraform.tfvars`` and ``*.auto.tfvars`` (and ``.json``) set variables
    (developer.hashicorp.com/terraform/language/values/variables, "Variable
    Definitions Files").

    *load* opens a file by its path relative to the folder (None if it cannot be
    read), and *names* lists the files below a folder. *whole* says that there
    are no other files with declarations. *tests* returns the local values and variables
    that tests may refer to (None if one cannot be read).
    ``unused`` are files that set variables
    only if the command names them, ``inputs`` what a Terragrunt file gives to its module.
    """

    __slots__ = (
        "allowances",
        "before_version_3",
        "buckets",
        "calls",
        "data",
        "files",
        "inputs",
        "load",
        "locals",
        "names",
        "near_misses",
        "outputs",
        "problems",
        "providers",
        "resources",
        "size",
        "sources",
        "tests",
        "unused",
        "values",
        "variables",
        "whole",
    )

    def __init__(
        self,
        sources: Sequence[SourceFile],
        load: Loader | None = None,
        names: Lister | None = None,
        *,
        whole: bool = False,
        tests: Callable[[], set[tuple[str, str]] | None] = set,
    ) -> None:
        self.files: list[HclFile] = []
        self.resources: dict[tuple[str, ...], list[Block]] = {}
        self.data: dict[tuple[str, ...], list[Block]] = {}
        self.variables: dict[tuple[str, ...], list[Block]] = {}
        self.outputs: list[Block] = []
        self.calls: list[Block] = []
        self.providers: list[Block] = []
        self.locals: dict[tuple[str, ...], list[Attribute]] = {}
        self.values: dict[str, Attribute] = {}
        self.inputs: Attribute | None = None
        self.before_version_3: bool | None = None  # of the AWS provider, once computed
        self.buckets: set[str] | None = None  # variables that are names of buckets, once computed
        self.problems: list[Problem] = []
        self.near_misses: list[Problem] = []
        self.allowances: list[Allowance] = []
        self.load = load
        self.names = names
        self.tests = tests
        self.sources = tuple(sources)
        definitions = [source for source in sources if source.path.endswith(DEFINITIONS)]
        self.unused = tuple([one for one in definitions if not is_always_loaded(one.path)])
        self.size = sum(len(source.text) for source in sources)
        for source in sources:
            if not source.path.endswith(DEFINITIONS):
                self._add(source)
        for source in sorted(definitions, key=lambda source: _precedence(source.path)):
            if is_always_loaded(source.path):
                self._define(source)
        self.whole = whole and not self.problems

    def with_definitions(self, sources: Sequence[SourceFile]) -> Module:
        """The same module with the variables that *sources* set, later ones first.

        Source: developer.hashicorp.com/terraform/language/values/variables, "Variable
        Definition Precedence".
        """
        from copy import copy

        changed = copy(self)
        changed.values, changed.problems = dict(self.values), [*self.problems]
        changed.unused = tuple([one for one in self.unused if one not in sources])
        for source in sources:
            changed._define(source)
        changed.whole = self.whole and not changed.problems
        return changed

    def _define(self, source: SourceFile) -> None:
        """Set the variables that *source* sets."""
        in_json = source.path.endswith(".json")
        if in_json:
            from ...readers.hcl import json_syntax

            file = json_syntax.read_definitions(source)
        else:
            file = hcl_reader.read(source)
        self.values.update(file.attributes)
        if file.mistake is not None:
            self.problems.append(syntax_problem(file.mistake, "JSON" if in_json else "HCL"))

    def declares_all(self, source: SourceFile) -> bool:
        """Whether all declarations that the file *source* may refer to are known."""
        return self.whole and any(file.source is source for file in self.files)

    def _add(self, source: SourceFile) -> None:
        in_json = source.path.lower().endswith(".json")
        if in_json:
            from ...readers.hcl import json_syntax

            file = json_syntax.read(source)
        else:
            file = hcl_reader.read(source)
        self.files.append(file)
        if file.mistake is not None:
            self.problems.append(syntax_problem(file.mistake, "JSON" if in_json else "HCL"))
        for text, covers in file.comments:
            self.allowances += _allowances(text, covers)
            self.near_misses += _near_misses(text)
        if source.path.lower().endswith(TERRAGRUNT.suffixes):
            self.inputs = file.attributes.get("inputs")
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
            else:
                listed = {
                    "output": self.outputs,
                    "module": self.calls,
                    "provider": self.providers,
                }
                listed.get(block.type, []).append(block)


def meant(
    declared: dict[tuple[str, ...], list[T]], name: tuple[str, ...], source: SourceFile
) -> T | None:
    """The declaration of *name* for the file *source*: its own, or the first one of that name."""
    found = declared.get(name)
    if found is None:
        return None
    return next((one for one in found if one.span.source is source), found[0])


def every(declared: dict[tuple[str, ...], list[T]]) -> Iterator[T]:
    """All declarations in *declared*."""
    for found in declared.values():
        yield from found


def address_of(block: Block) -> str:
    """The address of *block*: ``aws_iam_policy.audit``, ``data.aws_region.x``, ``module.x``."""
    labels = ".".join(block.labels)
    return labels if block.type == "resource" else f"{block.type}.{labels}"


def _allowances(comment: Text, covers: Span) -> Iterator[Allowance]:
    """The suppressions in a comment of JSON: ``"//": "policylint: allow CT302 -- reason"``."""
    match = _ALLOW.fullmatch(comment.written)
    if match is None:
        return
    for rule in _RULE.finditer(match.group(1)):
        at = comment.parts[0].span
        if at.end - at.start == len(comment.written):  # no escape in it
            start = at.start + match.start(1) + rule.start()
            at = Span(at.source, start, start + len(rule.group()))
        reason = (match.group(2) or "").strip()
        yield Allowance(rule.group(), reason, at, covers, "after --")


def _near_misses(comment: Text) -> Iterator[Problem]:
    """The problem of a comment of JSON that is meant to be a suppression, but is misspelt."""
    if _MEANT.match(comment.written) and not _ALLOW.fullmatch(comment.written):
        message = "this comment suppresses nothing; write policylint: allow RULE -- reason"
        yield Problem("unused-suppression", message, comment.span)


def _precedence(path: str) -> tuple[bool, str]:
    """The order of loading definitions: ``terraform.tfvars``, then the others by name."""
    name = path.rsplit("/", 1)[-1]
    return not name.startswith("terraform.tfvars"), name
