"""Settings, rules and baselines that a hostile repository brings along.

What is wrong with them is one line and exit code 2; no pattern of theirs
slows a run down, and they name nothing outside of the project.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from support.hostile import DEEP, bomb, lint, policy
from support.rules import RULE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
    "bomb": (bomb("[x]"), "(raise limits.aliases in"),
    "one alias": ("id: &a [*a]\n", "is inside of the value it refers to"),
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
def test_what_is_wrong_with_a_rule_file_is_one_line(hostile: Path, name: str) -> None:
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
def test_what_is_wrong_with_a_facts_file_is_one_line(hostile: Path, name: str) -> None:
    (hostile / "rules" / "facts").mkdir()
    (hostile / "rules" / "facts" / "f.yaml").write_text(FACTS[name])
    (hostile / "rules" / "a.yaml").write_text(RULE)
    assert refused(hostile).startswith("rules/facts/f.yaml:1:")


def test_too_many_rule_files_are_refused(hostile: Path) -> None:
    for number in range(10_000):
        (hostile / "rules" / f"{number}.yaml").write_text(rule(number))
    assert "rules: more than 1,000 rule files (raise limits.rule-files in" in refused(hostile)


def test_too_large_rule_files_are_refused(hostile: Path) -> None:
    (hostile / "rules" / "facts").mkdir()
    (hostile / "rules" / "a.yaml").write_text(RULE)
    values = "".join(f"    - cloudtrail:{i}\n" for i in range(1_000_000))
    (hostile / "rules" / "facts" / "f.yaml").write_text(f"sets:\n  a:\n    values:\n{values}")
    assert "larger than 4 MiB (raise limits.rules-size in" in refused(hostile)
    for number in range(5):
        (hostile / "rules" / f"{number}.yaml").write_text(f"#{' ' * 1024 * 1023}\n" + rule(number))
    (hostile / "rules" / "facts" / "f.yaml").write_text("sets: {}\n")
    assert "rules: more than 4 MiB of rules (raise limits.rules-size in" in refused(hostile)
    (hostile / SETTINGS).write_text("rules: [rules]\nlimits: {rule-files: 2}\n")
    assert "rules: more than 2 rule files (raise limits.rule-files in" in refused(hostile)
    (hostile / SETTINGS).write_text("rules: [rules]\nlimits: {rules-size: 9}\n")
    refusal = refused(hostile)
    assert "0.yaml" not in refusal, refusal  # the first one is as good as any
    (hostile / "rules" / "a.yaml").unlink()
    assert "ACME4" in lint(hostile, ".").out


def test_rules_just_below_the_limits_are_run(hostile: Path) -> None:
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
def test_pipes_devices_and_broken_links_as_rule_files_are_refused(
    hostile: Path, kind: str, message: str, form: str
) -> None:
    (hostile.parent / "outside.yaml").write_text("secret: 1\n")
    path = hostile / "rules" / "a.yaml"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(kind)
    if form == "file":
        (hostile / SETTINGS).write_text("rules: [rules/a.yaml]\n")
        message = message.replace("a link out of the project", "is outside the project")
        message = message.replace("too many levels of symbolic links", "no such file or folder")
        message = message.replace("no such file or directory", "no such file or folder")
    said = refused(hostile)
    assert message in said
    assert "secret" not in said


def test_a_folder_named_like_a_rule_file_is_searched(hostile: Path) -> None:
    (hostile / "rules" / "a.yaml").mkdir()
    (hostile / "rules" / "above.yaml").symlink_to("..")
    assert refused(hostile) == "rules: no rule file there\n"
    (hostile / "rules" / "a.yaml" / "b.yaml").write_text(RULE)
    assert "ACME1" in lint(hostile, ".").out


@pytest.mark.parametrize("key", ["rules", "baseline"])
def test_settings_cannot_name_files_outside_of_the_project(hostile: Path, key: str) -> None:
    outside = hostile.parent / "outside"
    outside.mkdir()
    (outside / "a.yaml").write_text("secret: [\n")
    (hostile / "link").symlink_to("../outside")
    for path in ("../outside", str(outside), "link", "rules/../../outside/a.yaml"):
        (hostile / SETTINGS).write_text(f"{key}: {path}\n")
        said = refused(hostile)
        assert f"{SETTINGS}:1:1: {key}: {path} is outside the project; " in said
        assert "secret" not in said
    # Whoever runs it may.
    (outside / "a.yaml").write_text(RULE)
    (outside / "settings.yaml").write_text("rules: [a.yaml]\n")
    (hostile / SETTINGS).unlink()
    assert "ACME1" in lint(hostile, "--rules", "../outside/a.yaml", ".").out
    assert "ACME1" in lint(hostile, "--config", "../outside/settings.yaml", ".").out


WRONG_SETTINGS = {
    "nested": (SETTINGS, "rules: " + "[" * DEEP, "nested deeper than"),
    "bomb": (SETTINGS, bomb("[x]"), "(raise limits.aliases in"),
    "tag": (SETTINGS, "rules: !!python/object/apply:os.system [touch here]\n", "no such file or folder"),
    "large": (SETTINGS, "#" + " " * 2**20, "larger than 1 MiB"),
    "nested TOML": ("pyproject.toml", "tool.cloudtrail-policylint.rules = " + "[" * DEEP, "nested too deep"),
    "deep TOML key": ("pyproject.toml", "tool.cloudtrail-policylint." + "a." * DEEP + "b = 1", "nested too deep"),
    "TOML of another kind": ("pyproject.toml", 'tool = "cloudtrail-policylint"\nrules = 1\n[x', "not valid TOML"),
    "large TOML": ("pyproject.toml", "# cloudtrail-policylint" + " " * 2**20, "larger than 1 MiB"),
    "many": (SETTINGS, "rules:\n" + "- x\n" * 50_000, "x: no such file or folder of rules"),
    "pattern": (SETTINGS, "exclude: ['" + "**/" * 50_000 + "']\nscope: x\n", "scope must be one of"),
    "number": (SETTINGS, "limits: {aliases: 1" + "0" * 4000 + "}\n", "aliases must be a whole number from 1 to"),
    "NUL": ("pyproject.toml", '[tool.cloudtrail-policylint]\nrules = "\\u0000"\n', "rules is not a path"),
    "surrogate": (SETTINGS, 'baseline: "\\ud800"\n', "not valid YAML"),
    "long path": (SETTINGS, "baseline: " + "a/" * DEEP, "baseline is not a path"),
    "TOML number": ("pyproject.toml", "[tool.cloudtrail-policylint]\nlimits.aliases = 1" + "0" * 5000, "pyproject.toml:2:18: not valid TOML: a number is too long"),
    "bidirectional": (SETTINGS, '"\\e[31m\\u202e": 1\n', "\\x1b[31m\\u202e"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_what_is_wrong_with_settings_is_one_line(hostile: Path, name: str) -> None:
    file, text, message = WRONG_SETTINGS[name]
    (hostile / SETTINGS).unlink()
    (hostile / file).write_text(text)
    assert message in refused(hostile)
    assert not (hostile / "here").exists()


def test_wildcards_in_settings_do_not_slow_a_run_down(hostile: Path) -> None:
    wild = [
        "*a" * 50 + "b",
        "**/" * 500 + "x",
        "[" + "0-9" * 1000 + "]*",
        "(a+)+$",
        "*a" * 100 + "b/**/x",
        "**/*b" * 30,
    ]
    (hostile / SETTINGS).write_text(json.dumps({"exclude": wild, "include": [*wild, "*.json"]}))
    (hostile / ".gitignore").write_text("\n".join(wild))
    folder = hostile / ("a" * 200) / ("a" * 200)
    folder.mkdir(parents=True)
    (folder / ("a" * 200 + ".json")).write_text(LOOKUP.replace("LookupEvents", "Nope"))
    assert "CT101" in lint(hostile, ".").out


def test_thousands_of_patterns_do_not_slow_a_run_down(hostile: Path) -> None:
    for number in range(300):
        (hostile / f"p{number}.json").write_text(policy())
    names = [f"*{number}?[a-j]*.json" for number in range(5_000)]
    entries = [{"rule": "CT101", "reason": "x", "path": name} for name in names[:5_000]]
    settings = {
        "exclude": [f"*{name}x" for name in names],
        "kinds": dict.fromkeys(names, "scp"),
        "per-path": {name: {"severity": {"CT1": "info"}} for name in names[:2_000]},
        "suppress": [*entries, {"rule": "CT101", "reason": "y", "path": "p29*.json"}],
    }
    (hostile / SETTINGS).write_text(json.dumps(settings))
    (hostile / ".gitignore").write_text("".join(f"*a{number}?\n" for number in range(80_000)))
    assert lint(hostile, ".").out.count("error CT101") == 289


def test_wildcards_in_suppressions_do_not_slow_a_run_down(hostile: Path) -> None:
    (hostile / "policy.json").write_text(policy(Sid="a" * 100_000))
    wild = "*a" * 1000 + "b"
    entries = [{"rule": "CT101", "reason": "x", key: wild} for key in ("path", "owner", "sid")]
    (hostile / SETTINGS).write_text(json.dumps({"suppress": entries}))
    outcome = lint(hostile, ".")
    assert "error CT101" in outcome.out
    assert outcome.out.count("unused suppression: CT101") == 3


def test_many_suppressions_in_toml_do_not_slow_a_run_down(hostile: Path) -> None:
    entry = '[[tool.cloudtrail-policylint.suppress]]\nrule = "CT101"\nreason = "x"\n'
    (hostile / SETTINGS).unlink()
    (hostile / "pyproject.toml").write_text(entry * 12_000)
    assert "pyproject.toml:35999:1: warning CT004" in lint(hostile, ".").out


@pytest.mark.parametrize("file", [SETTINGS, BASELINE])
def test_pipes_devices_and_folders_as_settings_and_baselines_are_refused(
    hostile: Path, file: str
) -> None:
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
    "large": ("", "larger than 32 MiB (raise limits.file-size in"),
    "nested": ('{"version": 1, "findings": ' + "[" * DEEP, "not valid JSON: nested deeper than"),
    "nested and whole": ('{"version": 1, "findings": ' + "[" * DEEP + "]" * DEEP + "}", "not valid JSON: nested deeper than"),
    "nested elsewhere": ('{"version": 1, "findings": 1, "x": ' + "[" * 900 + "]" * 900 + "}", "findings must be a list"),
    "number": ('{"version": 1' + "0" * 100_000 + "}", "not valid JSON"),
    "NUL": ('{"version": 1, "findings": [{"path": "\\u0000"}]}', "rule is required and must be a string"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_BASELINES)
def test_what_is_wrong_with_a_baseline_is_one_line(hostile: Path, name: str) -> None:
    text, message = WRONG_BASELINES[name]
    (hostile / SETTINGS).unlink()
    (hostile / BASELINE).write_text(text)
    if not text:
        os.truncate(hostile / BASELINE, 200 * 2**20)
    assert message in refused(hostile)
