"""The pages on questions show what the commands print, and the test on the page passes."""

from __future__ import annotations

import os
import re
import shlex

import pytest

from cloudtrail_policylint.cli import main
from support.paths import PROJECT

BLOCK = re.compile(r"(```console\n\$ cloudtrail-policylint (.*)\n)((?s:.*?))```")
PAGES = ("why.md", "who-can.md", "policy-tests.md")


@pytest.mark.parametrize("name", PAGES)
def test_the_output_on_the_page_is_current(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``UPDATE_DOCS=1`` writes what the commands print now."""
    page = PROJECT / "docs" / name
    monkeypatch.chdir(PROJECT / "docs" / "access")
    monkeypatch.setenv("COLUMNS", "100")

    def printed(block: re.Match[str]) -> str:
        assert main(shlex.split(block[2])) in (0, 1, 4)
        out, err = capsys.readouterr()
        return f"{block[1]}{out}{err}```"

    text = page.read_text(encoding="utf-8")
    assert BLOCK.search(text)
    found = BLOCK.sub(printed, text)
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(found, encoding="utf-8")
    assert found == text


def test_the_expectations_on_the_page_are_those_of_the_example() -> None:
    page = (PROJECT / "docs" / "policy-tests.md").read_text(encoding="utf-8")
    example = (PROJECT / "docs" / "access" / "expectations.yaml").read_text(encoding="utf-8")
    assert example in page


def test_the_test_on_the_page_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (PROJECT / "docs" / "policy-tests.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n((?s:.*?))```", page)
    monkeypatch.chdir(PROJECT)
    names: dict[str, object] = {}
    exec(code, names)
    (test,) = [one for name, one in names.items() if name.startswith("test_")]
    assert callable(test)
    test()
