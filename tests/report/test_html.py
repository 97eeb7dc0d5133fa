"""The page to look at: its structure, what it says, and that no text of a file becomes a part of it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from cloudtrail_policylint.cli import main
from cloudtrail_policylint.findings.result import Result, Suppressed
from cloudtrail_policylint.report.formats import report
from support.findings import finding
from support.findings import shown_setup as setup
from support.paths import PROJECT

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;\x1b\u202e\ud800"
VOID = {"meta", "input"}
SHAPES = {"line", "polygon", "rect"}
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
MODULE = PROJECT / "tests" / "cases" / "show-setups.case"


class Element:
    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None) -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Element] = []
        self.pieces: list[str] = []

    def all(self, tag: str, **wanted: str) -> list[Element]:
        """The elements below with *tag*, of which attributes have the word *wanted*."""
        found = []
        for child in self.children:
            given = child.attributes
            if child.tag == tag and all(v in given.get(k, "").split() for k, v in wanted.items()):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    @property
    def text(self) -> str:
        return "".join(self.pieces)


class Page(HTMLParser):
    """The tree of a page; a tag that is not closed in its place is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self.at = Element("", {}, None)
        self.feed(text)
        self.close()
        assert self.at is self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), tag
        element = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SHAPES
        self.at.children.append(Element(tag, {name: value or "" for name, value in attrs}, self.at))

    def handle_endtag(self, tag: str) -> None:
        assert self.at.tag == tag
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        at: Element | None = self.at
        while at is not None:
            at.pieces.append(data)
            at = at.parent


def page_of(*findings: object, **given: object) -> Element:
    return Page(report(Result(findings, 2, 3, given.pop("suppressed", ()), **given), "html", show_suppressed=True)).root  # type: ignore[arg-type]  # fmt: skip


def test_the_page_loads_nothing_and_runs_only_its_own_script() -> None:
    text = report(
        Result((finding(urls=["javascript:alert(1)"]),), 1, 1, (), setups=(setup(),)), "html"
    )
    assert text.isascii()
    page = Page(text).root
    (policy,) = (
        one.attributes["content"]
        for one in page.all("meta")
        if one.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules.pop("default-src") == rules.pop("base-uri") == rules.pop("form-action") == "'none'"
    for name in ("style", "script"):
        (element,) = page.all(name)
        assert element.attributes == {}
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert rules.pop(f"{name}-src") == f"'sha256-{digest}'"
    assert rules == {}
    for tag in ("link", "img", "iframe", "object", "base"):
        assert not page.all(tag)
    assert all(one.attributes["href"].startswith("#") for one in page.all("a"))
    linked = page_of(finding(urls=["https://example.com/?a&b"]))
    assert "https://example.com/?a&b" in {one.attributes["href"] for one in linked.all("a")}
    assert "style=" not in text.partition("</style>")[2]
    assert not re.search(r"url\(|@import", text)


def test_no_text_of_a_file_becomes_a_part_of_the_page() -> None:
    one = finding(
        HOSTILE, owner=HOSTILE, path=f"{HOSTILE}/{HOSTILE}.json", text=HOSTILE, why=HOSTILE
    )
    plain = finding("m", owner="o", path="a/b.json", text="t", why="w")
    shapes = []
    for it, text in ((plain, "x"), (one, HOSTILE)):
        page = page_of(
            it, suppressed=(Suppressed(it, text, "file"),), internal_errors=(text,), setups=(setup(text),), partly=(text,)
        )  # fmt: skip
        shapes.append(shape_of(page))
        assert all(
            not name.startswith("on")
            for name in {n for e in everything(page) for n in e.attributes}
        )
        (message,) = page.all("article")[0].all("h4")
        assert message.text.startswith("warning X1 m") or HOSTILE[:60] in message.text
    assert shapes[0] == shapes[1]


def everything(element: Element) -> list[Element]:
    return [one for child in element.children for one in (child, *everything(child))]


def shape_of(page: Element) -> list[str]:
    """The tags, but tips and further lines, which are only there for what is cut or broken."""
    tags = [one.tag for one in everything(page) if one.tag != "title"]
    return [tag for before, tag in pairwise(["", *tags]) if (before, tag) != ("text", "text")]


def test_a_finding_has_its_values_source_and_rule() -> None:
    one = finding("bad", owner="aws_x.y", path="f/g/a.json", text='one\n{"a": 1}', id="CT101")
    none = finding("worse", severity="error", id="ACME12")
    page = page_of(one, none, suppressed=(Suppressed(none, "later", "file"),))
    first, second, third = sorted(page.all("article"), key=lambda at: at.attributes["id"], reverse=True)  # fmt: skip
    values = {k: v for k, v in first.attributes.items() if k.startswith("data-")}
    assert values == {
        "data-severity": "warning", "data-family": "CT1", "data-rule": "CT101", "data-folder": "f/g", "data-owner": "aws_x.y",
    }  # fmt: skip
    assert first.all("pre")[0].text == '     1 | one\n       | ^^^\n     2 | {"a": 1}'
    assert {second.attributes["data-severity"], third.attributes["data-severity"]} == {"error", "suppressed"}  # fmt: skip
    assert second.attributes["data-family"] == "ACME"
    for article in (first, second, third):
        (link,) = article.all("a")
        (rule,) = page.all("section", id=link.attributes["href"][1:])
        assert "Why" in rule.text
    ids = [one.attributes["id"] for one in everything(page) if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    # What charts and the form choose from is what findings have.
    for select in page.all("select"):
        name = select.attributes["name"]
        offered = {option.attributes["value"] for option in select.all("option")} - {""}
        assert offered == {"=" + at.attributes[f"data-{name}"] for at in page.all("article")}
    chosen = {(at.attributes["data-choose"], at.attributes["data-value"]) for at in page.all("th") if "data-choose" in at.attributes}  # fmt: skip
    assert chosen >= {("severity", "error"), ("family", "ACME"), ("folder", "f/g"), ("owner", "")}


def test_a_set_up_is_a_picture_with_findings_on_the_edges() -> None:
    source = {"path": "a.json", "text": "{    name    " + " " * 80 + "}"}
    bucket = finding("not for s3:PutObject", id="CT2", path="b.json")
    trail = finding("of the trail", id="CT3", **source)
    page = page_of(bucket, trail, setups=(setup(),))
    (svg,) = page.all("svg", role="group")
    assert "organization" in svg.text
    edges = svg.all("g")
    assert [edge.attributes["class"] for edge in edges] == [
        "edge allowed", "edge denied", "edge unknown", "edge denied", "edge unknown", "edge plain",
        "edge may", "edge perhaps",
    ]  # fmt: skip
    assert "denied logs:PutLogEvents, by the role" in edges[3].text
    texts = svg.all("text")
    links = {link.text: text.attributes for text in texts for link in text.all("a")}
    (denied,) = edges[1].all("line")
    assert int(links["CT2"]["y"]) == int(denied.attributes["y1"]) + 16
    assert set(links) == {"CT2"}  # the other is larger than the trail
    who, requests = page.all("table", **{"class": "answers"})
    assert len(requests.all("tr")) == 5
    assert [row.text for row in who.all("tr")[1:]] == [
        "yesrole/acloudtrail:StopLogging, cloudtrail:DeleteTraila.json:1:1",
        "perhapsrole/acloudtrail:UpdateTraildepends on key: ",
    ]
    notes = [line.text for line in page.all("p", **{"class": "about"})]
    assert "not asked whether they may stop aws_cloudtrail.t: 1200 more principals" in notes


def test_the_command_shows_set_ups_and_replaces_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    module = MODULE.read_text().partition("=== file main.tf\n")[2].partition("=== ")[0]
    Path("main.tf").write_text(module)
    for _ in range(2):
        assert main(["lint", "--output", "html=page.html", "main.tf"]) == 1
    page = Page(Path("page.html").read_text()).root
    (svg,) = page.all("svg", role="group")
    links = [link.text for link in svg.all("a")]
    assert "CT952" in links  # another prefix
    assert len(svg.all("g", **{"class": "allowed"})) == 1
    assert main(["lint", "--output", "json=page.json", "main.tf"]) == 1
    assert "setups" not in json.loads(Path("page.json").read_text())


@pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
def test_the_script_runs_in_a_browser(tmp_path: Path) -> None:
    """The style and the script are allowed by the page's own policy, and the script makes the form usable."""
    page = tmp_path / "page.html"
    page.write_text(report(Result((finding(HOSTILE),), 1, 1, (), setups=(setup(HOSTILE),)), "html"))
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
         f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "CONSOLE" not in done.stderr
    form = re.search(r'<form id="filter"[^>]*>', done.stdout)
    assert form is not None
    assert "hidden" not in form[0]
    assert '<button type="button">' in done.stdout
