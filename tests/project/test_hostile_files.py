"""Policies, templates and modules that are made to crash the command, to hang it or to fill the memory.

Others try to read what they may not, or to fool who reads the report. Whatever
is linted, the command ends by itself with an exit code of its own, in bounded
time and memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.report.formats import FORMATS
from cloudtrail_policylint.rulebook.load import bundled
from cloudtrail_policylint.settings.model import Settings
from support.effort import calls
from support.hostile import DEEP, bomb, lint, main_in, policy, template, terraform
from support.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

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
    "blanks.tf": "# cloudtrail policy\nx = " + "\n" * DEEP,
    "questions.tf": "# cloudtrail policy\nx = " + "? " * DEEP,
    "loops.tf": terraform("[for x in " * DEEP + '"cloudtrail"' + ": x]" * DEEP),
}
SEEN_THROUGH = {
    "conditionals.tf": terraform("true ? 1 : " * DEEP + '"cloudtrail"'),
    "conditions.tf": terraform("true ? " * DEEP + '"cloudtrail"' + " : 1" * DEEP),
    "negations.tf": terraform("!" * DEEP + '"cloudtrail"'),
    "operators.tf": "# cloudtrail policy\nx = " + "!" * DEEP,
    "equals.tf": "# cloudtrail policy\nx = " + "=" * DEEP,
    "attributes.tf": terraform("cloudtrail" + ".a" * DEEP),
    "sums.tf": terraform("1" + "+1" * DEEP) + "# cloudtrail",
    "directives.tf": terraform('"' + "%{ if true }" * 20_000 + "cloudtrail" + "%{ endif }" * 20_000 + '"'),
    "escaped.json": '{"Policy":"' + '{\\"Policy\\":' * DEEP + 'cloudtrail"}',
    "anchors.yaml": "cloudtrail policy: " + "&a " * DEEP + "x\n",
    "tags.yaml": "cloudtrail policy: " + "!Sub " * DEEP + "x\n",
}  # fmt: skip


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_is_reported_as_limit_exceeded(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(NESTED[name])
    assert "limit-exceeded" in lint(tmp_path, name).rules()


def test_deep_expressions_escapes_and_tags_do_not_crash(tmp_path: Path) -> None:
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
def test_exponential_expansion_is_reported_as_limit_exceeded(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(EXPANDING[name])
    assert "limit-exceeded" in lint(tmp_path, name).rules()


def test_self_references_do_not_crash_or_hang(tmp_path: Path) -> None:
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


def test_files_larger_than_the_limit_are_reported_and_not_read(tmp_path: Path) -> None:
    for name, line in (
        ("a.json", b"{'cloudtrail': "),
        ("a.yaml", b""),
        ("a.tf", b"# cloudtrail\n"),
    ):
        with (tmp_path / name).open("wb") as file:
            file.write(line)
            file.truncate(1024**4)
    outcome = lint(tmp_path, "a.json", "a.yaml", "a.tf")
    assert outcome.out.count("larger than 32 MiB (raise limits.file-size in") == 2
    assert "larger than 4 MiB (raise limits.terraform-file-size in" in outcome.out
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
    "million.json": policy(Action=["cloudtrail:Nope"] * 400_000),
    "string.json": policy(Sid="a" * 20 * 2**20),
    "beyond.json": policy(Sid="a" * 50 * 10**6),
    "colons.json": policy(Effect="Allow", Action="cloudtrail:CreateTrail", Resource="arn:aws:cloudtrail:" + ":" * 100_000),
    "conditions.json": policy(Action="cloudtrail:*", Condition={"StringEquals": {f"aws:ResourceTag/{i}": "x" for i in range(500)}}),
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
    "integer.tf": terraform("1" * 100_000 + " + 1e999 + 1e99999"),
    "numbers.tf": terraform("pow(10, 1000000000)") + terraform("range(1000000000)") + terraform('format("%999999999d", 1)') + terraform('join("cloudtrail", range(0, 100000))'),
    "expressions.tf": terraform('regex("(a+)+$", "*a" * 100 + "b/**/x", "' + "a" * 5000 + 'b")') + terraform('replace("' + "a" * 5000 + 'b", "/(a|a)*$/", "cloudtrail")'),
}  # fmt: skip


def test_large_files_are_linted_in_bounded_time_and_memory(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("name", ENCODED)
def test_wrong_encodings_and_control_characters_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    data, rule = ENCODED[name]
    (tmp_path / name).write_bytes(data)
    status, out, _ = main_in(tmp_path, capsys, name)
    assert status == 1
    assert f"({rule})" in out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("color", ["always", "never"])
def test_no_report_contains_control_characters_from_a_file(
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


def test_pipes_devices_loops_and_folders_named_like_policies(tmp_path: Path) -> None:
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


NO_PATHS = {
    "comment/main.tf": '# source = "./a\0b"\n',
    "module/main.tf": 'module "a" {\n  source = "./a\\ud800"\n}\n',
    "file/main.tf": terraform('file("\\ud800.json")'),
    "template/main.tf": terraform('templatefile("a\\udfffb", {})'),
    "set/main.tf": terraform('join("cloudtrail", fileset("\\ud800", "*\\ud800*"))'),
    "long/main.tf": terraform('file("./' + "a/" * DEEP + '")'),
    "nested/a.json": '{"Resources": {"R": {"Type": "AWS::CloudFormation::Stack", "Properties": '
    '{"TemplateURL": "./a\\u0000b.yaml"}}, "S": {"Type": "AWS::CloudFormation::Stack", '
    '"Properties": {"TemplateURL": "x.json"}}}}',
    "nested/x.json": '{"Resources": {}}',
    "asset/a.yaml": "Resources:\n  R:\n    Type: AWS::CloudFormation::Stack\n    Metadata: "
    '{aws:asset:path: "\\0", aws:asset:property: TemplateURL}\n',
}


def test_texts_that_are_no_paths_name_no_files(tmp_path: Path) -> None:
    for name, text in NO_PATHS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "p.json").write_text(policy())
    assert "p.json:1:" in lint(tmp_path, ".").out


def test_folders_nested_deeper_than_python_recurses(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(policy())
    here = os.getcwd()
    try:
        os.chdir(tmp_path)
        for _ in range(1100):
            os.mkdir("a")
            os.chdir("a")
        (Path() / "p.json").write_text(policy())
    finally:
        os.chdir(here)
    try:
        assert lint(tmp_path, ".").out.count("p.json:1:") == 2
    finally:
        subprocess.run(["rm", "-rf", str(tmp_path / "a")], check=True)  # shutil recurses as well


def test_what_is_wrong_with_the_surroundings_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(policy())
    (tmp_path / "gone").mkdir()
    command = f"{sys.executable} -m cloudtrail_policylint lint"
    env = {**os.environ, "PYTHONPATH": str(PROJECT)}

    def refusal(arguments: str) -> str:
        script = f"{command} {arguments}"
        done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=env, capture_output=True)
        assert done.returncode == 2, done
        return done.stderr.decode()

    assert "standard input is closed" in refusal("--stdin-filename a.json - <&-")
    assert "standard input is closed" in refusal("--fix --stdin-filename a.json - <&-")
    too_large = "larger than 4 MiB (raise limits.terraform-file-size in"
    assert too_large in refusal("--stdin-filename a.tf - </dev/zero")
    too_large = "larger than 32 MiB (raise limits.file-size in"
    assert too_large in refusal("--fix --stdin-filename a.json - </dev/zero")
    if os.path.exists("/dev/full"):
        assert refusal("nothere 2>/dev/full") == ""
    command = f"cd gone && rmdir ../gone && {command}"
    assert "the current folder does not exist" in refusal(f"{tmp_path}/p.json")


def test_file_names_with_control_characters_or_a_wrong_encoding(tmp_path: Path) -> None:
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


def test_files_that_change_during_the_run(
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


@pytest.fixture
def denying(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Denies access to the files and folders with a name.

    Whoever runs this may be allowed everything, so that permissions prove nothing.
    """

    def deny(name: str, functions: tuple[str, ...] = ("open", "scandir", "listdir")) -> None:
        def refusing(real: Callable[..., Any]) -> Callable[..., Any]:
            def act(path: Any = ".", *rest: Any, **named: Any) -> Any:
                if os.path.basename(str(path)) == name:
                    raise PermissionError(13, "Permission denied")
                return real(path, *rest, **named)

            return act

        for function in functions:
            monkeypatch.setattr(os, function, refusing(getattr(os, function)))

    return deny


@pytest.mark.parametrize("paths", [["{}", "."], ["."]])
@pytest.mark.parametrize("name", ["b.json", "b.yaml", "b.tf", "b.template"])
def test_a_file_without_permission(
    tmp_path: Path,
    denying: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    name: str,
    paths: list[str],
) -> None:
    for other in (name, "c.json", "b.txt"):
        (tmp_path / other).write_text(policy())
    denying(name)
    denying("b.txt")
    status, out, _ = main_in(tmp_path, capsys, *(path.format(name) for path in paths))
    assert status == 1
    assert out.count("CT006") == 1
    assert f"{name}:1:1: error CT006 cannot be read: permission denied" in out
    assert "c.json:1:" in out


@pytest.mark.parametrize("given", [".", "closed"])
def test_a_folder_without_permission(
    tmp_path: Path, denying: Callable[..., None], capsys: pytest.CaptureFixture[str], given: str
) -> None:
    for folder in ("closed", "open", "node_modules/closed"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.json").write_text(policy())
    denying("closed")
    status, out, _ = main_in(tmp_path, capsys, given, "closed")
    expected = "closed:1:1: error CT006 cannot be read: permission denied; no file in this folder was checked"
    assert status == 1
    assert out.count("CT006") == 1
    assert expected in out
    assert ("open/a.json:1:" in out) == (given == ".")
    for form in ("full", "sarif", "html"):
        assert main_in(tmp_path, capsys, "--format", form, ".")[0] == 1
    status, out, err = main_in(tmp_path, capsys, "--show-files", ".")
    assert (status, out) == (0, "open/a.json\n")
    assert err == "closed: cannot be read: permission denied\n"
    (tmp_path / ".cloudtrail-policylint.yaml").write_text("exclude: [closed/]\n")
    assert "CT006" not in main_in(tmp_path, capsys, ".", "closed")[1]


def test_a_path_in_a_folder_without_permission(
    tmp_path: Path, denying: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    denying("a.json", ("lstat",))
    assert main_in(tmp_path, capsys, "closed/a.json") == (
        2,
        "",
        "closed/a.json: cannot be read: permission denied\n",
    )
    assert main_in(tmp_path, capsys, "b.json") == (2, "", "b.json: no such file or folder\n")


def test_no_file_behind_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gone.json").symlink_to("nowhere.json")
    (tmp_path / "loop.json").symlink_to("loop.json")
    os.mkfifo(tmp_path / "pipe.json")
    assert main_in(tmp_path, capsys, ".")[:2] == (0, "")


# -- what is not the project's


SECRET = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "cloudtrail:Secret", "Resource": "*"}]}'


def test_terraform_reads_nothing_outside_of_the_project(tmp_path: Path) -> None:
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
        *(
            'jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Resource = "*", '
            f'Action = "cloudtrail:${{file("{path}")}}" }}] }})'
            for path in ("out", "deep/../out", "folder/../out", ".git/word")
        ),
        'file(".git/config")',
        'file("store")',
        '"${file("${path.module}/.git/config")}"',
        'jsonencode({ Version = "2012-10-17", Statement = [for f in fileset(".git", "*") : '
        '{ Effect = "Deny", Action = "cloudtrail:${f}", Resource = "*" }] })',
    )
    (project / "a" / "b").mkdir(parents=True)
    (project / "deep").symlink_to("a/b")
    (project / ".git" / "config").write_text(SECRET)
    (project / ".git" / "word").write_text("Secret")
    (tmp_path / "word").write_text("Secret")
    (project / "out").symlink_to("../word")
    (project / "store").symlink_to(".git/config")
    (project / "main.tf").write_text(
        "# cloudtrail\n"
        + "".join(map(terraform, expressions))
        + 'module "a" {\n  source = "../outside"\n}\nmodule "b" {\n  source = "./folder"\n}\n'
    )
    outcome = lint(project, "main.tf")
    assert outcome.out == ""


def test_yaml_tags_run_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = '!!python/object/apply:os.system ["touch called"]'
    (tmp_path / "a.yaml").write_text(f"cloudtrail: {call}\nStatement: []\n")
    lint(tmp_path, "a.yaml")
    (tmp_path / ".cloudtrail-policylint.yaml").write_text(f"select: {call}\n")
    status, _, err = main_in(tmp_path, capsys, "a.yaml")
    os.remove(tmp_path / ".cloudtrail-policylint.yaml")
    assert (status, "unknown rule or tag touch called" in err) == (2, True)
    (tmp_path / "rule.yaml").write_text(f"id: {call}\n")
    status, _, err = main_in(tmp_path, capsys, "--rules", "rule.yaml", "a.yaml")
    assert status == 2
    assert "rule.yaml:1:" in err
    assert not (tmp_path / "called").exists()


NEVER = {
    "Effect": "Deny",
    "Action": ["cloudtrail:StopLogging", "~", "iam:PassRole"],
    "Resource": ["%%%", "arn:aws:cloudtrail:*:*:eventdatastore/x"],
    "Condition": {
        "Nope": {"aws:MultiFactorAuthPresent": "arn:aws:cloudtrail:*:*:eventdatastore/x"}
    },
}
"""A statement that no request meets."""


def policy_of(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*", **statement}}


def account_of(number: int, **statement: Any) -> dict[str, Any]:
    """*number* policies of one user, as ``aws iam get-account-authorization-details`` lists them."""
    listed = {"PolicyName": "p", "PolicyDocument": policy_of(**statement)}
    return {
        "RoleDetailList": [],
        "UserDetailList": [{"UserName": "u", "UserPolicyList": [listed] * number}],
    }


@pytest.mark.parametrize(
    "value",
    [
        lambda many: policy_of(**NEVER, NotPrincipal={"AWS": ["*", "123456789012", "x"] * many}),
        lambda many: policy_of(**NEVER, NotPrincipal={"Service": ["*", "a.amazonaws.com"] * many}),
        lambda many: policy_of(
            **NEVER, Principal={"AWS": [f"arn:aws:iam::123456789012:role/{n}" for n in range(many)]}
        ),
        lambda many: policy_of(
            Action=["cloudtrail:*", "cloudtrail-data:PutAuditEvents", "x:*"],
            Resource=["arn:aws:cloudtrail:*:*:eventdatastore/x", "arn:aws:kms:*:*:key/1"] * many,
            Condition={"Bool": {"cloudtrail:Nope": "true"}},
        ),
        lambda many: policy_of(
            Action=["cloudtrail:AddTags", "cloudtrail:GetTrail", "cloudtrail:CreateTrail"] * many,
            Condition={
                "StringLike": {
                    "aws:PrincipalArn": [f"{n}*x" for n in range(many * 10)],
                    "aws:ResourceAccount": [f"{n}*${{aws:username}}" for n in range(many * 10)],
                    "s3:prefix": "x",
                }
            },
        ),
        lambda many: policy_of(
            Action=["cloudtrail:*", "logs:*"],
            Condition={"StringEquals": {f"aws:ResourceTag/{n}": "x" for n in range(many * 2)}},
        ),
        lambda many: account_of(many, NotAction="s3:PutObject"),
        lambda many: account_of(
            many, NotAction="s3:PutObject", Resource=["arn:aws:kms:*:*:key/1", "*"]
        ),
        lambda many: account_of(2, Action=["cloudtrail:*", "logs:*"] * many, NotResource=[]),
    ],
)
def test_decisions_on_many_principals_or_policies_are_work_in_proportion(
    value: Callable[[int], Any],
) -> None:
    def work(many: int) -> int:
        text = json.dumps(value(many))
        linter = Linter(bundled(), Settings(scope="all"))
        results = []
        count = calls(lambda: results.append(linter.lint_text("p.json", text)))
        assert [result.internal_errors for result in results] == [()]
        return count

    assert work(100) < 2.5 * work(50)


@pytest.mark.parametrize(
    "resource", ["/", "/x", "/AWSLogs/x", "//AWSLogs/", "", "/${a}", "*/AWSLogs/1"]
)
@pytest.mark.parametrize("kind", ["s3-bucket", "kms-key", "sns-topic"])
def test_a_resource_without_a_bucket_is_no_internal_error(resource: str, kind: str) -> None:
    statements = [
        {"Effect": "Deny", "Principal": "*", "NotAction": "iam:PassRole", "Resource": resource},
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*", "Resource": resource},
    ]  # fmt: skip
    linter = Linter(bundled(), Settings(scope="all", pedantic=True))
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    assert linter.lint_text("p.json", text, kind).internal_errors == ()


def test_folders_in_folders_with_a_module_each_are_work_in_proportion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(many: int) -> int:
        top = tmp_path / str(many)
        top.mkdir()
        monkeypatch.chdir(top)
        at = Path()
        for _ in range(many):
            at /= "d"
            at.mkdir()
            (at / "main.tf").write_text(terraform(f"jsonencode({policy()})"))
        count = calls(lambda: main(["lint", "."]))
        assert capsys.readouterr().out.count("CT101") == many
        return count

    assert work(200) < 2.5 * work(100)


COMMENT = "# policylint: allow CT101 -- x\n"


@pytest.mark.parametrize(
    ("name", "text_of", "fixed"),
    [
        ("main.tf", lambda many: (COMMENT + 'locals {\n  a = "\xe9"\n}\n') * many, True),
        ("main.tf", lambda many: "locals {\n  a = <<EOT\n" + COMMENT * many + "EOT\n}\n", False),
        ("p.yaml", lambda many: (COMMENT + "- \xe9\n") * many, True),
        ("p.yaml", lambda many: "a: |\n" + f"  {COMMENT}" * many, False),
        ("p.yaml", lambda many: f"- |\n  {COMMENT}" + f"- x\n{COMMENT}" * many, True),
    ],
)
def test_deleting_many_unused_suppressions_is_work_in_proportion(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text_of: Callable[[int], str],
    *,
    fixed: bool,
) -> None:
    """Each file is parsed once, and not once for each comment."""
    monkeypatch.chdir(tmp_path)

    def work(many: int) -> int:
        text = text_of(many)
        Path(name).write_text(text)
        count = calls(lambda: main(["lint", "--diff", "."]))
        err = capsys.readouterr().err
        all_of_them = text.count(COMMENT)
        deleted = many if fixed else 0
        assert (f"would fix {many} of {all_of_them} findings in 1 file" in err) == fixed
        left = all_of_them - deleted
        assert err.count("not fixed: this is text, not a comment") == bool(left)
        return count

    assert work(400) < 2.5 * work(200)
