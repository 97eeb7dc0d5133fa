"""Input that is made to crash, to hang, to fill the memory, to read what it may not or to fool who reads the report.

Whatever is fed to the command, it ends by itself with an exit code of its
own, in bounded time and memory. Both are bounded by the operating system and
not by a clock, so that a busy machine fails nothing.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.report.formats import FORMATS
from support.paths import PROJECT
from support.rules import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60
"""Of processor time; what is here takes two at most."""
MEMORY = 2 * 1024**3
DEEP = 100_000
GOOD_ENDS = (0, 1)


class Outcome:
    """What a command did."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err

    def rules(self) -> set[str]:
        """The names of the rules that found something, in a text report."""
        return {
            line.rpartition("(")[2].rstrip(")")
            for line in self.out.splitlines()
            if ": error " in line or ": warning " in line
        }


def lint(folder: Path, *arguments: str, ends: tuple[int, ...] = GOOD_ENDS) -> Outcome:
    """Run ``lint`` in *folder* within ``SECONDS`` and ``MEMORY``; it ends by itself, and says nothing unreadable."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    done = subprocess.run(
        [sys.executable, "-B", "-m", "cloudtrail_policylint", "lint", *arguments],
        cwd=folder,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        preexec_fn=limit,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
    assert done.returncode in ends, (done.returncode, out[-500:], err[-500:])
    assert "internal error" not in err
    assert all(char.isprintable() or char == "\n" for char in out + err)
    return Outcome(done.returncode, out, err)


def policy(**changes: Any) -> str:
    """A policy with a mistake (an unknown action), changed."""
    statement = {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*", **changes}
    return json.dumps({"Statement": [statement]})


def terraform(expression: str) -> str:
    """A module with a policy that *expression* makes."""
    return f'resource "aws_iam_policy" "cloudtrail" {{\n  policy = {expression}\n}}\n'


def template(document: str) -> str:
    """A template with a policy that *document*, in YAML's flow style, makes."""
    return f"Resources:\n  R:\n    Type: AWS::IAM::Policy\n    Properties: {{PolicyDocument: {document}}}\n"


def bomb(first: str, times: int = 20) -> str:
    """YAML lists, each of nine aliases of the one before, of which *first* is the first."""
    names = [f"a{number}" for number in range(times)]
    lines = [f"a0: &a0 {first}"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in pairwise(names)
    ]
    return "\n".join([*lines, f"Statement: *{names[-1]}", ""])


NESTED = {
    "brackets.json": "[" * DEEP + '"cloudtrail policy"' + "]" * DEEP,
    "objects.json": '{"cloudtrail policy":' * DEEP + "1" + "}" * DEEP,
    "open.json": '{"Statement": "cloudtrail", "a":' + "[" * DEEP,
    "flow.yaml": "cloudtrail policy: " + "[" * DEEP + "]" * DEEP,
    "flow-maps.yaml": "cloudtrail policy: " + "{a: " * DEEP + "1" + "}" * DEEP,
    "blocks.yaml": "cloudtrail policy:\n" + "- " * DEEP + "x\n",
    "block-maps.yaml": "cloudtrail policy:\n" + "".join(" " * i + "a:\n" for i in range(2000)),
    "complex-keys.yaml": "# cloudtrail policy\n" + "? " * DEEP + "x\n",
    "functions.yaml": "cloudtrail policy: " + "!Not [" * DEEP,
    "brackets.tf.json": '{"resource": {"aws_iam_policy": {"cloudtrail": {"policy": '
    + "[" * DEEP
    + "]" * DEEP
    + "}}}}",
    "brackets.tf": terraform("[" * DEEP + '"cloudtrail"' + "]" * DEEP),
    "objects.tf": terraform("{a=" * DEEP + '"cloudtrail"' + "}" * DEEP),
    "parentheses.tf": terraform("(" * DEEP + '"cloudtrail"' + ")" * DEEP),
    "blocks.tf": "cloudtrail {\n" * DEEP + "}\n" * DEEP + "# policy",
    "templates.tf": terraform('"' + '${"' * DEEP + "cloudtrail" + '"}' * DEEP + '"'),
    "interpolations.tf": terraform('"' + "${" * DEEP + "cloudtrail" + "}" * DEEP + '"'),
    "calls.tf": terraform("jsonencode(" * DEEP + '"cloudtrail"' + ")" * DEEP),
    "loops.tf": terraform("[for x in " * DEEP + '"cloudtrail"' + ": x]" * DEEP),
}
SEEN_THROUGH = {
    "conditionals.tf": terraform("true ? 1 : " * DEEP + '"cloudtrail"'),
    "conditions.tf": terraform("true ? " * DEEP + '"cloudtrail"' + " : 1" * DEEP),
    "negations.tf": terraform("!" * DEEP + '"cloudtrail"'),
    "attributes.tf": terraform("cloudtrail" + ".a" * DEEP),
    "sums.tf": terraform("1" + "+1" * DEEP) + "# cloudtrail",
    "directives.tf": terraform('"' + "%{ if true }" * 20_000 + "cloudtrail" + "%{ endif }" * 20_000 + '"'),
    "escaped.json": '{"Policy":"' + '{\\"Policy\\":' * DEEP + 'cloudtrail"}',
    "anchors.yaml": "cloudtrail policy: " + "&a " * DEEP + "x\n",
    "tags.yaml": "cloudtrail policy: " + "!Sub " * DEEP + "x\n",
}  # fmt: skip


@pytest.mark.parametrize("name", NESTED)
def test_nesting_without_end_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(NESTED[name])
    assert "limit-exceeded" in lint(tmp_path, name).rules()


def test_nesting_of_other_kinds_is_survived(tmp_path: Path) -> None:
    for name, text in SEEN_THROUGH.items():
        (tmp_path / name).write_text(text)
    lint(tmp_path)


EXPANDING = {
    "aliases.yaml": bomb('["cloudtrail policy"]'),
    "statements.yaml": bomb('{Effect: Deny, Action: "cloudtrail:Nope", Resource: "*"}'),
    "merges.yaml": "b0: &b0 {cloudtrail: policy}\n"
    + "".join(f"b{i}: &b{i}\n  <<: [*b{i - 1}, *b{i - 1}]\n  k{i}: 1\n" for i in range(1, 1000)),
    "joins.yaml": template(
        "{Statement: [{Effect: Deny, Resource: '*', Action: "
        + "!Join ['cloudtrail:', [a," * 80 + "x" + "]]" * 80 + "}]}"
    ),
    "main.tf": 'locals {\n a0 = ["cloudtrail"]\n'
    + "".join(f" a{i} = concat(local.a{i - 1}, local.a{i - 1})\n" for i in range(1, 60))
    + "}\n"
    + terraform("jsonencode(local.a59)"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPANDING)
def test_what_expands_without_end_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(EXPANDING[name])
    assert "limit-exceeded" in lint(tmp_path, name).rules()


def test_what_refers_to_itself_is_survived(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: &a [*a, cloudtrail policy]\n")
    (tmp_path / "b.yaml").write_text(
        "Parameters: {A: {Default: !Ref A, Type: String}}\nConditions: {C: !Condition C}\n"
        + template("!If [C, !Ref A, {Statement: [{Effect: Deny, Action: !Sub 'cloudtrail:${A}'}]}]")
    )
    (tmp_path / "a.tf").write_text(
        "locals {\n a = local.b\n b = local.a\n}\n" + terraform("local.a")
    )
    (tmp_path / "b.tf").write_text('module "cloudtrail" {\n  source = "./"\n  policy = 1\n}\n')
    lint(tmp_path)


def test_a_file_beyond_the_limit_is_told_and_not_read(tmp_path: Path) -> None:
    for name, line in (
        ("a.json", b"{'cloudtrail': "),
        ("a.yaml", b""),
        ("a.tf", b"# cloudtrail\n"),
    ):
        with (tmp_path / name).open("wb") as file:
            file.write(line)
            file.truncate(1024**4)
    outcome = lint(tmp_path, "a.json", "a.yaml", "a.tf")
    assert outcome.out.count("larger than 32 MiB (limit file-size: ") == 2
    assert "larger than 4 MiB (limit terraform-file-size: " in outcome.out
    found = lint(tmp_path, ".").out
    assert "a.json" in found
    assert "a.yaml" not in found  # nobody named it, and nothing in it is about CloudTrail


LARGE = {
    "one-line.json": '{"Statement":[{"Effect":"Deny","Action":["cloudtrail:Nope"' + ',"s3:Get"' * 30_000 + '],"Resource":"*"}]}',
    "actions.json": policy(Action=[f"cloudtrail:Get{i}" for i in range(200)] + ["s3:Get"] * 20_000),
    "wildcards.json": policy(Action="cloudtrail:" + "*a" * 10_000),
    "question-marks.json": policy(Action="cloudtrail:" + "?*" * 10_000 + "Z"),
    "resource.json": policy(Action="cloudtrail:StopLogging", Resource="arn:aws:cloudtrail:" + "*a" * 10_000 + ":*:trail/" + "*?" * 10_000),
    "arn.json": policy(Effect="Allow", Action="cloudtrail:CreateTrail", Resource="arn:aws:cloudtrail:us-east-1:123456789012:trail/" + "a" * 2**20),
    "million.json": policy(Action=["cloudtrail:Nope"] * 1_000_000),
    "string.json": policy(Sid="a" * 20 * 2**20),
    "beyond.json": policy(Sid="a" * 50 * 10**6),
    "colons.json": policy(Effect="Allow", Action="cloudtrail:CreateTrail", Resource="arn:aws:cloudtrail:" + ":" * 100_000),
    "conditions.json": policy(Action="cloudtrail:*", Condition={"StringEquals": {f"aws:ResourceTag/{i}": "x" for i in range(2000)}}),
    "keys.json": '{"Statement":{"Effect":"Deny",' + ",".join(['"Action":"cloudtrail:Nope"'] * 5000) + "}}",
    "commas.json": '{"Statement":[{"Effect":"Deny","Action":["cloudtrail:Nope"' + "," * 100_000 + ']}]}',
    "quotes.json": '{"cloudtrail": "policy" ' + '"' * 100_000,
    "comments.json": '{"cloudtrail": "policy" ' + "/**/" * 100_000,
    "number.json": policy().replace('"*"', "1" + "0" * 100_000),
    "numbers.yaml": "cloudtrail policy: [1e999999999, 0x" + "f" * 100_000 + ", " + "1:" * 50_000 + "1]",
    "documents.yaml": "--- cloudtrail policy\n" * 10_000,
    "broken-documents.yaml": "--- [cloudtrail policy\n" * 500,
    "suppressions.yaml": "# policylint: allow" + ", CT203" * 2000 + " -- x\n# policylint:" + " " * 100_000 + "allow\n" + template("{Statement: []}"),
    "substitutions.yaml": template('{Statement: [{Effect: Deny, Resource: "*", Action: !Sub "cloudtrail:' + "${A}" * 20_000 + '"}]}'),
    "numbers.tf": terraform("pow(10, 1000000000)") + terraform("range(1000000000)") + terraform('format("%999999999d", 1)') + terraform('join("cloudtrail", range(0, 100000))'),
    "expressions.tf": terraform('regex("(a+)+$", "*a" * 100 + "b/**/x", "' + "a" * 5000 + 'b")') + terraform('replace("' + "a" * 5000 + 'b", "/(a|a)*$/", "cloudtrail")'),
}  # fmt: skip


def test_what_is_large_takes_its_time_and_no_more(tmp_path: Path) -> None:
    for name, text in LARGE.items():
        (tmp_path / name).write_text(text)
    outcome = lint(tmp_path)
    assert "one-line.json:1:42: error CT101" in outcome.out
    assert (
        "million.json:1:1: error CT005 the policy was not checked: it expands to more than"
        in outcome.out
    )
    assert "string.json:1:" in outcome.out
    assert "beyond.json:1:1: error CT005 not checked: larger than 32 MiB" in outcome.out


# -- text


ENCODED = {
    "bad.json": (policy().encode() + b"\xff", "unreadable-file"),
    "bom16.json": (policy().encode("utf-16"), "unreadable-file"),
    "little16.json": (policy().encode("utf-16-le"), "unreadable-file"),
    "big16.yaml": (policy().encode("utf-16-be"), "unreadable-file"),
    "half.json": (policy().replace("Nope", "\ud800").encode("utf-8", "surrogatepass"), "unreadable-file"),
    "bom.json": (b"\xef\xbb\xbf" + policy().encode(), "unknown-action"),
    "boms.yaml": (b"\xef\xbb\xbf\xef\xbb\xbf" + policy().encode(), "unknown-action"),
    "nul.json": (policy().replace("Nope", "\0").encode(), "syntax-error"),
    "nul.yaml": (policy().replace("Nope", "\0").encode(), "syntax-error"),
    "nul.tf": (terraform('"cloudtrail\0"').encode(), "syntax-error"),
    "written-nul.json": (policy(Action="cloudtrail:\0").encode(), "unknown-action"),
    "written-half.json": (policy(Action="cloudtrail:\ud800").encode(), "unknown-action"),
    "written-half.yaml": (policy(Action="cloudtrail:\ud800").encode(), "syntax-error"),
    "written-half.tf": (terraform(f"jsonencode({policy(Action='cloudtrail:' + chr(0xD800))})").encode(), "unknown-action"),
    "escapes.json": (policy(Action="cloudtrail:\x1b[31m\x9b\r\n\x07").encode(), "unknown-action"),
    "bidirectional.json": (policy(Action="cloudtrail:\u202eepoN\u2066\u200b\x7f").encode(), "unknown-action"),
    "bidirectional.yaml": (template('{Statement: [{Effect: Deny, Action: "cloudtrail:\u202e\u2028", Resource: "*"}]}').encode(), "unknown-action"),
    "bidirectional.tf": (terraform('jsonencode({Statement = [{Effect = "Deny", Action = "cloudtrail:\u202e\x7f", Resource = "*"}]})').encode(), "unknown-action"),
}  # fmt: skip


def main_in(
    folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    here = os.getcwd()
    os.chdir(folder)
    try:
        status = main(["lint", *arguments])
    finally:
        os.chdir(here)
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("name", ENCODED)
def test_texts_that_are_not_what_they_seem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    data, rule = ENCODED[name]
    (tmp_path / name).write_bytes(data)
    status, out, _ = main_in(tmp_path, capsys, name)
    assert status == 1
    assert f"({rule})" in out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("color", ["always", "never"])
def test_no_report_lets_a_file_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str, color: str
) -> None:
    for name, (data, _) in ENCODED.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "\x1b[31m\u202ename.json").write_bytes(ENCODED["escapes.json"][0])
    status, out, err = main_in(tmp_path, capsys, "--format", form, "--color", color, ".")
    assert status == 1
    ours = out.replace("\x1b[0m", "")
    for number in ("1;31", "1;33", "1;36"):
        ours = ours.replace(f"\x1b[{number}m", "")
    assert all(char.isprintable() or char in "\n\t" for char in ours + err)
    out.encode("utf-8")


# -- files


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "folder.json" / "policy.json").write_text(policy())
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "device.json").symlink_to("/dev/zero")
    (tmp_path / "loop.json").symlink_to("loop.json")
    (tmp_path / "nowhere.json").symlink_to("nowhere")
    (tmp_path / "above").symlink_to(".")
    (tmp_path / "module.tf").symlink_to("/dev/zero")
    outcome = lint(tmp_path, ".")
    assert outcome.out.count("\n") == 1
    assert outcome.out.startswith("folder.json/policy.json:1:")
    names = ("pipe.json", "device.json", "loop.json", "nowhere.json", "module.tf", "folder.json")
    named = lint(tmp_path, *names)
    assert named.out.count("unreadable-file") == 5
    assert "folder.json/policy.json:1:" in named.out


def test_names_that_are_no_text(tmp_path: Path) -> None:
    for name in (
        b"new\nline.json",
        b"\xff\xfe.json",
        b"\x1b[31m.json",
        b"-.json",
        b"\xed\xa0\x80.json",
    ):
        (tmp_path / os.fsdecode(name)).write_text(policy())
    outcome = lint(tmp_path, ".")
    assert outcome.out.count("unknown-action") == outcome.out.count("\n") == 5
    assert "new\\nline.json:1:" in outcome.out
    assert "\\udcff\\udcfe.json:1:" in outcome.out
    for form in FORMATS:
        lint(tmp_path, "--format", form, ".")


def test_files_that_change_while_they_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a.json", "b.json", "c.json", "d.json", "e.json"):
        (tmp_path / name).write_text(policy())
    real = os.stat

    def stat(path: Any, *rest: Any, **named: Any) -> os.stat_result:
        state = real(path, *rest, **named)
        if sys._getframe(1).f_code.co_name != "read_bytes":
            return state
        if str(path).endswith("a.json"):
            os.remove(path)  # vanishes
        elif str(path).endswith("b.json"):
            Path(path).write_text("{")  # becomes another
        elif str(path).endswith("c.json"):
            os.remove(path)
            os.mkdir(path)  # becomes a folder
        elif str(path).endswith("d.json"):
            os.remove(path)
            os.mkfifo(path)  # becomes a pipe that nobody writes to
        return state

    monkeypatch.setattr(os, "stat", stat)
    status, out, _ = main_in(tmp_path, capsys, *(f"{name}.json" for name in "abcde"))
    assert status == 1
    assert "a.json:1:1: error CT006 cannot be read: no such file or directory" in out
    assert "c.json:1:1: error CT006 cannot be read: is a directory" in out
    assert "d.json:1:1: error CT006 cannot be read: not a regular file" in out
    assert "e.json:1:" in out


def test_files_and_folders_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "a.json").write_text(policy())
    (tmp_path / "b.json").write_text(policy())
    (tmp_path / "c.json").write_text(policy())
    real_open, real_scan = os.open, os.scandir

    def refusing(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def act(path: Any = ".", *rest: Any, **named: Any) -> Any:
            if str(path).endswith(name):
                raise PermissionError(13, "Permission denied")
            return real(path, *rest, **named)

        return act

    # Whoever runs this may be allowed everything, so that permissions prove nothing.
    monkeypatch.setattr(os, "open", refusing(real_open, "b.json"))
    monkeypatch.setattr(os, "scandir", refusing(real_scan, "closed"))
    status, out, _ = main_in(tmp_path, capsys, "b.json", ".")
    assert status == 1
    assert "b.json:1:1: error CT006 cannot be read: permission denied" in out
    assert "c.json:1:" in out


# -- what is not the project's


SECRET = '{"Statement": [{"Effect": "Deny", "Action": "cloudtrail:Secret", "Resource": "*"}]}'


def test_nothing_outside_of_the_project_is_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(SECRET)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "main.tf").write_text(terraform(f"jsonencode({SECRET})"))
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "link.json").symlink_to("../secret.json")
    (project / "folder").symlink_to("../outside")
    expressions = (
        'file("/etc/passwd")',
        f'file("{tmp_path}/secret.json")',
        'file("../secret.json")',
        'file("${path.module}/../secret.json")',
        'file("${path.module}/link.json")',
        'templatefile("../secret.json", {})',
        'file("folder/../../secret.json")',
        'jsonencode(jsondecode(file("../secret.json")))',
    )
    (project / "main.tf").write_text(
        "# cloudtrail\n"
        + "".join(map(terraform, expressions))
        + 'module "a" {\n  source = "../outside"\n}\nmodule "b" {\n  source = "./folder"\n}\n'
    )
    outcome = lint(project, "main.tf")
    assert outcome.out == ""


def test_tags_of_yaml_build_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = '!!python/object/apply:os.system ["touch called"]'
    (tmp_path / "a.yaml").write_text(f"cloudtrail: {call}\nStatement: []\n")
    lint(tmp_path, "a.yaml")
    (tmp_path / ".cloudtrail-policylint.yaml").write_text(f"select: {call}\n")
    status, _, err = main_in(tmp_path, capsys, "a.yaml")
    os.remove(tmp_path / ".cloudtrail-policylint.yaml")
    assert (status, "no rule is called touch called" in err) == (2, True)
    (tmp_path / "rule.yaml").write_text(f"id: {call}\n")
    status, _, err = main_in(tmp_path, capsys, "--rules", "rule.yaml", "a.yaml")
    assert status == 2
    assert "rule.yaml:1:" in err
    assert not (tmp_path / "called").exists()


# -- settings, baselines and rules, which a repository brings along


SETTINGS = ".cloudtrail-policylint.yaml"
BASELINE = ".cloudtrail-policylint-baseline.json"
LOOKUP = policy(Effect="Allow", Action="cloudtrail:LookupEvents")


def rule(number: int, before: str = "", after: str = "") -> str:
    """The rule above as the one with *number*, changed."""
    assert before in RULE
    text = RULE.replace(before, after) if before else RULE
    return text.replace("ACME1", f"ACME{number}").replace("wide-lookup", f"wide-lookup-{number}")


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose settings name a folder of rules."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "rules").mkdir()
    (project / "policy.json").write_text(LOOKUP)
    (project / SETTINGS).write_text("rules: [rules]\n")
    return project


def refused(folder: Path, *arguments: str) -> str:
    """What ``lint`` says that it does not do at all; one line."""
    outcome = lint(folder, *(arguments or (".",)), ends=(2,))
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    assert len(outcome.err) < 1000
    return outcome.err


WRONG_RULES = {
    "nested": (rule(1, "match:\n", "match: " + "[" * DEEP), "nested deeper than"),
    "nested maps": (rule(1, "match:\n", "match: " + "{a: " * DEEP), "nested deeper than"),
    "bomb": (bomb("[x]"), "(limit aliases: "),
    "one alias": ("id: &a [*a]\n", "stands inside the value that it stands for"),
    "tag": ("!!python/object/apply:os.system [touch here]\n", "not a YAML mapping"),
    "tagged value": (rule(1, "Because.", "!!python/object/apply:os.system [touch here]"), "why: "),
    "control": (rule(1, "LookupEvents\n", '"\\e[31m\\u202e"\n').replace("subject: statement", 'subject: "\\e[31m\\u202e"'), "\\x1b[31m"),
    "long": (rule(1, "severity: warning", "severity: " + "x" * 100_000), "rules/a.yaml:4:11: xxx"),
    "unknown keys": (rule(1) + "".join(f"k{i}: 1\n" for i in range(20_000)), "is not part of a rule"),
    "many of two types": (rule(1, '["cloudtrail:LookupEvents"]', "[" + ",".join(f"a{i},{i}" for i in range(20_000)) + "]"), "covers"),
    "operand": (rule(1, "cloudtrail:LookupEvents", "cloudtrail:" + "*a" * 10_000), "covers"),
    "braces": (rule(1, "{action} is", "{" * 50_000), "the message has a brace"),
    "numbers": (rule(1, "Because.", "1" + "0" * 100_000), "why: "),
    "not UTF-8": ("\ud800", "it is not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_RULES)
def test_a_rule_that_is_none_is_said_in_one_line(hostile: Path, name: str) -> None:
    text, message = WRONG_RULES[name]
    (hostile / "rules" / "a.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    said = refused(hostile)
    assert said.startswith("rules/a.yaml:")
    assert message in said
    assert not (hostile / "here").exists()


FACTS = {
    "no mapping": "sets: 5\n",
    "no set": "sets: {a: 3}\n",
    "no values": "sets: {a: {values: x}}\n",
    "numbers": "sets: {a: {values: [1, [2]]}}\n",
    "other key": "x: 1\n",
    "nested": "sets: " + "{a: " * DEEP,
}


@pytest.mark.parametrize("name", FACTS)
def test_facts_that_are_none_are_said_in_one_line(hostile: Path, name: str) -> None:
    (hostile / "rules" / "facts").mkdir()
    (hostile / "rules" / "facts" / "f.yaml").write_text(FACTS[name])
    (hostile / "rules" / "a.yaml").write_text(RULE)
    assert refused(hostile).startswith("rules/facts/f.yaml:1:")


def test_more_rules_than_the_limit(hostile: Path) -> None:
    for number in range(10_000):
        (hostile / "rules" / f"{number}.yaml").write_text(rule(number))
    assert "rules: more than 1,000 rule files (limit rule-files: " in refused(hostile)


def test_more_of_rules_than_the_limit(hostile: Path) -> None:
    (hostile / "rules" / "facts").mkdir()
    (hostile / "rules" / "a.yaml").write_text(RULE)
    values = "".join(f"    - cloudtrail:{i}\n" for i in range(1_000_000))
    (hostile / "rules" / "facts" / "f.yaml").write_text(f"sets:\n  a:\n    values:\n{values}")
    assert "larger than 4 MiB (limit rules-size: " in refused(hostile)
    for number in range(5):
        (hostile / "rules" / f"{number}.yaml").write_text(f"#{' ' * 1024 * 1023}\n" + rule(number))
    (hostile / "rules" / "facts" / "f.yaml").write_text("sets: {}\n")
    assert "rules: more than 4 MiB of rules (limit rules-size: " in refused(hostile)
    (hostile / SETTINGS).write_text("rules: [rules]\nlimits: {rule-files: 2}\n")
    assert "rules: more than 2 rule files (limit rule-files: " in refused(hostile)
    (hostile / SETTINGS).write_text("rules: [rules]\nlimits: {rules-size: 9}\n")
    refusal = refused(hostile)
    assert "0.yaml" not in refusal, refusal  # the first one is as good as any
    (hostile / "rules" / "a.yaml").unlink()
    assert "ACME4" in lint(hostile, ".").out


def test_as_much_as_the_limits_allow_ends(hostile: Path) -> None:
    (hostile / "rules" / "facts").mkdir()
    values = "".join(f"    - cloudtrail:{i}*{i}\n" for i in range(50_000))
    (hostile / "rules" / "facts" / "f.yaml").write_text(f"sets:\n  a:\n    values:\n{values}")
    for number in range(3):
        wide = rule(number, '["cloudtrail:LookupEvents"]', '["$a", "cloudtrail:Look*"]')
        (hostile / "rules" / f"{number}.yaml").write_text(wide.replace("covers", "overlaps"))
    (hostile / "policy.json").write_text(policy(Action=[f"cloudtrail:L*{i}" for i in range(7)]))
    (hostile / "rules" / "10.yaml").write_text(
        rule(10, "cloudtrail:LookupEvents", "cloudtrail:" + "*a?" * 600)
    )
    assert "ACME2" in lint(hostile, ".").out


@pytest.mark.parametrize("form", ["folder", "file"])
@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("pipe", "not a regular file"),
        ("/dev/zero", "a link out of the project"),
        ("../../outside.yaml", "a link out of the project"),
        ("a.yaml", "too many levels of symbolic links"),
        ("nowhere", "no such file or directory"),
    ],
)
def test_a_rule_file_that_is_none(hostile: Path, kind: str, message: str, form: str) -> None:
    (hostile.parent / "outside.yaml").write_text("secret: 1\n")
    path = hostile / "rules" / "a.yaml"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(kind)
    if form == "file":
        (hostile / SETTINGS).write_text("rules: [rules/a.yaml]\n")
        message = message.replace("a link out of the project", "rules lead out of the project")
        message = message.replace("too many levels of symbolic links", "no such file or folder")
        message = message.replace("no such file or directory", "no such file or folder")
    said = refused(hostile)
    assert message in said
    assert "secret" not in said


def test_a_folder_with_the_name_of_a_rule(hostile: Path) -> None:
    (hostile / "rules" / "a.yaml").mkdir()
    (hostile / "rules" / "above.yaml").symlink_to("..")
    assert refused(hostile) == "rules: no rule file there\n"
    (hostile / "rules" / "a.yaml" / "b.yaml").write_text(RULE)
    assert "ACME1" in lint(hostile, ".").out


@pytest.mark.parametrize("key", ["rules", "baseline"])
def test_settings_of_a_repository_name_nothing_outside_of_it(hostile: Path, key: str) -> None:
    outside = hostile.parent / "outside"
    outside.mkdir()
    (outside / "a.yaml").write_text("secret: [\n")
    (hostile / "link").symlink_to("../outside")
    for path in ("../outside", str(outside), "link", "rules/../../outside/a.yaml"):
        (hostile / SETTINGS).write_text(f"{key}: {path}\n")
        said = refused(hostile)
        assert f"{SETTINGS}:1:1: {key} lead out of the project: " in said
        assert "secret" not in said
    # Whoever runs it may.
    (outside / "a.yaml").write_text(RULE)
    (outside / "settings.yaml").write_text("rules: [a.yaml]\n")
    (hostile / SETTINGS).unlink()
    assert "ACME1" in lint(hostile, "--rules", "../outside/a.yaml", ".").out
    assert "ACME1" in lint(hostile, "--config", "../outside/settings.yaml", ".").out


WRONG_SETTINGS = {
    "nested": (SETTINGS, "rules: " + "[" * DEEP, "nested deeper than"),
    "bomb": (SETTINGS, bomb("[x]"), "(limit aliases: "),
    "tag": (SETTINGS, "rules: !!python/object/apply:os.system [touch here]\n", "no such file or folder"),
    "large": (SETTINGS, "#" + " " * 2**20, "larger than 1 MiB"),
    "nested TOML": ("pyproject.toml", "tool.cloudtrail-policylint.rules = " + "[" * DEEP, "nested too deep"),
    "deep TOML key": ("pyproject.toml", "tool.cloudtrail-policylint." + "a." * DEEP + "b = 1", "nested too deep"),
    "TOML of another kind": ("pyproject.toml", 'tool = "cloudtrail-policylint"\nrules = 1\n[x', "not valid TOML"),
    "large TOML": ("pyproject.toml", "# cloudtrail-policylint" + " " * 2**20, "larger than 1 MiB"),
    "many": (SETTINGS, "rules:\n" + "- x\n" * 50_000, "x: no such file or folder of rules"),
    "pattern": (SETTINGS, "exclude: ['" + "**/" * 50_000 + "']\nscope: x\n", "scope is one of"),
    "number": (SETTINGS, "limits: {aliases: 1" + "0" * 4000 + "}\n", "is a whole number from 1 to"),
    "NUL": ("pyproject.toml", '[tool.cloudtrail-policylint]\nrules = "\\u0000"\n', "rules is no path"),
    "bidirectional": (SETTINGS, '"\\e[31m\\u202e": 1\n', "\\x1b[31m\\u202e"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_settings_that_are_none_are_said_in_one_line(hostile: Path, name: str) -> None:
    file, text, message = WRONG_SETTINGS[name]
    (hostile / SETTINGS).unlink()
    (hostile / file).write_text(text)
    assert message in refused(hostile)
    assert not (hostile / "here").exists()


def test_patterns_of_settings_take_their_time_and_no_more(hostile: Path) -> None:
    wild = [
        "*a" * 50 + "b",
        "**/" * 500 + "x",
        "[" + "0-9" * 1000 + "]*",
        "(a+)+$",
        "*a" * 100 + "b/**/x",
        "**/*" * 30,
    ]
    (hostile / SETTINGS).write_text(json.dumps({"exclude": wild, "include": [*wild, "*.json"]}))
    (hostile / ".gitignore").write_text("\n".join(wild))
    folder = hostile / ("a" * 200) / ("a" * 200)
    folder.mkdir(parents=True)
    (folder / ("a" * 200 + ".json")).write_text(LOOKUP.replace("LookupEvents", "Nope"))
    assert "CT101" in lint(hostile, ".").out


@pytest.mark.parametrize("file", [SETTINGS, BASELINE])
def test_settings_and_baselines_that_are_no_files(hostile: Path, file: str) -> None:
    path = hostile / file
    makers: tuple[Callable[[], None], ...] = (
        lambda: os.mkfifo(path),
        lambda: path.symlink_to("/dev/zero"),
        path.mkdir,
        lambda: path.symlink_to(file),
    )
    for make in makers:
        path.unlink(missing_ok=True)
        make()
        for given in ((), ("--config", SETTINGS) if file == SETTINGS else ("--baseline", BASELINE)):
            assert refused(hostile, *given, ".").startswith(file)
        if path.is_dir():
            path.rmdir()


WRONG_BASELINES = {
    "large": ("", "larger than 32 MiB (limit file-size: "),
    "nested": ('{"version": 1, "findings": ' + "[" * DEEP, "not valid JSON: nested deeper than"),
    "nested and whole": ('{"version": 1, "findings": ' + "[" * DEEP + "]" * DEEP + "}", "not valid JSON: nested deeper than"),
    "nested elsewhere": ('{"version": 1, "findings": 1, "x": ' + "[" * 900 + "]" * 900 + "}", "findings is a list"),
    "number": ('{"version": 1' + "0" * 100_000 + "}", "not valid JSON"),
    "NUL": ('{"version": 1, "findings": [{"path": "\\u0000"}]}', "a finding has the text rule"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_BASELINES)
def test_baselines_that_are_none_are_said_in_one_line(hostile: Path, name: str) -> None:
    text, message = WRONG_BASELINES[name]
    (hostile / SETTINGS).unlink()
    (hostile / BASELINE).write_text(text)
    if not text:
        os.truncate(hostile / BASELINE, 200 * 2**20)
    assert message in refused(hostile)
