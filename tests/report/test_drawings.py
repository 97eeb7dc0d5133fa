"""Drawings of set-ups and of who may: the same parts in each language, and no text of a file that is one."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cloudtrail_policylint.base.choices import DRAWN_FORMATS
from cloudtrail_policylint.cli import main
from cloudtrail_policylint.files.reports import is_report
from cloudtrail_policylint.findings.result import Result
from cloudtrail_policylint.questions import stoppers
from cloudtrail_policylint.report import mermaid
from cloudtrail_policylint.report.drawing import MAY, Arrow, Box, Drawing, cut, wrapped
from cloudtrail_policylint.report.formats import report
from support.findings import finding, shown_setup
from support.fuzzing import check_form

HOSTILE = "\"]; x -> y </title></svg><script>alert(1)</script>\n%% #quot; ```\r|`'&lt;\\\\n\x1b\u202e\ud800{}"
LONG = "x" * 5_000
SVG = "{http://www.w3.org/2000/svg}"
MODULE = """
resource "aws_cloudtrail" "audit" {
  name           = "audit"
  s3_bucket_name = "acme-logs"
}
resource "aws_iam_role" "ops" {
  name               = "ops"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_iam_role_policy" "ops" {
  role   = aws_iam_role.ops.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = ["cloudtrail:StopLogging", "cloudtrail:UpdateTrail"], Resource = aws_cloudtrail.audit.arn }] })
}
"""


def drawn(text: str, form: str) -> str:
    found = finding(f"bad{text}", id="CT2", path="b.json")
    return report(Result((found,), 1, 1, (), setups=(shown_setup(text),) * 2), form)


def parts_of(text: str, form: str) -> list[str]:
    """The parts of a drawing without the words in it."""
    if form == "svg":
        return [one.tag for one in ET.fromstring(text).iter() if one.tag != f"{SVG}title"]
    return re.sub(r'"(?:[^"\\]|\\[nl\\])*"', '""', text).splitlines()


@pytest.mark.parametrize("form", DRAWN_FORMATS)
def test_no_text_of_a_file_becomes_a_part_of_a_drawing(form: str) -> None:
    plain = drawn("x", form)
    assert is_report(plain.encode())
    for hostile in (HOSTILE, LONG, f"{LONG} {HOSTILE}"):
        text = drawn(hostile, form)
        assert text.isascii()
        check_form(form, text, fully=True)
        if form != "svg":  # there, cut and broken text has more elements
            assert parts_of(text, form) == parts_of(plain, form)
        else:
            assert set(parts_of(text, form)) == set(parts_of(plain, form))
        assert len(text) < 60_000


def test_every_language_says_the_same() -> None:
    for form in DRAWN_FORMATS:
        text = drawn("", form)
        for word in ("allowed s3:GetBucketAcl", "denied s3:PutObject", "cannot tell kms:Decrypt", "organization",
                     "may cloudtrail:StopLogging, cloudtrail:DeleteTrail", "perhaps cloudtrail:UpdateTrail",
                     "CT2 b.json:1:1: bad", "and 3 more may stop aws_cloudtrail.t", "not in view: boundaries",
                     ": 1200 more principals"):  # fmt: skip
            assert text.replace(",\\n", ", ").replace(",<br/>", ", ").count(word) >= 2, (form, word)


def test_svg_refers_to_nothing_and_says_what_it_shows() -> None:
    root = ET.fromstring(drawn("", "svg"))
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert tags == {"svg", "title", "desc", "style", "rect", "g", "line", "polygon", "text"}
    names = {name for one in root.iter() for name in one.attrib}
    assert not [name for name in names if "href" in name or name.startswith("on")]
    style = root.findtext(f"{SVG}style") or ""
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style
    assert root.attrib["aria-labelledby"] == "title told"
    assert root.findtext(f"{SVG}title") == "aws_cloudtrail.t, aws_cloudtrail.t"
    told = root.findtext(f"{SVG}desc") or ""
    assert "bucket b: denied s3:PutObject; arn:b/*; no (CT2). " in told
    # Every state differs by its line or its words, not only by its colour.
    assert "\N{BALLOT X} denied" in "".join(root.itertext())
    assert re.search(r"\.edge\.denied line \{ stroke-dasharray", style)
    assert re.search(r"\.edge\.unknown line, \.edge\.perhaps line \{ stroke-dasharray", style)
    bottom = float(root.attrib["height"])
    assert all(0 < float(one.attrib["y"]) < bottom for one in root.iter(f"{SVG}text"))


def test_texts_are_cut_and_broken() -> None:
    assert cut("a\nb", 9) == "a\\nb"
    assert cut("0123456789", 7) == "012\N{HORIZONTAL ELLIPSIS}789"
    assert wrapped("one two  three", 7) == ["one two", "three"]
    assert wrapped("a b c d", 1, most=2)[-1] in ("\N{HORIZONTAL ELLIPSIS}", "b")
    assert all(len(line) <= 9 for line in wrapped(f"{LONG} {HOSTILE}", 9))
    assert wrapped("") == [""]


@pytest.fixture
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two modules whose trails have one address; who may stop one may not stop the other."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    Path("a").mkdir()
    Path("b").mkdir()
    Path("a/main.tf").write_text(MODULE)
    Path("b/main.tf").write_text(
        MODULE.partition('resource "aws_iam_role"')[0].replace('"audit"\n', '"other"\n')
    )


@pytest.mark.usefixtures("_modules")
def test_the_command_draws_set_ups_with_who_may_stop_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for form in DRAWN_FORMATS:
        assert main(["lint", "--show-setups", "--format", form]) == 0
        shown = capsys.readouterr().out
        check_form(form, shown, fully=True)
        times = {"svg": 3, "mermaid": 1, "dot": 2}  # with the text that says all, and tips
        assert shown.count("may cloudtrail:StopLogging") == times[form]
        assert "nobody in view may stop aws_cloudtrail.audit" in shown
        status = main(["lint", "--format", form])
        assert capsys.readouterr().out == shown
        # A drawing may replace one.
        for _ in range(2):
            assert main(["lint", "--output", f"{form}=drawing.{form}"]) == status
        assert Path(f"drawing.{form}").read_text() == shown
        capsys.readouterr()
    assert main(["lint", "--format", "html"]) == status
    assert (
        "role/ops</td><td>cloudtrail:StopLogging, cloudtrail:UpdateTrail</td>"
        in capsys.readouterr().out
    )


@pytest.mark.usefixtures("_modules")
def test_no_more_is_asked_than_a_run_may(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a/more.tf").write_text(
        MODULE[MODULE.index('resource "aws_iam_role"') :]
        .replace("ops", "all")
        .replace("cloudtrail:StopLogging", "cloudtrail:*")
    )
    with monkeypatch.context() as patch:
        patch.setattr(stoppers, "MAX_ASKED", 8)
        main(["lint", "--format", "mermaid", "a", "b"])
    text = capsys.readouterr().out
    unasked = "not asked whether they may stop aws_cloudtrail.audit: 1 more principal"
    assert text.count(unasked) == 2
    monkeypatch.setattr(stoppers, "MAX_SHOWN", 1)
    main(["lint", "--format", "mermaid", "a", "b"])
    assert "and 1 more may stop aws_cloudtrail.audit or perhaps do" in capsys.readouterr().out


def test_what_mermaid_would_refuse_is_left_out() -> None:
    many = tuple(
        Box("principal", f"role/{number}", arrows=(Arrow(MAY, "may do it"),))
        for number in range(2_000)
    )
    text = mermaid.text_of([Drawing(Box("", "hub"), many)] * 3)
    assert len(text) < 50_000
    assert text.count("==>") == mermaid.MAX_ARROWS + 1
    assert f"{2_000 - mermaid.MAX_ARROWS - 1 + 2:,} more are left out" in text


@pytest.mark.usefixtures("_modules")
def test_who_may_stop_a_trail_is_what_who_can_answers(capsys: pytest.CaptureFixture[str]) -> None:
    main(["lint", "--format", "html", "a"])
    page = capsys.readouterr().out
    for action in ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors"):
        main(["who-can", f"cloudtrail:{action}", "aws_cloudtrail.audit", "--format", "json", "--", "a"])  # fmt: skip
        who = [one["principal"] for one in json.loads(capsys.readouterr().out)["who"]]
        assert who == (["role/ops"] if f"cloudtrail:{action}" in page else [])


@pytest.mark.usefixtures("_modules")
def test_what_fails_in_it_is_an_internal_error_beside_the_findings(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stoppers, "who_can", lambda *_: 1 / 0)
    assert main(["lint", "--format", "svg", "a"]) == 3
    out, err = capsys.readouterr()
    check_form("svg", out, fully=True)
    assert "internal error in who may stop a trail: ZeroDivisionError" in err


@pytest.mark.usefixtures("_modules")
def test_of_standard_input_nobody_is_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for form in (*DRAWN_FORMATS, "html"):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(MODULE.encode())))
        main(["lint", "-", "--stdin-filename", "main.tf", "--format", form])
        text = capsys.readouterr().out
        assert "nobody was asked whether they may stop aws_cloudtrail.audit" in text, form
        assert "may cloudtrail:" not in text
        if form == "mermaid":
            assert "trail<br/>aws_cloudtrail.audit<br/>main.tf:2:1" in text


@pytest.mark.usefixtures("_modules")
def test_without_a_trail_a_drawing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    Path("none.json").write_text("{}")
    for form in DRAWN_FORMATS:
        assert main(["lint", "none.json", "--format", form]) == 0
        text = capsys.readouterr().out
        check_form(form, text, fully=True)
        assert "no trail in these files" in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
def test_graphviz_reads_a_hostile_graph() -> None:
    dot = shutil.which("dot") or ""
    done = subprocess.run(
        [dot, "-Tsvg"], input=drawn(HOSTILE, "dot"), capture_output=True, text=True, check=True
    )
    assert not done.stderr
    root = ET.fromstring(done.stdout)
    assert not [one for one in root.iter() if one.tag == f"{SVG}script"]
    assert len(root.findall(f".//{SVG}g[@class='edge']")) == 2 * 8


SHARED = """
Resources:
  Logs: {Type: AWS::S3::Bucket, Properties: {BucketName: acme}}
  LogsPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Logs
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Service: cloudtrail.amazonaws.com}, Action: "s3:GetBucketAcl", Resource: "arn:aws:s3:::acme"}
          - {Effect: Allow, Principal: {Service: cloudtrail.amazonaws.com}, Action: "s3:PutObject", Resource: "arn:aws:s3:::acme/*", Condition: {StringLike: {"aws:SourceArn": !Sub "arn:aws:cloudtrail:*:${AWS::AccountId}:trail/main"}}}
  Main:
    Type: AWS::CloudTrail::Trail
    DependsOn: LogsPolicy
    Properties: {IsLogging: true, TrailName: main, S3BucketName: !Ref Logs}
  Other:
    Type: AWS::CloudTrail::Trail
    DependsOn: LogsPolicy
    Properties: {IsLogging: true, TrailName: other, S3BucketName: !Ref Logs}
"""


INSTANCES = """
resource "aws_s3_bucket" "logs" { bucket = "acme" }
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:GetBucketAcl", Resource = "arn:aws:s3:::acme" },
    { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:PutObject", Resource = "arn:aws:s3:::acme/one/AWSLogs/*" }] })
}
resource "aws_cloudtrail" "t" {
  for_each       = toset(["one", "three", "two"])
  name           = "audit-${each.key}"
  s3_bucket_name = aws_s3_bucket.logs.id
  s3_key_prefix  = each.key
  depends_on     = [aws_s3_bucket_policy.logs]
}
"""


def arrows_in(shown: str) -> dict[tuple[str, str], tuple[str, set[str]]]:
    """The answers and rules of a Mermaid drawing, by the number of the trail and the action."""
    found = {}
    for line in shown.splitlines():
        arrow = re.search(r'n(\d) --.*"(\w+|cannot tell) s3:(\w+)', line)
        if arrow is not None:
            found[(arrow[1], arrow[3])] = (arrow[2], set(re.findall(r"CT\d+", line)))
    return found


@pytest.mark.usefixtures("_modules")
def test_a_finding_is_on_the_instances_that_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    Path("c").mkdir()
    Path("c/main.tf").write_text(INSTANCES)
    main(["lint", "c", "--format", "mermaid"])
    arrows = arrows_in(capsys.readouterr().out)
    puts = [arrows[(number, "PutObject")] for number in "012"]
    assert [answer for answer, _ in puts] == ["allowed", "denied", "denied"]
    assert ["CT952" in rules for _, rules in puts] == [False, True, True]
    assert "CT952" not in arrows[("0", "GetBucketAcl")][1]


@pytest.mark.usefixtures("_modules")
def test_a_finding_is_on_the_arrow_that_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    Path("shared.yaml").write_text(SHARED)
    main(["lint", "shared.yaml", "--format", "mermaid"])
    shown = capsys.readouterr().out
    arrows = arrows_in(shown)
    # What the statement of s3:PutObject lacks is not at the ACL; Main meets the condition that Other does not.
    assert arrows[("0", "GetBucketAcl")] == ("allowed", set())
    assert arrows[("0", "PutObject")] == ("allowed", {"CT504", "CT506"})
    assert arrows[("1", "GetBucketAcl")] == ("allowed", set())
    assert arrows[("1", "PutObject")] == ("denied", {"CT504", "CT506", "CT962"})
