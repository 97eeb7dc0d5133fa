"""The documentation site: each finding leads to a page of it, and a browser finds these pages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from cloudtrail_policylint._version import DOCS_URL
from cloudtrail_policylint.cli import main
from support.browser import PROGRAM, browser, served
from support.paths import PROJECT
from support.rules import RULE

if TYPE_CHECKING:
    from pathlib import Path

    from cloudtrail_policylint.rulebook.model import RuleBook

BAD = '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "cloudtrail:Nope", "Resource": "*"}}'
OURS = "https://docs.example.com/lint/"
EXCEPTION = "InsufficientS3BucketPolicyException"

needs_mkdocs = pytest.mark.skipif(
    find_spec("material") is None or sys.platform == "win32", reason="needs the extra docs"
)


# -- where findings lead


@pytest.mark.parametrize("setting", ["", f"docs-url: {OURS.rstrip('/')}\n"])
def test_every_report_leads_to_the_page_of_the_rule(
    setting: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.json").write_text(BAD)
    (tmp_path / "q.json").write_text(BAD.replace("}}", ""))
    (tmp_path / ".cloudtrail-policylint.yaml").write_text(setting)
    pages = {f"{OURS if setting else DOCS_URL}rules/{rule}/" for rule in ("CT001", "CT101")}
    for name in ("full", "json", "sarif", "rdjson", "markdown", "html"):
        assert main(["lint", "--format", name]) == 1
        out, _ = capsys.readouterr()
        assert set(re.findall(r"https://[^\"\s<>)]*/rules/CT\w+/", out)) == pages, name
        if name == "sarif":
            (run,) = json.loads(out)["runs"]
            assert {one["helpUri"] for one in run["tool"]["driver"]["rules"]} == pages
    main(["explain", "CT101"])
    assert f"  {max(pages)}\n" in capsys.readouterr().out
    main(["rules", "--select", "CT101", "--format", "json"])
    (rule,) = json.loads(capsys.readouterr().out)
    assert rule["url"] == max(pages)


def test_a_rule_of_a_user_leads_to_its_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(RULE)
    (tmp_path / ".cloudtrail-policylint.yaml").write_text(f"docs-url: {OURS}\nrules: [own.yaml]\n")
    main(["rules", "--format", "json"])
    urls = [one["url"] for one in json.loads(capsys.readouterr().out)]
    assert "https://example.com" in urls
    assert {url.startswith(OURS) for url in urls if url != "https://example.com"} == {True}


def test_the_address_of_the_site_is_that_of_the_package() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Documentation"] == DOCS_URL
    assert project["urls"]["Rules"] == f"{DOCS_URL}rules/"


# -- the site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, alone in another."""
    place = tmp_path_factory.mktemp("served") / "site"
    built = os.environ.get("BUILT_SITE")  # .ci/run has built it
    if built:
        place.symlink_to(built)
    else:
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(place)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return place


class Loaded(HTMLParser):
    """What a page loads: not what it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") in ("canonical", "next", "prev"):
            return
        names = {"link": "href", "base": "href", "object": "data"}
        address = None if tag == "a" else given.get(names.get(tag, "src"))
        if address is not None:
            self.addresses.append(address)


@needs_mkdocs
def test_every_rule_has_a_page_and_no_page_loads_anything_from_elsewhere(
    site: Path, book: RuleBook
) -> None:
    for rule in book.sorted():
        assert rule.url is not None
        page = (site / rule.url.removeprefix(DOCS_URL) / "index.html").read_text(encoding="utf-8")
        assert re.search(rf"<h1[^>]*>{rule.id} {rule.name}<", page)
        for tag in (rule.severity, *rule.tags):
            assert f'href="../tags/#tag:{tag}"' in page
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(book.sorted()) + 15
    for path in pages:
        loaded = Loaded(path.read_text(encoding="utf-8")).addresses
        assert loaded
        assert [one for one in loaded if urlsplit(one).netloc] == [], path


@needs_mkdocs
@pytest.mark.skipif(PROGRAM is None, reason="needs Chromium")
def test_a_browser_finds_the_pages_and_asks_nobody_else(site: Path, tmp_path: Path) -> None:
    with served(site.parent) as server, browser(tmp_path / "profile") as tab:
        base = f"{server}site/"
        searches = (
            ("CT203", "rules/CT203/"),
            (EXCEPTION, "rules/CT501/"),
            ("HTML report", "ci/"),
        )
        for words, wanted in searches:
            tab.open(base)
            tab.value("document.querySelector('.md-search__input').focus()")
            tab.write(words)
            found = "[...document.querySelectorAll('.md-search-result__link')].map(one => one.href)"
            results = tab.wait_for(f"(found => found.length && found)({found})")
            paths = [one.partition("?")[0].removeprefix(base) for one in results]
            assert wanted in paths[:3], paths
            # What is found is there, and says it.
            tab.open(results[paths.index(wanted)])
            assert words in tab.value("document.querySelector('article').innerText")
        assert tab.complaints == []
        elsewhere = [one for one in tab.requested if not one.startswith((base, "data:"))]
        assert elsewhere == []
        assert f"{base}search/search_index.json" in tab.requested
