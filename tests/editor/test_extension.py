"""The VS Code extension offers what the server takes; its own tests are run by ``scripts/extension``."""

from __future__ import annotations

import json
import re
from typing import Any

from cloudtrail_policylint.editor.checking import NAMES
from cloudtrail_policylint.editor.session import NAME
from support.paths import PROJECT

FOLDER = PROJECT / "editors" / "vscode"
PACKAGE: Any = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
SCHEMA: Any = json.loads(
    (PROJECT / "cloudtrail_policylint" / "settings" / "settings.schema.json").read_text("utf-8")
)
OWN = {"server"}
"""Settings of the extension that the server does not get."""


def settings_in(page: str) -> set[str]:
    """The settings in the table of *page* that names the server's."""
    text = (PROJECT / page).read_text(encoding="utf-8")
    (table,) = (one for one in text.split("\n\n") if one.startswith("|") and "confidence`" in one)
    named = re.findall(r"`([\w.-]+)`", " ".join(row.split("|")[1] for row in table.splitlines()))
    return {name.removeprefix(f"{NAME}.") for name in named}


def test_the_settings_are_those_of_the_server_and_of_the_documents() -> None:
    properties = PACKAGE["contributes"]["configuration"]["properties"]
    assert {name.removeprefix(f"{NAME}.") for name in properties} == {*NAMES, *OWN}
    assert settings_in("docs/editors.md") == set(NAMES)
    assert settings_in("editors/vscode/README.md") == {*NAMES, *OWN}
    for name, said in properties.items():
        if name != f"{NAME}.server":
            # What nobody sets must not override a settings file; one server has all folders.
            assert (said["default"], said["scope"]) == (None, "window"), name
        known = SCHEMA["properties"].get(name.removeprefix(f"{NAME}."), {})
        assert set(said.get("enum", [])) - {None} == set(known.get("enum", [])), name


def test_what_a_workspace_brings_is_not_started_before_it_is_trusted() -> None:
    trust = PACKAGE["capabilities"]["untrustedWorkspaces"]
    assert trust["restrictedConfigurations"] == [f"{NAME}.server"]


def test_the_languages_that_start_it_are_those_that_it_checks() -> None:
    source = (FOLDER / "src" / "extension.ts").read_text(encoding="utf-8")
    (listed,) = re.findall(r"const LANGUAGES = \[(.*?)\];", source, re.DOTALL)
    languages = [f"onLanguage:{name}" for name in re.findall(r'"(.*?)"', listed)]
    assert PACKAGE["activationEvents"] == languages


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert len(lock["packages"]) > 100
    for path, package in lock["packages"].items():
        assert "resolved" not in package, path
        assert not path or "integrity" in package, path


def test_the_license_is_that_of_the_project() -> None:
    assert (FOLDER / "LICENSE").read_bytes() == (PROJECT / "LICENSE").read_bytes()
