from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.extract.bare import extract_bare
from cloudtrail_policylint.extract.cloudformation import extract_template, is_template
from cloudtrail_policylint.iam.written import Extraction, Found
from cloudtrail_policylint.readers.json.reader import read_placed, read_values
from cloudtrail_policylint.readers.yaml import reader as yaml_reader
from cloudtrail_policylint.tree.nodes import Node
from cloudtrail_policylint.tree.source import SourceFile

STATEMENT = {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}


def bare(root: Node, source: SourceFile) -> Extraction:
    def template(node: Node) -> Extraction | None:
        return extract_template(node, source) if is_template(node) else None

    return extract_bare(root, template)


def extract(value: object) -> Extraction:
    text = value if isinstance(value, str) else json.dumps(value, indent=1)
    source = SourceFile("t.json", text)
    root = read_placed(source).root
    assert root is not None
    return bare(root, source)


def extract_yaml(text: str) -> Extraction:
    source = SourceFile("t.yaml", text)
    (reading,) = yaml_reader.read(source)
    assert reading.root is not None
    return bare(reading.root, source)


def only(extraction: Extraction) -> Found:
    (found,) = extraction.documents
    return found


def spelt(found: Found) -> str:
    span = found.node.span
    return span.text


def test_a_file_that_is_a_policy() -> None:
    found = only(extract(POLICY))
    assert (found.kind, found.owner.name, found.complete) == (None, "", True)
    assert json.loads(spelt(found)) == POLICY


def test_a_list_of_policies() -> None:
    assert len(extract([POLICY, POLICY]).documents) == 2


@pytest.mark.parametrize("excerpt", [STATEMENT, [STATEMENT, STATEMENT]])
def test_statements_without_a_policy_are_an_excerpt(excerpt: object) -> None:
    assert not only(extract(excerpt)).complete


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ({"PolicyVersion": {"Document": POLICY, "IsDefaultVersion": True}}, None),
        ({"Policy": json.dumps(POLICY)}, None),
        (
            {"Attributes": {"TopicArn": "arn:aws:sns:r:1:t", "Policy": json.dumps(POLICY)}},
            "sns-topic",
        ),
        (
            {"Attributes": {"QueueArn": "arn:aws:sqs:r:1:q", "Policy": json.dumps(POLICY)}},
            "sqs-queue",
        ),
        (
            {
                "ResourceArn": "arn:aws:cloudtrail:us-east-1:1:channel/x",
                "ResourcePolicy": json.dumps(POLICY),
            },
            "cloudtrail-channel",
        ),
        (
            {
                "Policy": {
                    "PolicySummary": {"Type": "SERVICE_CONTROL_POLICY"},
                    "Content": json.dumps(POLICY),
                }
            },
            "scp",
        ),
        ({"Role": {"RoleName": "r", "AssumeRolePolicyDocument": POLICY}}, "trust"),
        ({"Role": {"AssumeRolePolicyDocument": quote(json.dumps(POLICY))}}, "trust"),
        ({"data": {"list": [{"anything": POLICY}]}}, None),
    ],
)
def test_replies_of_the_aws_command_line(reply: object, kind: str | None) -> None:
    assert only(extract(reply)).kind == kind


def test_places_inside_strings() -> None:
    for text in (
        json.dumps({"Policy": json.dumps(POLICY)}),
        json.dumps({"Policy": quote(json.dumps(POLICY))}),
    ):
        span = only(extract(text)).node.span
        assert text[: span.start].endswith('"Policy": "')
        assert text[span.end :] == '"}'


def test_values_without_places_are_extracted_alike() -> None:
    source = SourceFile("t.json", json.dumps({"Policy": json.dumps(POLICY), "Document": POLICY}))
    root = read_values(source)
    assert root is not None
    assert len(bare(root, source).documents) == 2


def test_serverless_framework() -> None:
    extraction = extract_yaml(
        "provider:\n"
        "  iam:\n"
        "    role:\n"
        "      managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccess]\n"
        "      statements:\n"
        "        - Effect: Allow\n"
        "          Action: cloudtrail:LookupEvents\n"
        "          Resource: !Sub '${X}'\n"
        "functions:\n"
        "  f:\n"
        "    iamRoleStatements:\n"
        "      - {Effect: Deny, Action: '*', Resource: '*'}\n"
        "resources:\n"
        "  Resources:\n"
        "    P:\n"
        "      Type: AWS::SQS::QueuePolicy\n"
        "      Properties: {PolicyDocument: {Statement: []}}\n"
    )
    assert [(d.kind, d.owner.name) for d in extraction.documents] == [
        ("identity", ""),
        ("identity", ""),
        ("sqs-queue", "P"),
    ]
    assert [a.arn.literal for a in extraction.attachments] == [
        "arn:aws:iam::aws:policy/ReadOnlyAccess"
    ]


def test_strings_of_other_yaml_only_when_they_are_policies() -> None:
    text = f"spec:\n  policy: |\n    {json.dumps(POLICY)}\n  note: '{{\"Statement\": 1}}'\n"
    assert json.loads(spelt(only(extract_yaml(text)))) == POLICY


def test_a_broken_string_that_is_still_a_policy() -> None:
    broken = json.dumps(POLICY).replace("}]", "},]")
    (problem,) = only(extract({"Policy": broken})).problems
    assert problem.name == "embedded-policy-not-json"
    assert problem.span.source.text[problem.span.start] == ","


@pytest.mark.parametrize(
    "value",
    [
        {"Statement": "We take note."},
        {"Statement": [{"Effect": "NoSchedule", "Action": "x"}]},
        {"Statement": [{"Action": ["Send report"]}]},
        {"Version": "2012-10-17"},
        {"Version": "2012-10-17", "Actions": ["cloudtrail:StopLogging"]},
        {"actions": {"cloudtrail": ["StopLogging"]}, "Effect": "Allow"},
        {"StackPolicy": {"Statement": {"Effect": "Deny", "Action": "Update:*", "Principal": "*"}}},
        {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:*", "Resource": "*"}]},
        {"taints": [{"Effect": "Allow"}]},
        {"detail": {"eventSource": ["cloudtrail.amazonaws.com"], "eventName": ["StopLogging"]}},
        {"eventSource": "iam", "eventName": "PutRolePolicy", "requestParameters": {"doc": POLICY}},
        {"text": "see the Statement {"},
        {
            "logsource": {"service": "cloudtrail"},
            "detection": {"selection": {"eventName": "StopLogging"}},
        },
        {"permissions": [{"Effect": "Allow", "Actions": ["cloudtrail:*"]}], "policy": "cloudtrail"},
        {"IAM Actions": ["cloudtrail:ListTrails"], "Guardrail": "Adding Managed Policy"},
        {"Statement": "SELECT eventName FROM cloudtrail", "Action": "cloudtrail:StartQuery"},
        {"rules": [{"id": "CT1", "match": {"Statement": {"Action": "cloudtrail"}}}]},
        {"Resources": ["cloudtrail"], "Condition": {"Action": ["cloudtrail:Nope"]}},
        [],
        {},
    ],
)
def test_what_is_no_policy(value: object) -> None:
    assert extract(value) == Extraction()


@pytest.mark.parametrize(
    "value",
    [
        {"Version": "2012-10-17", "Statements": [STATEMENT]},
        {"Version": "2008-10-17", "Statement": {"Efect": "Allow"}},
        {"Statement": {"Action": "s3:GetObject"}},
        {"Statement": [STATEMENT, 5]},
        {"Statement": {"Effect": "allow", "NotAction": "*"}},
    ],
)
def test_policies_with_mistakes_are_policies(value: object) -> None:
    assert json.loads(spelt(only(extract(value)))) == value


def test_shared_nodes_are_found_once() -> None:
    text = "a: &a {Version: 2012-10-17, Statement: []}\nb: [*a, *a]\nc: *a\n"
    assert len(extract_yaml(text).documents) == 1


KEYS = st.sampled_from(
    ["Statement", "Version", "Effect", "Action", "Policy", "PolicyName", "statements"]
)
SCALARS = st.sampled_from(
    ["Allow", "2012-10-17", "s3:*", json.dumps(POLICY), "%7B", "{Statement", 1, None]
)
TREES = st.recursive(
    SCALARS, lambda t: st.lists(t, max_size=3) | st.dictionaries(KEYS, t, max_size=4), max_leaves=15
)


@settings(max_examples=200)
@given(TREES.filter(lambda tree: isinstance(tree, dict | list)))
def test_nothing_raises(tree: object) -> None:
    extract(tree)
