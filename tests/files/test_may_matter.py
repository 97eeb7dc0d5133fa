"""The quick look at a file's bytes never skips a file that has a policy in scope."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.files.contents import may_matter
from cloudtrail_policylint.lint.linter import Linter
from cloudtrail_policylint.settings.model import Settings

if TYPE_CHECKING:
    from cloudtrail_policylint.rulebook.model import RuleBook

ACTION = st.sampled_from(
    ["cloudtrail:Nope", "CloudTrail:Nope", "CLOUDTRAIL:Nope", "s3:GetObject", "cloudtrail-data:X"]
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
RESOURCE = st.sampled_from(
    ["*", "arn:aws:s3:::cloud-trail", "arn:aws:cloudtrail:x:1:trail/t", "logs"]
)
EFFECT = st.sampled_from(["Allow", "Deny", "allow"])


def escaped_as(*forms: str) -> st.SearchStrategy[str]:
    """A format for one letter: mostly itself, or one of *forms*."""
    return st.sampled_from(["{0}"] * 3 + [*forms])


def escaped(draw: st.DrawFn, text: str, forms: st.SearchStrategy[str], *, often: bool) -> str:
    """*text* with some of its letters escaped in one of *forms*."""
    if not often:
        return text
    return "".join(draw(forms).format(char, ord(char)) if char.isalnum() else char for char in text)


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    """The path and text of a file with one policy, some strings of it escaped."""
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": draw(EFFECT), "Action": draw(ACTION), "Resource": draw(RESOURCE)},
        ],
    }
    often = draw(st.booleans())
    style = draw(st.sampled_from(["json", "string", "url", "yaml", "anchors", "template", "hcl"]))
    if style == "url":
        forms = escaped_as("%{1:02X}", "%{1:02x}")
        action = str(policy["Statement"][0]["Action"])  # type: ignore[index]
        words = [escaped(draw, word, forms, often=often) for word in action.split(":")]
        text = quote(json.dumps(policy), safe="").replace(quote(action), "%3A".join(words))
        return "role.json", json.dumps({"PolicyDocument": text})
    if style in ("json", "string"):
        forms = escaped_as("\\u{1:04x}", "\\u{1:04X}")
        text = json.dumps(policy)
        for word in ("Statement", "Effect", "Action", str(policy["Statement"][0]["Action"])):  # type: ignore[index]
            text = text.replace(f'"{word}"', f'"{escaped(draw, word, forms, often=often)}"', 1)
        return "p.json", json.dumps({"Policy": text}) if style == "string" else text
    statement = policy["Statement"][0]
    assert isinstance(statement, dict)
    if style == "anchors":
        return "p.yaml", anchored(statement)
    if style == "template":
        return "t.yaml", put_together(statement)
    if style == "yaml":
        forms = escaped_as(
            "\\x{1:02x}", "\\u{1:04X}", "\\U{1:08x}", "{0}\\\n        ", "{0}\\\r\n   "
        )
        values = {k: escaped(draw, v, forms, often=often) for k, v in statement.items()}
        return (
            "p.yaml",
            'Version: "2012-10-17"\nStatement:\n'
            f'  - Effect: "{values["Effect"]}"\n'
            f'    Action: "{values["Action"]}"\n'
            f'    Resource: "{values["Resource"]}"\n',
        )
    forms = escaped_as("\\u{1:04x}", "\\U{1:08X}")
    values = {k: escaped(draw, v, forms, often=often) for k, v in statement.items()}
    return (
        "main.tf",
        'resource "aws_iam_policy" "p" {\n  policy = jsonencode({\n    Statement = [{\n'
        f'      Effect = "{values["Effect"]}"\n      Action = "{values["Action"]}"\n'
        f'      Resource = "{values["Resource"]}"\n    }}]\n  }})\n}}\n',
    )


def anchored(statement: dict[str, str]) -> str:
    """The policy with its values defined elsewhere and inserted by aliases."""
    return (
        f"names:\n  - &action {statement['Action']}\n  - &where {{Resource: '{statement['Resource']}'}}\n"
        f"policy: {{Version: 2012-10-17, Statement: [{{<<: *where, Action: *action, "
        f"Effect: {statement['Effect']}}}]}}\n"
    )


def put_together(statement: dict[str, str]) -> str:
    """A template that joins the action from two halves."""
    action, halves = statement["Action"], ("Parameters: {Half: {Type: String, Default: Trail}}\n")
    joined = json.dumps({"Fn::Join": ["", [action[:5], action[5:]]]})
    return (
        f"{halves}Resources:\n  P:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n"
        f"      PolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n"
        f"          - {{Effect: {statement['Effect']}, Resource: '*', Action: [{joined}, "
        '!Sub "cloud${Half}:No"]}\n'
    )


@pytest.mark.parametrize("scope", ["cloudtrail", "all"])
@settings(max_examples=150)
@given(file=files())
def test_no_file_with_a_policy_in_scope_is_skipped(
    file: tuple[str, str], scope: str, book: RuleBook
) -> None:
    path, text = file
    linter = Linter(book, Settings(scope=scope))
    result = linter.lint_text(path, text)
    assert result.internal_errors == ()
    if result.findings or result.documents:
        for encoding in ENCODINGS:
            data = text.encode(encoding)
            assert may_matter(data, everything=scope == "all"), (encoding, text)
