"""Settings that extend others: files, folders and installed packs."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.settings.lookup import NearestSettings
from cloudtrail_policylint.settings.model import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudtrail_policylint.settings.model import Settings

FILE = ".cloudtrail-policylint.yaml"
STATEMENT = '{"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}'
POLICY = f'{{"Version": "2012-10-17", "Statement": {STATEMENT}}}'
RULE = """
id: ACME1
name: wide-lookup
summary: LookupEvents
severity: warning
confidence: high
status: stable
since: 0.1.0
subject: statement
match: {action: {some: {covers: ["cloudtrail:LookupEvents"]}}}
report: action
message: "{action} is not for everyone"
why: Because.
fix: Leave it out.
references: [{url: "https://example.com", says: so, seen: 2026-11-26}]
examples:
  bad: [{name: one, language: json, text: '{"Statement": {"Effect": "Allow", "Action": «"cloudtrail:LookupEvents"», "Resource": "*"}}'}]
  good: [{name: two, language: json, text: '{"Statement": {"Effect": "Allow", "Action": "cloudtrail:ListTrails", "Resource": "*"}}'}]
"""


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Writes a file below the current folder, which is a repository."""
    here = tmp_path / "repository"
    (here / ".git").mkdir(parents=True)
    monkeypatch.chdir(here)

    def run(name: str, text: str) -> None:
        path = here / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return run


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Installs a pack with files; its code ends the process if it is run."""
    site = tmp_path / "site"

    def run(name: str, files: dict[str, str], value: str = "acme_lint") -> Path:
        info = site / "acme_lint-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-lint\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[cloudtrail_policylint.packs]\n{name} = {value}\n")
        folder = site.joinpath(*value.split("."))
        folder.mkdir(parents=True)
        (site / "acme_lint" / "__init__.py").write_text("raise SystemExit('code was run')\n")
        for file, text in files.items():
            (folder / file).write_text(text)
        monkeypatch.syspath_prepend(str(site))
        return folder

    return run


def settings() -> Settings:
    return NearestSettings().here


def error(config: str | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        NearestSettings(config)
    return str(caught.value)


def test_entries_are_added_and_other_settings_replaced(write: Callable[[str, str], None]) -> None:
    write("base/one.yaml", "scope: all\nignore: [CT1]\nexclude: [a/]\nseverity: {CT2: info}\n")
    write("base/two.toml", '[tool.cloudtrail-policylint]\nfail-on = "error"\nignore = ["CT4"]\n')
    write(FILE, "extend: [base/one.yaml, base/two.toml]\nexclude: [b/]\nseverity: {CT2: error}\n")
    found = settings()
    assert (found.scope, found.fail_on, found.ignore) == ("all", "error", ("CT4",))
    assert found.exclude == ("a/", "b/")
    assert found.severity == (("CT2", "info"), ("CT2", "error"))  # the last one wins
    assert dict(found.origins)["exclude"] == f"base/one.yaml:3:1, {FILE}:2:1"
    assert dict(found.origins)["ignore"] == "base/two.toml:3:1"


def test_patterns_are_relative_to_the_file_that_extends(
    write: Callable[[str, str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    write("base/.cloudtrail-policylint.yaml", "exclude: [/kept/]\nrules: [rules]\n")
    write("base/rules/acme.yaml", RULE)
    write("unit/pyproject.toml", '[tool.cloudtrail-policylint]\nextend = "../base"\n')
    write("unit/kept/policy.json", POLICY)
    write("unit/policy.json", POLICY)
    assert main(["lint", "unit"]) == 1
    assert capsys.readouterr().out == (
        "unit/policy.json:1:70: warning ACME1 cloudtrail:LookupEvents is not for everyone (wide-lookup)\n"
    )


def test_a_pack_has_settings_and_rules_and_runs_no_code(
    write: Callable[[str, str], None],
    install: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = install("acme", {"acme.yaml": RULE, FILE: "rules: [.]\nseverity: {ACME1: error}\n"})
    write(FILE, "extend: 'pack:acme'\n")
    write("policy.json", POLICY)
    assert main(["lint", "policy.json"]) == 1
    assert "error ACME1" in capsys.readouterr().out
    assert "acme_lint" not in sys.modules
    assert [os.path.realpath(path) for path in settings().bases] == [
        os.path.realpath(folder / FILE)
    ]
    assert main(["explain", "ACME1"]) == 0  # as do rules and show-settings
    assert "cloudtrail:LookupEvents" in capsys.readouterr().out


def test_a_pack_without_settings_is_a_folder_of_rules(
    write: Callable[[str, str], None], install: Callable[..., Path]
) -> None:
    folder = install("acme", {"acme.yaml": RULE}, value="acme_lint.data.rules")
    write(FILE, "extend: 'pack:acme'\n")
    assert settings().rules == (str(folder),)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({FILE: "extend: gone.yaml\n"}, f"{FILE}:1:1: extend: there is no file gone.yaml"),
        ({FILE: "extend: 'pack:acmee'\n"}, f"{FILE}:1:1: extend: no installed package has a pack:acmee; did you mean pack:acme?"),
        ({FILE: "extend: base\n", "base/x": ""}, f"{FILE}:1:1: extend: base has no settings file"),
        ({FILE: f"extend: {FILE}\n"}, f"{FILE}:1:1: extend: {FILE} extends itself"),
        ({FILE: "extend: a.yaml\n", "a.yaml": "extend: b.yaml\n", "b.yaml": "extend: a.yaml\n"}, "b.yaml:1:1: extend: a.yaml extends itself"),
        ({FILE: "extend: a.yaml\n", "a.yaml": "selct: x\n"}, "a.yaml:1:1: unknown setting selct; did you mean select?"),
        ({FILE: "extend: ../base.yaml\n", "../base.yaml": ""}, f"{FILE}:1:1: extend: ../base.yaml is outside the project; only --config may name such a path"),
        ({FILE: "extend: a.yaml\n", "a.yaml": "rules: /etc\n"}, "a.yaml:1:1: rules: /etc is outside the project; only --rules and --config may name such a path"),
        ({FILE: "extend: a.toml\n", "a.toml": "x = 1\n"}, f"{FILE}:1:1: extend: no [tool.cloudtrail-policylint] is in a.toml"),
        ({FILE: 'extend: "a\\0b"\n'}, f"{FILE}:1:1: extend is not a path"),
        ({FILE: "extend: a1.yaml\n", **{f"a{n}.yaml": f"extend: a{n + 1}.yaml\n" for n in range(1, 30)}}, "a20.yaml:1:1: extend: more than 20 files deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_extended_has_a_place(
    write: Callable[[str, str], None],
    install: Callable[..., Path],
    files: dict[str, str],
    message: str,
) -> None:
    install("acme", {})
    for name, text in files.items():
        write(name, text)
    assert error() == message


def test_a_named_file_extends_any_file(write: Callable[[str, str], None]) -> None:
    write("../base.yaml", "scope: all\n")
    write("../named.yaml", "extend: base.yaml\n")
    assert NearestSettings("../named.yaml").here.scope == "all"


def test_a_suppression_that_is_shared_may_be_of_use_elsewhere(
    write: Callable[[str, str], None],
    install: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy = POLICY.replace("Lookup", "Lokup")
    unused = "suppress:\n  - {rule: CT203, reason: x}\n"
    expired = "  - {rule: CT101, reason: x, expires: 2020-01-01}\n"
    folder = install("acme", {FILE: unused + expired})
    write("a/x.json", "{}")
    write("base/base.yaml", unused)
    write(FILE, "extend: [a/../base/./base.yaml, 'pack:acme']\n" + unused)
    write("policy.json", policy)
    main(["lint", "."])
    rules = [line.split(" ")[:3] for line in capsys.readouterr().out.splitlines()]
    assert [one for one in rules if one[2] in ("CT004", "CT101")] == [
        [f"{FILE}:3:6:", "warning", "CT004"],
        ["policy.json:1:45:", "error", "CT101"],
    ]
    main(["lint", "--show-settings", "."])
    shown = capsys.readouterr().out
    assert 'extend: ["base/base.yaml", "pack:acme"]' in shown
    assert f" # base/base.yaml:1:1, {folder / FILE}:1:1, {FILE}:2:1" in shown
    write("base/base.yaml", unused + expired)
    main(["lint", "."])
    assert "base/base.yaml:3:6: warning CT004 this suppression of CT101 expired" in (
        capsys.readouterr().out
    )


def test_a_path_over_a_link_is_kept(write: Callable[[str, str], None]) -> None:
    write("far/away/x", "")
    write("far/base.yaml", "scope: all\n")
    Path("link").symlink_to("far/away")
    write(FILE, "extend: link/../base.yaml\n")
    assert settings().scope == "all"
