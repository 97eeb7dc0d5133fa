"""The scenarios: for each, the commands of the linter, the floor, a bare parser and other tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import inputs
from .environments import OURS
from .timing import Command

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

CHECKED = r"(?s)\b[1-9][\d,]* polic(y|ies) in .*exit [01]\Z"
NOTHING = r"(?s)\bno polic.*exit 0\Z"
_FOUND_ACTION = r"(?s)Unknown action.*exit 1\Z"
_FOUND_W3037 = r"(?ms)^W3037.*exit [46]\Z"

# Our own HCL reader with all expressions, because no other reader in Python is as fast.
_READ_HCL = """
from cloudtrail_policylint.readers.hcl import reader
from cloudtrail_policylint.tree.source import SourceFile
def walk(block):
    for attribute in block.attributes.values(): attribute.expression
    for inner in block.blocks: walk(inner)
def read_hcl(path):
    for block in reader.read(SourceFile(path, open(path, encoding="utf-8").read())).blocks: walk(block)
"""
PARSERS = {
    "json": "import sys, json\nfor path in sys.argv[1:]: json.load(open(path, 'rb'))",
    # libyaml composing nodes, with the binding that the linter uses.
    "yaml": """
import sys
from ruamel.yaml import YAML
for path in sys.argv[1:]: YAML(typ="safe", pure=False).compose(open(path, encoding="utf-8"))
""",
    "tf": f"""
import sys, gc
gc.disable()
{_READ_HCL}
for path in sys.argv[1:]: read_hcl(path)
""",
}
# All files below a folder that one of the three can read, broken ones as far as possible.
READ_FOLDER = f"""
import gc, json, pathlib, sys
gc.disable()
from ruamel.yaml import YAML
{_READ_HCL}
def read_yaml(path):
    for node in YAML(typ="safe", pure=False).compose_all(open(path, encoding="utf-8")): pass
def read_json(path): json.load(open(path, "rb"))
readers = {{".json": read_json, ".yaml": read_yaml, ".yml": read_yaml, ".tf": read_hcl}}
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*")):
    try: readers.get(path.suffix, lambda path: None)(str(path))
    except Exception: pass
"""
_TREE_SITTER = """
import sys, tree_sitter_hcl
from tree_sitter import Language, Parser
parser = Parser(Language(tree_sitter_hcl.language()))
for path in sys.argv[1:]: parser.parse(open(path, "rb").read())
"""
_HCL2 = "import sys, hcl2\nfor path in sys.argv[1:]: hcl2.load(open(path, encoding='utf-8'))"


@dataclass
class Scenario:
    """A scenario: its group and name, the commands to compare, and the least number of rounds."""

    group: str
    name: str
    commands: dict[str, Command]
    rounds: int


class Scenarios:
    """All scenarios; their inputs are written below *folder* when they are needed."""

    def __init__(self, environments: Environments, folder: Path, rounds: int) -> None:
        self._at = environments
        self._folder = folder
        self._rounds = rounds

    def all(self, corpus: Path | None = None) -> Iterator[Scenario]:
        """All scenarios, from the least work to the most."""
        yield self._start("`--version`", ["--version"], r"exit 0\Z")
        paths = [str(path) for path in inputs.without_policy(self._project("no policy"))]
        yield self._start("a commit without a policy", ["lint", *paths], NOTHING)
        for form in inputs.FORMATS:
            path = inputs.small(self._project(f"small {form}"), form)
            yield self._one("One small policy", form, path)
        path = inputs.faulty(self._project("faulty"), "JSON")
        yield self._one("One small policy", "JSON, a mistake", path)
        for form in inputs.FORMATS:
            yield self._many(form)
        for form in list(inputs.FORMATS)[2:6]:
            path = inputs.large(self._project(f"large {form}"), form)
            yield self._one("A file of 1 MB", form, path)
        yield self._module()
        if corpus is not None:
            yield self._corpus(corpus)

    def _project(self, name: str) -> Path:
        return inputs.project(self._folder, name)

    def _start(self, name: str, arguments: list[str], proof: str) -> Scenario:
        return Scenario("Start-up", name, self._ours(proof, *arguments), self._rounds * 3)

    def _one(self, group: str, name: str, path: Path) -> Scenario:
        end = path.suffix[1:]
        commands = {**self._ours(CHECKED, "lint", str(path)), BARE: self._parser(end, path)}
        if group == "A file of 1 MB" and end == "tf":
            commands[OTHER_PARSERS[0]] = self._python(OURS, _TREE_SITTER, path)
            commands[OTHER_PARSERS[1]] = self._python("python-hcl2", _HCL2, path)
        commands.update(self._peers(name.partition(",")[0], path))
        small = group == "One small policy"
        return Scenario(group, name, commands, self._rounds * (3 if small else 1))

    def _many(self, form: str) -> Scenario:
        folder = inputs.many(self._project(f"many {form}"), form, 1000)
        commands = self._ours(CHECKED, "lint", str(folder))
        commands[BARE] = self._parser(inputs.FORMATS[form][0], *sorted(folder.iterdir()))
        commands.update(self._peers(form, folder))
        return Scenario("1,000 small policies", form, commands, self._rounds)

    def _module(self) -> Scenario:
        folder = inputs.module(self._project("module"), 200)
        commands = self._ours(CHECKED, "lint", str(folder))
        commands[BARE] = self._parser("tf", *sorted(folder.iterdir()))
        commands.update(self._peers("Terraform", folder))
        return Scenario("Projects", "a Terraform module of 200 files", commands, self._rounds)

    def _corpus(self, corpus: Path) -> Scenario:
        folder = corpus.resolve()
        commands = self._ours(CHECKED, "lint", str(folder))
        commands[BARE] = self._python(OURS, READ_FOLDER, folder)
        return Scenario("Projects", "a collection of public projects", commands, self._rounds)

    def _ours(self, proof: str, *arguments: str) -> dict[str, Command]:
        return {
            FLOOR: Command([self._at.python(), "-I", "-c", "pass"]),
            OURS: Command([self._at.tool(OURS), *arguments], proof),
        }

    def _parser(self, end: str, *paths: Path) -> Command:
        return self._python(OURS, PARSERS[end], *paths)

    def _python(self, environment: str, program: str, *paths: Path) -> Command:
        return Command([self._at.python(environment), "-I", "-c", program, *map(str, paths)])

    def _peers(self, form: str, path: Path) -> dict[str, Command]:
        """The commands of other tools that read *form*, with as few other checks as possible.

        cfn-lint reports nothing for the small policy.
        """
        at, text, many = self._at, str(path), path.is_dir()
        if form in ("JSON", "YAML"):
            services = str(inputs.service_reference(self._folder))
            validator = at.tool("iam-policy-validator", "iam-validator")
            total = rf"(?s)Total Policies: {1000 if many else 1} .*exit [01]\Z"
            found = {
                "iam-policy-validator": Command(
                    [validator, "validate", "--aws-services-dir", services, "--path", text], total
                )
            }
            if form == "JSON":
                where = "--directory" if many else "--files"
                only = ["--include_policy_extension", "json"] if many else []
                parliament = [at.tool("parliament"), where, text, *only]
                found["parliament"] = Command(parliament, _FOUND_ACTION)
                if not many:  # it reads one policy at a time
                    scan = [at.tool("cloudsplaining"), "scan-policy-file", "--input-file", text]
                    found["cloudsplaining"] = Command(scan, r"(?s)results.*exit 0\Z")
            return found
        frameworks = {"CloudFormation": "cloudformation", "Terraform plan": "terraform_plan"}
        framework = frameworks.get(form) or frameworks.get(form.partition(" ")[0], "terraform")
        quiet = ["--skip-download", "--quiet", "--compact", "--framework", framework]
        where = "--directory" if many else "--file"
        checkov = [at.tool("checkov"), *quiet, where, text]
        found = {"checkov": Command(checkov, r"(?s)Passed checks: [1-9].*exit [01]\Z")}
        if form.startswith("CloudFormation"):
            files = [str(one) for one in sorted(path.iterdir())] if many else [text]
            proof = r"exit 0\Z" if path.name.startswith("small-") else _FOUND_W3037
            found["cfn-lint"] = Command([at.tool("cfn-lint"), *files], proof)
        return found
