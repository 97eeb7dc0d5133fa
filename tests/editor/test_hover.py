"""Hovers and completions of the language server, by the protocol itself."""

from __future__ import annotations

import pytest

from cloudtrail_policylint.editor.completion import completions_at
from cloudtrail_policylint.editor.hover import hover_at
from cloudtrail_policylint.editor.knowledge import Knowledge
from cloudtrail_policylint.editor.positions import UTF8, UTF16, Positions
from cloudtrail_policylint.tree.source import SourceFile
from support.language_client import Client

KNOWLEDGE = Knowledge()
STATEMENT = "Statement:\n  - Effect: Allow\n    "


def hover(text: str) -> str:
    """What is shown at the bar in *text*, a statement of YAML."""
    head, _, tail = text.partition("|")
    source = SourceFile("p.yaml", STATEMENT + head + tail)
    found = hover_at(source, len(STATEMENT + head), (), KNOWLEDGE, Positions())
    if found is None:
        return ""
    assert found.range is not None
    lines = source.text.splitlines()
    word = lines[found.range.start.line][found.range.start.character : found.range.end.character]
    return f"[{word}] {getattr(found.contents, 'value', '')}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Action: cloudtrail:Stop|Logging",
            [
                "[cloudtrail:StopLogging]",
                "Grants permission to stop",
                "access level: Write",
                "resource types: `trail`",
                "condition keys: global ones only",
            ],
        ),
        ("Action: cloudtrail:lookupevents|", ["`cloudtrail:LookupEvents`", "none: `Resource` must be `*`"]),
        ("Action: s3:PutObject|", ["`s3:x-amz-acl`", "`s3:object`"]),
        ("Action: ['cloudtrail:St?p*|']", ["stands for 3 actions of the", "- Write: `StopEventDataStoreIngestion`, `StopImport`, `StopLogging`"]),
        ("Action: '*|'", ["all actions of all services"]),
        ("Condition:\n      StringEquals:\n        aws:Source|Arn: x", ["[aws:SourceArn]", "type ARN", "AWS services: ", "https://docs.aws.amazon.com"]),
        ("Condition:\n      StringEquals:\n        aws:ResourceTag/|team: x", ["`aws:ResourceTag/*`", "for each action and resource type"]),
        ("Condition:\n      StringEquals:\n        s3:x-amz-acl|: x", ["canned ACL", "Type String.", "in requests for: ", "`PutObject`"]),
    ],
)  # fmt: skip
def test_a_hover_says_what_a_word_is(text: str, shown: list[str]) -> None:
    found = hover(text)
    for part in shown:
        assert part in found


@pytest.mark.parametrize(
    "text",
    ["Resource: arn:aws:s3|:::x", "Action: cloudtrail:No|pe", "Action: nope:G*|", "Resource: '*|'", "Sid: Hello|", "Sid: |"],
)  # fmt: skip
def test_of_what_is_not_known_nothing_is_shown(text: str) -> None:
    assert hover(text) == ""


def test_a_hover_over_a_finding_shows_the_page_of_its_rule() -> None:
    text = STATEMENT + 'Action: cloudtrail:LookupEvent\n    Resource: "*"\n'
    with Client() as client:
        client.open("untitled:p.yaml", text)
        found = client.request("textDocument/hover", client.about("untitled:p.yaml", 2, 20))
        assert found["contents"]["value"].startswith("# CT101 unknown-action")
        assert (
            "IAM211" not in found["contents"]["value"]
        )  # it is about the whole policy, from line 0
        assert found["contents"]["kind"] == "markdown"
        assert client.request("textDocument/hover", client.about("untitled:p.yaml", 99, 9)) is None
        assert (
            client.request("textDocument/hover", client.about("untitled:none.yaml", 0, 0)) is None
        )


def complete(text: str, *, snippets: bool = False) -> dict[str, str]:
    """The labels that are offered at the bar in *text*, a statement of YAML, and what they insert."""
    head, _, tail = text.partition("|")
    source = SourceFile("p.yaml", STATEMENT + head + tail)
    at = len(STATEMENT + head)
    found = completions_at(source, at, KNOWLEDGE, Positions(), snippets=snippets)
    if found is None:
        return {}
    items = sorted(found.items, key=lambda one: one.sort_text or one.label)
    return {item.label: getattr(item.text_edit, "new_text", "") for item in items}


def test_prefixes_are_offered_first_and_then_actions() -> None:
    prefixes = complete("Action: |")
    assert next(iter(prefixes)) == "cloudtrail-data:"
    assert "s3:" in prefixes
    actions = complete("Action: cloudtrail:St|")
    assert "cloudtrail:StopLogging" in actions
    assert all(name.startswith("cloudtrail:") for name in actions)
    assert "cloudtrail:AddTags" not in actions  # what is typed is not in it
    by_rank = list(actions)
    assert by_rank.index("cloudtrail:StopLogging") < by_rank.index("cloudtrail:ListTrails")
    assert complete("Action: nope:|") == {}


def test_operators_and_condition_keys_are_offered() -> None:
    operators = list(complete("Condition:\n      |"))
    assert operators.index("StringEquals") < operators.index("ForAnyValue:StringEquals")
    keys = complete("Condition:\n      StringEquals:\n        |")
    assert {"aws:SourceArn", "aws:ResourceTag/", "s3:"} <= keys.keys()
    assert "s3:x-amz-acl" in complete("Condition:\n      StringEquals:\n        s3:|")
    assert complete("Condition:\n      StringEquals:\n        aws:SourceArn: |") == {}


def test_arns_and_principals_are_offered_with_fields_to_fill_in() -> None:
    trail = "arn:aws:cloudtrail:${Region}:${Account}:trail/${TrailName}"
    assert complete("Resource: |")[trail] == "arn:aws:cloudtrail:REGION:ACCOUNT:trail/TRAILNAME"
    with_fields = complete("Resource: ['arn:|']", snippets=True)
    assert (
        with_fields[trail]
        == "arn:${1:aws}:cloudtrail:${2:Region}:${3:Account}:trail/${4:TrailName}"
    )
    assert "cloudtrail.amazonaws.com" in complete("Principal:\n      Service: |")
    assert set(complete("Principal:\n      |")) == {"AWS", "Service", "Federated", "CanonicalUser"}


def test_a_completion_replaces_the_word_that_is_typed() -> None:
    with Client() as client:
        text = 'data "aws_iam_policy_document" "p" {\n  statement {\n    actions = ["cloudtrail:Sto"]\n'
        client.open("untitled:main.tf", text)
        asked = client.about("untitled:main.tf", 2, len('    actions = ["cloudtrail:Sto'))
        found = client.request("textDocument/completion", asked)
        (item,) = (one for one in found["items"] if one["label"] == "cloudtrail:StopLogging")
        assert item["textEdit"]["range"]["start"] == {"line": 2, "character": 16}
        assert item["textEdit"]["range"]["end"] == {"line": 2, "character": 30}
        assert item["detail"] == "Write"
        assert (
            client.request("textDocument/completion", client.about("untitled:main.tf", 0, 3))
            is None
        )


@pytest.mark.parametrize("encoding", [UTF8, UTF16, "utf-32"])
def test_positions_and_offsets_are_inverse(encoding: str) -> None:
    source = SourceFile("p.json", "a\u00e9\U0001f600b\r\n\rx\n\U0001f600")
    positions = Positions(encoding)
    inside = [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]
    for offset in inside:
        assert positions.offset_of(source, positions.position_of(source, offset)) == offset
    assert positions.position_of(source, 4).character == {UTF8: 8, UTF16: 5}.get(encoding, 4)  # type: ignore[call-overload]
