"""The documents say what is so: the README's output, its commands, its tables."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.report.pages import index, markdown_page, page_name, underlined
from cloudtrail_policylint.rulebook.file import examples_of, facts_in
from cloudtrail_policylint.rulebook.folder import RuleFolder
from support.access_analyzer_page import LEFT_OUT, access_analyzer_page, check_name
from support.options_page import options_page
from support.paths import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from cloudtrail_policylint.rulebook.model import RuleBook

LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
HELPERS = {"python", "release-notes", "site_pages.py"}
"""Scripts that other scripts and workflows run."""
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_the_output_in_the_readme_is_current(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``UPDATE_DOCS=1`` writes what the commands print now."""
    monkeypatch.chdir(PROJECT)
    (block,) = re.findall(r"```console\n\$ cloudtrail-policylint (.*)\n((?s:.*?))```", README)
    main(block[0].split())
    out, err = capsys.readouterr()
    found = README.replace(block[1], out + err)
    if os.environ.get("UPDATE_DOCS"):
        (PROJECT / "README.md").write_text(found, encoding="utf-8")
    assert found == README


def test_the_pages_of_the_rules_are_current(book: RuleBook) -> None:
    """``docs/rules/``: a page for each rule and problem, and their index; ``UPDATE_DOCS=1`` regenerates them."""
    rules = str(PROJECT / "rules")
    wanted = {"README.md": index(book.sorted(), facts_in(RuleFolder(rules))["families"])}
    for rule in book.sorted():
        wanted[page_name(rule)] = markdown_page(rule, examples_of([rules], rule.id))
    folder = PROJECT / "docs" / "rules"
    if os.environ.get("UPDATE_DOCS"):
        for path in folder.glob("*.md"):
            path.unlink()
        folder.mkdir(exist_ok=True)
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    stale = [name for name in {*wanted, *found} if wanted.get(name) != found.get(name)]
    assert stale == []


def test_the_page_of_the_options_is_current() -> None:
    """``UPDATE_DOCS=1`` regenerates it."""
    page = PROJECT / "docs" / "options.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(options_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == options_page()


def test_the_page_of_access_analyzer_is_current(book: RuleBook) -> None:
    """``UPDATE_DOCS=1`` regenerates it. A rule has the name of its check."""
    page = PROJECT / "docs" / "access-analyzer.md"
    if os.environ.get("UPDATE_DOCS"):
        page.write_text(access_analyzer_page(book), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == access_analyzer_page(book)
    rules = {rule.id: rule for rule in book.sorted() if rule.id.startswith("IAM")}
    for rule in rules.values():
        assert re.sub(r"\W", "", check_name(rule).lower()) == rule.name.replace("-", "")
    assert set(LEFT_OUT) <= set(rules)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a «b» c\n", "a b c\n  ^\n"),
        ("«a» «bc»\nd\n", "a bc\n^ ^^\nd\n"),
        ("x: «{\n  y}»\nz", "x: {\n   ^\n  y}\n  ^^\nz\n"),
        ("nothing\n\nmarked\n", "nothing\n\nmarked\n"),
    ],
)
def test_marks_are_shown_as_underlines(text: str, shown: str) -> None:
    assert underlined(text) == shown


def test_every_rule_is_in_the_index(book: RuleBook) -> None:
    page = (PROJECT / "docs" / "rules" / "README.md").read_text(encoding="utf-8")
    by_family, by_tag = (re.findall(r"\]\((.*?)\)", part) for part in page.split("## Tags"))
    assert by_family == [page_name(rule) for rule in book.sorted()]
    assert set(by_tag) == {page_name(rule) for rule in book.sorted() if rule.tags}


def test_ci_runs_the_tests_as_the_readme_says() -> None:
    _, tests = re.findall(r"```sh\n(python3 .*)\n```", README)
    run, test = (
        (PROJECT / name).read_text(encoding="utf-8") for name in (".ci/run", "scripts/test")
    )
    made, installed, tested = (step.strip() for step in tests.split("&&"))
    assert made.replace("python3", '"$python"') in run
    assert installed in run
    assert run.endswith("\nscripts/test\n")
    assert tested.replace(".venv/bin/", "scripts/") in run + test


PAGES = sorted(
    str(path.relative_to(PROJECT))
    for pattern in ("*.md", "docs/*.md", "docs/rules/README.md", "benchmarks/*.md")
    for path in PROJECT.glob(pattern)
)


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_and_headings_that_exist(name: str) -> None:
    page = PROJECT / name
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        other = page.parent / target if target else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), f"{target}#{anchor}"


def test_contributing_names_files_that_exist() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.-]*/[\w./-]*|[\w-]+\.(?:md|toml|yaml|py))[ `]", text))
    assert len(named) > 30
    for name in named - {"rules/cloudtrail/ID-NAME.yaml", "readers/NAME/", "extract/NAME_files.py", "report/NAME.py", "docs/NAME.md", "build/site"}:  # fmt: skip
        assert (PROJECT / name).exists() or (PROJECT / "cloudtrail_policylint" / name).exists(), (
            name
        )


def test_contributing_lists_the_scripts() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for script in (PROJECT / "scripts").iterdir():
        if script.is_file():  # the site's pages leave bytecode there
            assert f"scripts/{script.name}" in text or script.name in HELPERS


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of *page* in links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_writing_rules_lists_the_tags_of_security_alerts() -> None:
    from cloudtrail_policylint.report.sarif import SECURITY_TAGS

    text = (PROJECT / "docs" / "writing-rules.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"with one of the tags (.*?) are security alerts", text, re.DOTALL)
    assert set(re.findall(r"`([\w-]+)`", listed)) == SECURITY_TAGS
