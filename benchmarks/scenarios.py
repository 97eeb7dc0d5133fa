"""What is timed: for each piece of work the linter, the floor, the bare parser and the peers that can do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import inputs
from .environments import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .environments import Environments

FLOOR = "python -I -c pass"
BARE = "bare parser"
GROUPS = (
    "Start-up",
    "One small policy",
    "1,000 small policies",
    "A file of 1 MB",
    "Projects",
)
OTHER_PARSERS = ("tree-sitter-hcl", "python-hcl2")

_PARSERS = {
    "json": "import sys, json\nfor path in sys.argv[1:]: json.load(open(path, 'rb'))",
    # libyaml through the binding that the linter uses, composing nodes.
    "yaml": """
import sys
from ruamel.yaml import YAML
for path in sys.argv[1:]: YAML(typ="safe", pure=False).compose(open(path, encoding="utf-8"))
""",
    # Our own reader of HCL, every expression read: no other one in Python is near it.
    "tf": """
import sys, gc
gc.disable()
from cloudtrail_policylint.readers import hcl
from cloudtrail_policylint.source import SourceFile
def walk(block):
    for attribute in block.attributes.values(): attribute.expression
    for inner in block.blocks: walk(inner)
for path in sys.argv[1:]:
    for block in hcl.read(SourceFile(path, open(path, encoding="utf-8").read())).blocks: walk(block)
""",
}
_TREE_SITTER = """
import sys, tree_sitter_hcl
from tree_sitter import Language, Parser
parser = Parser(Language(tree_sitter_hcl.language()))
for path in sys.argv[1:]: parser.parse(open(path, "rb").read())
"""
_HCL2 = "import sys, hcl2\nfor path in sys.argv[1:]: hcl2.load(open(path, encoding='utf-8'))"


@dataclass
class Scenario:
    """One piece of work: its group and name, the commands that do it, and how often at least each runs."""

    group: str
    name: str
    commands: dict[str, list[str]]
    rounds: int


class Scenarios:
    """All pieces of work; inputs are written below *folder* when they are asked for."""

    def __init__(self, environments: Environments, folder: Path, rounds: int) -> None:
        self._at = environments
        self._folder = folder
        self._rounds = rounds

    def all(self, corpus: Path | None = None) -> Iterator[Scenario]:
        """Everything, from the least work to the most."""
        yield self._start("`--version`", ["--version"])
        paths = [str(path) for path in inputs.without_policy(self._folder)]
        yield self._start("a commit without a policy", ["lint", *paths])
        for form in inputs.FORMATS:
            yield self._one("One small policy", form, inputs.small(self._folder, form))
        yield self._one("One small policy", "JSON, a mistake", inputs.faulty(self._folder, "JSON"))
        for form in inputs.FORMATS:
            yield self._many(form)
        for form in list(inputs.FORMATS)[2:6]:
            yield self._one("A file of 1 MB", form, inputs.large(self._folder, form))
        yield self._module()
        if corpus is not None:
            yield self._corpus(corpus)

    def _start(self, name: str, arguments: list[str]) -> Scenario:
        return Scenario("Start-up", name, self._ours(*arguments), self._rounds * 3)

    def _one(self, group: str, name: str, path: Path) -> Scenario:
        end = path.suffix[1:]
        commands = {**self._ours("lint", str(path)), BARE: self._parser(end, path)}
        if group == "A file of 1 MB" and end == "tf":
            commands[OTHER_PARSERS[0]] = self._python(OURS, _TREE_SITTER, path)
            commands[OTHER_PARSERS[1]] = self._python("python-hcl2", _HCL2, path)
        commands.update(self._peers(name.partition(",")[0], path))
        small = group == "One small policy"
        return Scenario(group, name, commands, self._rounds * (3 if small else 1))

    def _many(self, form: str) -> Scenario:
        folder = inputs.many(self._folder, form, 1000)
        commands = self._ours("lint", str(folder))
        commands[BARE] = self._parser(inputs.FORMATS[form][0], *sorted(folder.iterdir()))
        commands.update(self._peers(form, folder))
        return Scenario("1,000 small policies", form, commands, self._rounds)

    def _module(self) -> Scenario:
        folder = inputs.module(self._folder, 200)
        commands = self._ours("lint", str(folder))
        commands[BARE] = self._parser("tf", *sorted(folder.iterdir()))
        commands.update(self._peers("Terraform", folder))
        return Scenario("Projects", "a Terraform module of 200 files", commands, self._rounds)

    def _corpus(self, corpus: Path) -> Scenario:
        commands = self._ours("lint", str(corpus.resolve()))
        return Scenario("Projects", "a collection of public projects", commands, self._rounds)

    def _ours(self, *arguments: str) -> dict[str, list[str]]:
        return {
            FLOOR: [self._at.python(), "-I", "-c", "pass"],
            OURS: [self._at.tool(OURS), *arguments],
        }

    def _parser(self, end: str, *paths: Path) -> list[str]:
        return self._python(OURS, _PARSERS[end], *paths)

    def _python(self, environment: str, program: str, *paths: Path) -> list[str]:
        return [self._at.python(environment), "-I", "-c", program, *map(str, paths)]

    def _peers(self, form: str, path: Path) -> dict[str, list[str]]:
        """Each peer that reads *form*, told to do as little besides as it can be told."""
        at, text = self._at, str(path)
        if form in ("JSON", "YAML"):
            services = str(inputs.service_reference(self._folder))
            validator = at.tool("iam-policy-validator", "iam-validator")
            found = {
                "iam-policy-validator": [validator, "validate", "--aws-services-dir", services, "--path", text]
            }  # fmt: skip
            if form == "JSON":
                where = "--directory" if path.is_dir() else "--files"
                only = ["--include_policy_extension", "json"] if path.is_dir() else []
                found["parliament"] = [at.tool("parliament"), where, text, *only]
                if not path.is_dir():  # it reads one policy at a time
                    scan = ["scan-policy-file", "--input-file", text]
                    found["cloudsplaining"] = [at.tool("cloudsplaining"), *scan]
            return found
        frameworks = {"CloudFormation": "cloudformation", "Terraform plan": "terraform_plan"}
        framework = frameworks.get(form) or frameworks.get(form.partition(" ")[0], "terraform")
        quiet = ["--skip-download", "--quiet", "--compact", "--framework", framework]
        where = "--directory" if path.is_dir() else "--file"
        found = {"checkov": [at.tool("checkov"), *quiet, where, text]}
        if form.startswith("CloudFormation"):
            files = [str(one) for one in sorted(path.iterdir())] if path.is_dir() else [text]
            found["cfn-lint"] = [at.tool("cfn-lint"), *files]
        return found
