"""Fuzzing of the whole command on a real file system: settings, ignore files, rules, and paths of all kinds.

A project is a folder with files, links and pipes, beside others that no run may
change. ``check`` runs ``lint`` in it with random options, in this process.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.report.formats import FORMATS
from cloudtrail_policylint.report.printable import STYLES
from support.fuzz_texts import GENERATORS, Generator, InvariantError
from support.rules import RULE

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

SETTINGS = (".cloudtrail-policylint.yaml", "pyproject.toml")
BASELINE = ".cloudtrail-policylint-baseline.json"
VICTIM = "mine\n"
NAMES = (
    "a.json", "b.yaml", "main.tf", "c.tf.json", "sub/b.json", "m/main.tf", "m/n/o/p/q/a.json", "\x1b[31m.json", "new\nline.yaml",
    "\udcff.json", "--fix", "--output=a.json", "-", "::x::.json", "##[x].tf", "a" * 250 + ".json", "\u202e.tf", " .json", "~.json",
    "$(id).json", "*.json", "[a].yaml", ".gitignore", "sub/.gitignore", "t.tpl", "terraform.tfvars", "x.auto.tfvars", "a\\b.json",
)  # fmt: skip
TARGETS_OF_LINKS = (
    "a.json", "../victim", "../outside/a.json", "../new", ".", "..", "/dev/zero", "/dev/null", "link", "nowhere", "sub", "../outside",
    "/etc/passwd", "main.tf",
)  # fmt: skip
Project = dict[str, bytes | str]
"""The contents of files, and the targets of links (``str``, empty for a pipe)."""


class ProjectGenerator(Generator):
    """Makes projects, and the options of a run over each."""

    def policies(self) -> Project:
        """A few files of any format."""
        project: Project = {}
        for _ in range(self.pick(1, 1, 2, 4)):
            generator = GENERATORS[self.pick(*GENERATORS)](self.chance)
            name: str = self.pick(generator.name, generator.name, f"sub/{generator.name}")
            project[name] = generator.text().encode("utf-8", "surrogatepass")
        return project

    def options(self) -> list[str]:
        """Options of ``lint``, and paths."""
        options: list[str] = self.pick(
            [], [], ["--fix"], ["--fix", "--unsafe-fixes"], ["--diff"], ["--write-baseline"], ["--show-settings"],
            ["--statistics"], ["--show-suppressed"], ["--color", "always"],
        )  # fmt: skip
        options = [*options, *self.pick([], [], ["--scope", "all"], ["--pedantic"])]
        options += self.pick([], [], ["--format", self.pick(*FORMATS)])
        return options

    # -- targets

    def settings(self) -> tuple[Project, list[str]]:
        """Policies with settings and ignore files."""
        project = self.policies()
        name: str = self.pick(*SETTINGS)
        values = {self.word(*KEYS): self.value() for _ in range(self.pick(1, 2, 3, 8))}
        for key in self.chance.sample(list(VALID), self.pick(0, 1, 2, 4)):
            values[key] = VALID[key](self)
        text = json.dumps(values, ensure_ascii=self.often(0.7))
        if name == "pyproject.toml":
            lines = "".join(f"{key} = {self.toml(value)}\n" for key, value in values.items())
            text = f"[tool.cloudtrail-policylint]\n{lines}"
        if self.often(0.2):
            at = self.chance.randint(0, len(text))
            text = text[:at] + self.token() + text[at:]
        if self.often(0.05):
            before, after = self.pick(("[", "]"), ("{a: ", "}"), ("{a = ", "}"))
            times = self.depth()
            text += f"\nselect{self.pick(': ', ' = ')}{before * times}{after * times}"
        project[self.pick("", "", "sub/") + name] = text.encode("utf-8", "surrogatepass")
        if self.often(0.4):
            lines = "\n".join(self.some(6, self.pattern))
            project[self.pick("", "sub/") + ".gitignore"] = lines.encode("utf-8", "surrogatepass")
        if self.often(0.1):
            entry = {
                "path": self.path(),
                "rule": self.word("CT101"),
                "message": self.token(),
                "fingerprint": self.token(),
            }
            baseline = {
                "version": self.pick(1, 1, 1, self.leaf()),
                "findings": self.list_or_one(3, lambda: entry),
            }
            project[BASELINE] = json.dumps(baseline).encode()
        return project, [*self.options(), "."]

    def value(self) -> Any:
        """Anything that a setting may have."""
        value = self.pick(
            self.leaf,
            self.pattern,
            lambda: self.some(4, self.pattern),
            lambda: {self.pattern(): self.leaf()},
        )()
        for _ in range(self.pick(0, 0, 0, 1, 3)):
            value = self.pick([value], {self.token(): value})
        return value

    def toml(self, value: Any) -> str:
        """*value* in TOML."""
        if isinstance(value, dict):
            return (
                "{"
                + ", ".join(f"{json.dumps(key)} = {self.toml(one)}" for key, one in value.items())
                + "}"
            )
        if isinstance(value, list):
            return "[" + ", ".join(map(self.toml, value)) + "]"
        return f"'''{value}'''" if isinstance(value, str) and self.often(0.1) else json.dumps(value)

    def pattern(self) -> str:
        """A pattern of paths."""
        return self.word(
            "*", "**/*.json", "a.json", "/sub/", "!a.json", "sub/**", "[a-z].json", "*.y?ml", "[[:alpha:]]", "**/x/**", "\\!a",
            "*a" * self.size(), "[" + "a-z" * self.size() + "]", "**/" * self.size(), "{a,b}", "#x", "[!", "a/",
        )  # fmt: skip

    def rules(self) -> tuple[Project, list[str]]:
        """Policies with rule files and facts."""
        project = self.policies()
        text = RULE
        for _ in range(self.pick(0, 1, 1, 2, 4)):
            lines = text.split("\n")
            at = self.chance.randrange(len(lines))
            key, colon, _ = lines[at].partition(": ")
            changed = self.pick(
                lambda key=key, colon=colon: f"{key}{colon}{json.dumps(self.value())}",
                lambda key=key, colon=colon: f"{key}{colon}{self.token()}",
                lambda line=lines[at]: f"{line}\n{line}",
                lambda: f"{self.word(*RULE_KEYS)}: {json.dumps(self.value())}",
                lambda: "",
                lambda: self.word(*MATCHES),
            )()
            lines[at] = changed
            text = "\n".join(lines)
        if self.often(0.05):
            text += "x: " + self.pick("[", "{a: ", "&a [*a, ", "!x ") * self.depth()
        project["rules/a.yaml"] = text.encode("utf-8", "surrogatepass")
        if self.often(0.2):
            facts = {
                "sets": {
                    self.word("s"): {"values": self.list_or_one(3, lambda: self.word(*MATCHES))}
                }
            }
            project["rules/facts/f.yaml"] = json.dumps(self.pick(facts, self.value())).encode()
        project[SETTINGS[0]] = b"rules: [rules]\n"
        command = self.pick(["lint"], ["lint"], ["check-rules"], ["rules"], ["explain"])
        if command == ["lint"]:
            return project, [*self.options(), "."]
        rest = {
            "check-rules": ["rules"],
            "rules": ["--rules", "rules"],
            "explain": ["--rules", "rules", "ACME1"],
        }
        return project, [*command, *rest[command[0]]]

    def paths(self) -> tuple[Project, list[str]]:
        """Hostile names, links, pipes and deep folders; output to any of them."""
        project = self.policies()
        for _ in range(self.pick(1, 2, 4, 8)):
            name = self.name()
            kind = self.chance.random()
            if kind < 0.35:
                project[name] = str(self.pick(*TARGETS_OF_LINKS))
            elif kind < 0.4:
                project[name] = ""
            else:
                generator = GENERATORS[self.pick(*GENERATORS)](self.chance)
                project[name] = generator.text().encode("utf-8", "surrogatepass")
        project[self.pick("main.tf", "m/main.tf", "x.tf")] = self.module().encode(
            "utf-8", "surrogatepass"
        )
        options = self.options()
        if self.often(0.2):
            output: str = self.pick(self.name(), "findings.sarif", "link", "sub/out", "m")
            if project.get(output) != "":  # writing to a pipe waits for a reader
                options += ["--output", output]
        if self.often(0.1):
            options += ["--baseline", str(self.pick(self.name(), BASELINE, "link"))]
        if self.often(0.1):
            options += [self.name()]  # where pre-commit would put it
        if self.often(0.1):
            options += ["--jobs", "2"]
        named = [name for name in project if self.often(0.3)]
        return project, [
            *options,
            *self.pick(["."], ["."], ["--", *named], [*named, "."], [".", "../outside"]),
        ]

    def name(self) -> str:
        """A path in the project."""
        name: str = self.pick(*NAMES, BASELINE, "link", "sub/link", "findings.sarif", "m", "rules")
        if self.often(0.03):
            name = "d/" * self.chance.randint(1, self.pick(20, 200)) + name
        return name

    def module(self) -> str:
        """A module that names files and folders."""
        lines = [
            self.pick(
                f'module "m{number}" {{\n  source = "{self.path()}"\n}}',
                f'locals {{\n  l{number} = {self.word("file", "templatefile", "fileset", "fileexists")}("{self.path()}", {{}})\n}}',
                f'resource "aws_iam_policy" "p{number}" {{\n  policy = file("{self.path()}")\n}}',
                f'# source = "{self.path()}"',
            )
            for number in range(self.pick(1, 2, 5))
        ]
        return "# cloudtrail policy\n" + "\n".join(lines) + "\n"


KEYS = (
    "select", "ignore", "rules", "include", "exclude", "severity", "per-path", "suppress", "kinds", "sets", "scope", "pedantic",
    "fail-on", "limits", "baseline",
)  # fmt: skip
VALID: dict[str, Callable[[ProjectGenerator], Any]] = {
    "exclude": lambda self: self.some(5, self.pattern),
    "include": lambda self: self.some(5, self.pattern),
    "ignore": lambda self: self.some(3, lambda: self.word("CT101", "CT2", "delivery")),
    "kinds": lambda self: {self.pattern(): "scp" for _ in range(self.pick(1, 5, 50))},
    "severity": lambda self: {self.word("CT101", "delivery"): self.word("error", "info")},
    "per-path": lambda self: {self.pattern(): {"ignore": ["CT101"], "severity": {"CT1": "info"}}},
    "suppress": lambda self: self.some(
        6,
        lambda: {
            "rule": "CT101",
            "reason": self.token(),
            self.word("path", "sid", "owner", "expires"): self.word(
                "*a", "a.json", "2027-01-01", "*" * 20
            ),
        },
    ),
    "limits": lambda self: {
        self.word("file-size", "aliases", "policy", "nesting"): self.pick(1, 2, 10**4)
    },
    "baseline": lambda self: self.path(),
    "rules": lambda self: [self.path()],
}
RULE_KEYS = (
    "match",
    "cases",
    "needs",
    "url",
    "tags",
    "supersedes",
    "confidence",
    "report",
    "related",
    "fix",
    "id",
    "name",
)
MATCHES = (
    '    some: {overlaps: ["cloudtrail:*a*b"]}', '    every: {covers: ["$s"]}', "  resource: {some: {matches: ['*?*']}}",
    "  condition: {none: {key: aws:*}}", "  principal: {some: {covers: ['*']}}", "  effect: Deny", "  any:\n  - effect: Allow",
    "  not: {effect: Deny}", "cloudtrail:*", "*a" * 500,
)  # fmt: skip


class Sandbox:
    """A folder in which projects are made, beside ``victim`` and ``outside``, which no run may change."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.project = top.resolve() / "project"
        self._reset()

    def _reset(self) -> None:
        """Make all that is beside the project anew."""
        for path in self.top.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        (self.top / "outside").mkdir()
        (self.top / "victim").write_text(VICTIM)
        (self.top / "outside" / "a.json").write_text("{}")

    def make(self, project: Mapping[str, bytes | str]) -> None:
        """Create *project*; what the file system refuses is left out."""
        try:
            shutil.rmtree(self.project, ignore_errors=False)
        except FileNotFoundError:
            pass
        except (OSError, RecursionError):
            subprocess.run(["rm", "-rf", str(self.project)], check=True)
        (self.project / ".git").mkdir(parents=True)
        for name, content in project.items():
            path = self.project / name
            with contextlib.suppress(OSError, ValueError):
                if path.parent.resolve().is_relative_to(self.project) and not path.is_symlink():
                    path.parent.mkdir(parents=True, exist_ok=True)
                    if isinstance(content, bytes):
                        path.write_bytes(content)
                    elif content:
                        path.symlink_to(content)
                    else:
                        os.mkfifo(path)

    def check(
        self, project: Mapping[str, bytes | str], arguments: Sequence[str], slow: float
    ) -> None:
        """Run the command in *project*; raises ``InvariantError``."""
        self.make(project)
        os.chdir(self.project)
        command = [*arguments] if arguments[0] in COMMANDS else ["lint", *arguments]
        started = time.process_time()
        try:
            status, out, err = run(command)
        finally:
            os.chdir(self.top)
        took = time.process_time() - started
        if status not in (0, 1, 2) or (status == 2 and not err):
            raise InvariantError(f"exit code {status}: {err[-300:]!a}")
        if took > slow:
            raise InvariantError(f"took {took:.0f} seconds")
        check_output(command, status, out, err)
        self._compare()

    def _compare(self) -> None:
        """Raise ``InvariantError`` if a run changed what is outside of the project."""
        there = sorted(path.name for path in self.top.iterdir())
        kept = (self.top / "victim").read_text() == VICTIM
        kept = kept and (self.top / "outside" / "a.json").read_text() == "{}"
        kept = kept and sorted(path.name for path in (self.top / "outside").iterdir()) == ["a.json"]
        if not kept or there != ["outside", "project", "victim"]:
            self._reset()
            raise InvariantError(f"wrote outside of the project: {there}")


def run(command: list[str]) -> tuple[Any, str, str]:
    """Exit code and output of *command*, in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status: Any = main(command)
        except SystemExit as end:
            status = end.code
        except Exception as error:  # the command prints it, and exits with 3
            raise InvariantError(f"internal error: {type(error).__name__}: {error}") from error
    return status, out.getvalue(), err.getvalue()


def check_output(command: list[str], status: int, out: str, err: str) -> None:
    """Raise ``InvariantError`` for output that no run may print."""
    text = out + err
    for style in STYLES if "always" in command else ():
        text = text.replace(style, "")
    allowed = "\n\t\r" if "--diff" in command else "\n\t"  # a diff keeps the ends of lines
    if not all(char.isprintable() or char in allowed for char in text):
        raise InvariantError("a control character in the output")
    if "json" in command and status != 2 and not NO_REPORT & {*command}:
        try:
            json.loads(out)
        except ValueError:
            raise InvariantError("not valid JSON") from None


NO_REPORT = {"--diff", "--output", "--show-settings"}
COMMANDS = ("lint", "rules", "explain", "check-rules")


def project_of(target: str, chance: random.Random) -> tuple[Project, list[str]]:
    """A project and arguments for *target*: ``settings``, ``rules`` or ``paths``."""
    generator = ProjectGenerator(chance)
    makers = {"settings": generator.settings, "rules": generator.rules, "paths": generator.paths}
    return makers[target]()
