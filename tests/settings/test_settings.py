from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cloudtrail_policylint import settings
from cloudtrail_policylint.base.limits import NAMES as LIMITS
from cloudtrail_policylint.base.limits import Limits
from cloudtrail_policylint.base.record import replaced
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.settings.lookup import NearestSettings
from cloudtrail_policylint.settings.model import Deployed, Settings, SettingsError
from cloudtrail_policylint.settings.parse import NAMES, settings_of
from cloudtrail_policylint.settings.table import Table
from cloudtrail_policylint.tree.source import SourceFile, Span

YAML = ".cloudtrail-policylint.yaml"
TOML = "pyproject.toml"
POLICY = '{"Statement": {"Effect": "Deny", "Action": "cloudtrail:StopLoging", "Resource": "*"}}'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository that is the current folder."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def load(config: str | None = None) -> Settings:
    """The settings for the current folder, without their origins."""
    return replaced(NearestSettings(config).here, origins=())


def error(config: str | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load(config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


ALL_TOML = """
[project]
name = "x"

[tool.cloudtrail-policylint]
select = ["CT", "IAM103"]
ignore = "CT202"
rules = ["our-rules"]
scope = "all"
pedantic = true
fail-on = "info"
baseline = "old.json"
include = ["*.json"]
exclude = ["test/"]
kinds = {"scp/**/*.json" = "scp", "x.json" = "trust"}
deployed = {"stacks/*.yaml" = {regions = ["eu-west-1"], account = "111122223333"}}
limits = {file-size = 64}
"""
ALL_YAML = """
select: [CT, IAM103]
ignore: CT202
rules: [our-rules]
scope: all
pedantic: true
fail-on: info
baseline: old.json
include: ["*.json"]
exclude:
  - test/
kinds:
  scp/**/*.json: scp
  x.json: trust
deployed:
  "stacks/*.yaml": {regions: eu-west-1, account: "111122223333"}
limits:
  file-size: 64
"""


@pytest.mark.parametrize(("name", "text"), [(TOML, ALL_TOML), (YAML, ALL_YAML)])
@pytest.mark.parametrize("named", [False, True])
def test_every_setting_from_either_file(here: Path, name: str, text: str, *, named: bool) -> None:
    write(here, name, text)
    assert load(name if named else None) == Settings(
        folder=str(here),
        select=("CT", "IAM103"),
        ignore=("CT202",),
        rules=("our-rules",),
        scope="all",
        pedantic=True,
        fail_on="info",
        include=("*.json",),
        exclude=("test/",),
        kinds=(("scp/**/*.json", "scp"), ("x.json", "trust")),
        deployed=(Deployed("stacks/*.yaml", ("eu-west-1",), "111122223333"),),
        limits=Limits(file_size=64),
        baseline="old.json",
    )


def test_defaults_without_a_file(here: Path) -> None:
    found = load()
    assert found == Settings(folder=str(here))
    assert (found.scope, found.fail_on, found.pedantic) == ("cloudtrail", "warning", False)


@pytest.mark.parametrize(("name", "text"), [(YAML, ""), (YAML, "# nothing\n"), (YAML, "---\n"), (TOML, "[tool.cloudtrail-policylint]\n")])  # fmt: skip
def test_an_empty_file_is_all_defaults(here: Path, name: str, text: str) -> None:
    write(here, name, text)
    assert load() == Settings(folder=str(here))


# -- which file


def test_the_nearest_file_applies_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, YAML, "scope: all\nselect: [CT1]\n")
    write(here / "a", YAML, "select: [CT2]\n")
    write(here / "a" / "b", "x.tf", "")
    monkeypatch.chdir(here / "a" / "b")
    assert load() == Settings(folder=str(here / "a"), select=("CT2",))


def test_paths_in_a_file_above_are_relative_to_its_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, YAML, "exclude: [a/x.json]\nrules: [more]\n")
    (here / "a").mkdir()
    monkeypatch.chdir(here / "a")
    found = load()
    assert found.folder == str(here)
    assert found.excludes("x.json")
    assert not found.excludes("a/x.json")
    assert found.rules == ("../more",)


def test_yaml_goes_before_toml_in_one_folder(here: Path) -> None:
    write(here, YAML, "scope: all\n")
    write(here, TOML, "[tool.cloudtrail-policylint]\nscope = 5\n")
    assert load().scope == "all"


@pytest.mark.parametrize("text", ["", "[tool.ruff]\n", "[tool.cloudtrail-policylint-x]\n", "# tool.cloudtrail-policylint\n"])  # fmt: skip
def test_a_pyproject_without_the_table_is_ignored(
    here: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    write(here, YAML, "scope: all\n")
    write(here / "a", TOML, text)
    monkeypatch.chdir(here / "a")
    assert load().scope == "all"
    assert error(TOML) == f"{TOML}: no table [tool.cloudtrail-policylint]"


@pytest.mark.parametrize("table", ['[tool."cloudtrail-policylint"]', "[tool.'cloudtrail-policylint']", "[ tool . cloudtrail-policylint ]"])  # fmt: skip
def test_other_spellings_of_the_table(here: Path, table: str) -> None:
    write(here, TOML, f'{table}\nscope = "all"\n')
    assert load().scope == "all"


@pytest.mark.parametrize("worktree", [False, True])
def test_the_search_ends_at_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, worktree: bool
) -> None:
    write(tmp_path, YAML, "scope: all\n")
    write(tmp_path / "repo" / "a", "x.tf", "")
    if worktree:
        write(tmp_path / "repo", ".git", "gitdir: elsewhere\n")
    else:
        (tmp_path / "repo" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "repo" / "a")
    assert load() == Settings(folder=str(tmp_path / "repo" / "a"))
    write(tmp_path / "repo", YAML, "select: CT\n")  # the top itself still counts
    assert load().select == ("CT",)


def test_a_file_named_on_the_command_line_applies_to_all_paths(here: Path) -> None:
    write(here, YAML, "scope: all\n")
    write(here / "a", "mine.yaml", "select: CT\n")
    assert load("a/mine.yaml") == Settings(folder=str(here / "a"), select=("CT",))
    assert error("a/missing.yaml") == "a/missing.yaml: no such settings file"
    assert error("a") == "a: cannot be read: is a directory"


# -- what is wrong


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (YAML, "scope: all\nselct: [CT]\n", f"{YAML}:2:1: unknown setting selct; did you mean select?"),
        (YAML, "fail_on: info\n", f"{YAML}:1:1: unknown setting fail_on; did you mean fail-on?"),
        (YAML, "select: 5\n", f"{YAML}:1:1: select must be a list of strings"),
        (YAML, "select: [CT, 5]\n", f"{YAML}:1:1: select must be a list of strings"),
        (YAML, "x:\n", f"{YAML}:1:1: unknown setting x; use one of baseline, deployed, docs-url, exclude, expect, extend, fail-on, format, ignore, include, kinds, limits, min-confidence, min-severity, pedantic, per-path, rules, scope, select, sets, severity, suppress"),
        (YAML, "ignore:\n", f"{YAML}:1:1: ignore must be a list of strings"),
        (YAML, "pedantic: 'yes'\n", f"{YAML}:1:1: pedantic must be true or false"),
        (YAML, "pedantic: 1\n", f"{YAML}:1:1: pedantic must be true or false"),
        (YAML, "scope: some\n", f"{YAML}:1:1: scope must be one of cloudtrail, all, not some"),
        (YAML, "# x\nfail-on: [error]\n", f"{YAML}:2:1: fail-on must be one of error, warning, info, never, not ['error']"),
        (YAML, "kinds: [scp]\n", f"{YAML}:1:1: kinds must map path patterns to policy kinds"),
        (YAML, "kinds:\n  a.json: scp\n  b.json: spc\n", f"{YAML}:3:3: unknown policy kind spc; did you mean scp?"),
        (YAML, "kinds: {a: [scp]}\n", f"{YAML}:1:9: unknown policy kind ['scp']; did you mean scp?"),
        (YAML, "deployed: [eu-west-1]\n", f"{YAML}:1:1: deployed must map path patterns to regions and account"),
        (YAML, "deployed:\n  '*': {region: [eu-west-1]}\n", f"{YAML}:2:9: unknown deployed setting region; did you mean regions?"),
        (YAML, "deployed:\n  '*': {regions: [Ireland]}\n", f"{YAML}:2:9: Ireland is not a region such as eu-west-1"),
        (YAML, "deployed:\n  '*': {account: '1'}\n", f"{YAML}:2:9: account must be twelve digits in quotes, not 1"),
        (YAML, "deployed:\n  '*': {account: 111122223333}\n", f"{YAML}:2:9: account must be a string"),
        (YAML, "scope: all\nscope: all\n", f"{YAML}:2:1: scope is here twice"),
        (YAML, "- scope\n", f"{YAML}: settings must be a mapping"),
        (YAML, "scope\n", f"{YAML}: settings must be a mapping"),
        (TOML, "[tool.cloudtrail-policylint]\n\nselct = []\n", f"{TOML}:3:1: unknown setting selct; did you mean select?"),
        (TOML, '[tool.ruff]\nselect = ["E"]\n[tool.cloudtrail-policylint]\nselect = 5\n', f"{TOML}:4:1: select must be a list of strings"),
        (TOML, '[tool.cloudtrail-policylint]\nscope = "none"\n', f"{TOML}:2:1: scope must be one of cloudtrail, all, not none"),
        (TOML, '[tool.cloudtrail-policylint]\nkinds = {"a" = "spc"}\n', f"{TOML}:2:1: unknown policy kind spc; did you mean scp?"),
        (TOML, '[tool.cloudtrail-policylint.kinds]\n"a" = "scp"\n"b" = "spc"\n', f"{TOML}:3:1: unknown policy kind spc; did you mean scp?"),
        (TOML, '[tool.other]\nscope = "none"\n[tool]\n  cloudtrail-policylint.scope = "none"\n', f"{TOML}:4:3: scope must be one of cloudtrail, all, not none"),
        (TOML, '# 1\ntool."cloudtrail-policylint".scope = "none"\n', f"{TOML}:2:1: scope must be one of cloudtrail, all, not none"),
        (TOML, '# 1\ntool = {cloudtrail-policylint = {scope = "none"}}\n', f"{TOML}:2:1: scope must be one of cloudtrail, all, not none"),
        (TOML, '[[tool.a]]\n[tool.cloudtrail-policylint.per-path."a/*.json"]  # a\nignore = 5\n', f"{TOML}:3:1: ignore must be a list of strings"),
        (TOML, "[tool]\ncloudtrail-policylint = 3\n# tool.cloudtrail-policylint\n", f"{TOML}: settings must be a mapping"),
    ],
)  # fmt: skip
def test_errors_have_a_place(here: Path, name: str, text: str, message: str) -> None:
    write(here, name, text)
    assert error() == message


@pytest.mark.parametrize(
    ("name", "data", "start"),
    [
        (YAML, b"a: [1\n", f"{YAML}:"),
        (YAML, b"a: b: c\n", f"{YAML}:1:"),
        (YAML, b"\tignore: [CT101]\n", f"{YAML}:1:1: not valid YAML: tab in the indentation"),
        (YAML, b"# c\n\tscope: nonsense\nscope: all\n", f"{YAML}:2:1: not valid YAML: tab in the"),
        (
            YAML,
            b"scope: all\n---\nfail-on: x\n",
            f"{YAML}:3:1: a second document; only one is read",
        ),
        (YAML, b"---\n---\nscope: all\n", f"{YAML}:3:1: a second document"),
        (YAML, b"scope: all\n...\nfail-on: x\n", f"{YAML}:3:1: a second document"),
        (YAML, b"scope: all\n---\n\tfail-on: x\n", f"{YAML}:3:1: not valid YAML: tab in the"),
        (TOML, b"[tool.cloudtrail-policylint]\na = \n", f"{TOML}: not valid TOML: "),
        (YAML, b"\xff", f"{YAML}: cannot be read: it is not UTF-8"),
        (TOML, b"\xff", f"{TOML}: cannot be read: it is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read(here: Path, name: str, data: bytes, start: str) -> None:
    (here / name).write_bytes(data)
    assert error().startswith(start)


def test_a_byte_order_mark_is_skipped(here: Path) -> None:
    (here / YAML).write_bytes(b"\xef\xbb\xbfscope: all\n")
    assert load().scope == "all"


SUPPRESSION = "suppress:\n  - {rule: CT203, reason: x"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("severity: [CT1]\n", "1:1: severity must map rules to severities"),
        ("severity: {CT1: fatal}\n", "1:12: the severity of CT1 must be one of error, warning, info, not fatal"),
        ("per-path: [a]\n", "1:1: per-path must map path patterns to ignore and severity"),
        ("per-path: {a: [CT1]}\n", "1:1: per-path must map path patterns to ignore and severity"),
        ("per-path:\n  a/: {select: CT1}\n", "2:8: unknown per-path setting select; use one of ignore, severity"),
        ("per-path:\n  a/: {ignore: 5}\n", "2:8: ignore must be a list of strings"),
        ("per-path:\n  a/: {severity: {CT1: worse}}\n", "2:19: the severity of CT1 must be one of error, warning, info, not worse"),
        ("baseline: [a]\n", "1:1: baseline must be a string"),
        ("docs-url: docs.example.com\n", "1:1: docs-url must be an address such as https://example.com/docs/, not docs.example.com"),
        ("docs-url: 'https://a b/'\n", "1:1: docs-url must be an address such as https://example.com/docs/, not https://a b/"),
        ("suppress: {rule: CT1}\n", "1:1: suppress must be a list of mappings with rule, path, owner, sid, reason, expires"),
        ("suppress: [CT1]\n", "1:1: suppress must be a list of mappings with rule, path, owner, sid, reason, expires"),
        ("suppress:\n  - reason: x\n", "2:5: rule is required"),
        ("suppress:\n  - rule: CT203\n", "2:5: reason is required"),
        ("suppress:\n  - {rule: CT203, reason: ' '}\n", "2:5: reason is required"),
        (f"{SUPPRESSION}, expires: 31.1.2027}}\n", "2:30: expires must be a date such as 2027-01-31, not 31.1.2027"),
        (f"{SUPPRESSION}, expires: 2027-02-30}}\n", "2:30: expires must be a date such as 2027-01-31, not 2027-02-30"),
        (f"{SUPPRESSION}, path: [a]}}\n", "2:30: path must be a string"),
        (f"{SUPPRESSION}, name: a}}\n", "2:30: unknown suppress key name; use one of expires, owner, path, reason, rule, sid"),
    ],
)  # fmt: skip
def test_errors_in_nested_settings_have_a_place(here: Path, text: str, message: str) -> None:
    write(here, YAML, text)
    assert error() == f"{YAML}:{message}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[tool.cloudtrail-policylint]\nsuppress = [\n  {rule = "CT1", reason = "{"},\n  {rule = "CT2"},\n]\n', 2),
        ('[tool.cloudtrail-policylint]\nscope = "all"\nsuppress = [{rule = "CT2"}]\n', 3),
        ('[[tool.cloudtrail-policylint.suppress]]\nrule = "CT1"\nreason = "x"\n[[tool.cloudtrail-policylint.suppress]]\nrule = "CT2"\n', 4),
    ],
)  # fmt: skip
def test_the_line_of_a_suppress_entry_in_toml(here: Path, text: str, line: int) -> None:
    write(here, TOML, text)
    assert error() == f"{TOML}:{line}:1: reason is required"


# -- the schema for editors


def schema() -> Any:
    return json.loads((Path(settings.__file__).parent / "settings.schema.json").read_text())


def test_the_schema_has_every_setting_with_its_default() -> None:
    properties = schema()["properties"]
    assert set(properties) == set(NAMES)
    defaults = Settings()
    for name, described in properties.items():
        assert described["description"]
        if "default" in described:
            assert getattr(defaults, name.replace("-", "_")) == described["default"]
    for name, described in properties["limits"]["properties"].items():
        assert defaults.limits.of(name) == described["default"]
    assert set(properties["limits"]["properties"]) == set(LIMITS)


SHAPES = st.recursive(
    st.sampled_from(
        [
            5,
            True,
            None,
            "",
            " ",
            "x",
            "CT1",
            "error",
            "all",
            "scp",
            "2027-01-31",
            "eu-west-1",
            "111122223333",
            "https://example.com/docs",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *NAMES,
                    "rule",
                    "reason",
                    "path",
                    "owner",
                    "sid",
                    "expires",
                    "a/",
                    "aliases",
                    "regions",
                    "account",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@hypothesis.settings(max_examples=300)
@given(value=st.dictionaries(st.sampled_from([*NAMES, "x"]), SHAPES, max_size=3))
def test_the_schema_accepts_what_the_reader_accepts(value: dict[str, Any]) -> None:
    table = Table(
        ".cloudtrail-policylint.yaml", value, lambda _path: Span(SourceFile("", ""), 0, 0)
    )
    try:
        settings_of(table)
        valid = True
    except SettingsError:
        valid = False
    assert Draft202012Validator(schema()).is_valid(value) is valid


# -- patterns


@pytest.mark.parametrize(
    ("patterns", "path", "matches"),
    [
        (("*.json",), "a/b/x.json", True),
        (("a/*.json",), "a/x.json", True),
        (("a/*.json",), "b/a/x.json", False),
        (("a/*.json",), "a/b/x.json", False),
        (("a/**/x.json",), "a/x.json", True),
        (("a/**/x.json",), "a/b/c/x.json", True),
        (("/x.json",), "a/x.json", False),
        (("a/",), "b/a/x.json", True),
        (("*.json", "!keep.json"), "keep.json", False),
        (("*.json",), "./x.json", True),
        (("*.json",), "a/../x.json", True),
        (("*.json",), "../outside.json", False),
        (("# comment", ""), "x.json", False),
    ],
)
def test_patterns_are_gitignore_style_and_relative_to_the_file(
    here: Path, patterns: tuple[str, ...], path: str, *, matches: bool
) -> None:
    settings = Settings(folder=str(here), exclude=patterns, include=patterns)
    assert settings.excludes(path) is matches
    assert settings.includes(path) is matches
    assert settings.excludes(str(here / path)) is matches


def test_without_patterns_all_files_are_included(here: Path) -> None:
    settings = Settings(folder=str(here))
    assert settings.includes("x.json")
    assert not settings.excludes("x.json")
    assert settings.kind_of("x.json") is None


def test_the_last_pattern_that_matches_gives_the_kind(here: Path) -> None:
    write(here, YAML, "kinds:\n  scp/: scp\n  '*.trust.json': trust\n  scp/old/: boundary\n")
    settings = load()
    kinds = {
        "scp/x.json": "scp",
        "scp/x.trust.json": "trust",
        "scp/old/x.trust.json": "boundary",
        "x.json": None,
    }
    assert {path: settings.kind_of(path) for path in kinds} == kinds


def test_files_that_look_like_settings_are_named(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, "policylint.toml", "")
    write(here, "cloudtrail-policylint", "")
    for name in (".cloudtrail_policylint.yaml", ".cloudtrail-policylint"):
        write(here / "sub", name, "")
    write(here, TOML, "[tool.cloudtrail-policylint]\nscope = 'all'\n")
    write(here, ".cloudtrail-policylint.yml", "scope: all\n")
    write(here / "sub", "cloudtrail-policylint.yaml", "ignore: [CT101]\n")
    write(here / "sub", TOML, "[project]\n[tool.cloudtrail_policylint]\n")
    monkeypatch.chdir(here / "sub")
    assert main(["lint", "."]) == 0
    *notes, _ = capsys.readouterr().err.splitlines()
    assert notes == [
        f"{TOML}: [tool.cloudtrail_policylint] not read; the table is [tool.cloudtrail-policylint]",
        f".cloudtrail-policylint: not read; settings are in {YAML} or {TOML}",
        f"cloudtrail-policylint.yaml: not read; settings are in {YAML} or {TOML}",
        f".cloudtrail_policylint.yaml: not read; settings are in {YAML} or {TOML}",
        "../pyproject.toml: not read, because ../.cloudtrail-policylint.yml has the settings",
        f"../policylint.toml: not read; settings are in {YAML} or {TOML}",
    ]
    assert main(["lint", "--quiet", "."]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('ignore: ""', "''"),
        ('ignore: [CT101, ""]', "''"),
        ('select: [""]', "''"),
        ('severity: {"": info}', "''"),
        ('per-path: {"*.json": {ignore: [""]}}', "''"),
        ('per-path: {"*.json": {severity: {"": info}}}', "''"),
        ("ignore: [C]", "C"),
        ("ignore: [i]", "i"),
        ("severity: {IA: info}", "IA"),
        ("ignore: [CT, iam, CT1, IAM2]", ""),
    ],
)
def test_a_word_that_is_no_prefix_of_a_family_names_no_rule(
    here: Path, capsys: pytest.CaptureFixture[str], text: str, word: str
) -> None:
    write(here, YAML, text + "\n")
    write(here, "p.json", POLICY)
    assert main(["lint", "p.json"]) == (2 if word else 0)
    message = f"{YAML}:1:1: unknown rule or tag {word}" if word else ""
    assert capsys.readouterr().err.startswith(message)
