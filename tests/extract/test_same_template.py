"""The same policy as plain JSON and in every way in which a template can hold it.

Each policy is written down twice: as plain JSON, and as CloudFormation's YAML
in the short forms. The other columns are made from these two by other means
than the package's own: the long forms (YAML and JSON) and the SAM template with
a YAML reader that knows nothing of templates, the CDK template from the plain
JSON as CDK writes it. What is compared is the policy model without places. In
the plain JSON ``${X}`` stands for what is not known.
"""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from cloudtrail_policylint.extract.cloudformation import extract_template, is_template
from cloudtrail_policylint.iam.normalise import normalise
from cloudtrail_policylint.readers.json import reader as json_reader
from cloudtrail_policylint.readers.yaml import reader as yaml_reader
from cloudtrail_policylint.tree.nodes import Piece, Text
from cloudtrail_policylint.tree.source import SourceFile
from support.policies import document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloudtrail_policylint.iam.policy import Document
    from cloudtrail_policylint.tree.nodes import Node

SECTIONS = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  TrailName: {Type: String, Default: main}
  Actions: {Type: CommaDelimitedList, Default: "cloudtrail:GetTrail, cloudtrail:StopLogging"}
  Organization: {Type: String, AllowedPattern: "o-.*"}
  Account: {Type: Number, Default: 111122223333}
Mappings:
  Names: {fixed: {bucket: logs, prefix: org}}
Conditions:
  Always: !Equals [a, a]
"""
RESOURCES = """\
Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: trail-logs}}
Trail: {Type: AWS::CloudTrail::Trail, Properties: {TrailName: main, S3BucketName: !Ref Bucket, IsLogging: true}}
Store: {Type: AWS::CloudTrail::EventDataStore}
Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
Key: {Type: AWS::KMS::Key}
Reader: {Type: AWS::IAM::Role, Properties: {RoleName: reader}}
"""

CASES: dict[str, tuple[str, str]] = {
    "one action": (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "*"}}',
        '{Version: "2012-10-17", Statement: {Effect: Allow, Action: cloudtrail:GetTrail, Resource: "*"}}',
    ),
    "unquoted version": (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": ["cloudtrail:*"], "Resource": "*"}]}',
        "Version: 2012-10-17\nStatement:\n- Effect: Deny\n  Action:\n  - cloudtrail:*\n  Resource: '*'",
    ),
    "several actions": (
        '{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["cloudtrail:Get*", "s3:List*"], "Resource": ["*"]}]}',
        "Version: '2012-10-17'\nStatement:\n  - Sid: A\n    Effect: Allow\n    Action: ['cloudtrail:Get*', \"s3:List*\"]\n    Resource: ['*']",
    ),
    "two statements": (
        '{"Statement": [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, {"Effect": "Deny", "Action": "cloudtrail:StopLogging", "NotResource": "arn:aws:cloudtrail:*:*:trail/x"}]}',
        "Statement:\n  - {Effect: Allow, NotAction: 'iam:*', Resource: '*'}\n  - Effect: Deny\n    Action: cloudtrail:StopLogging\n    NotResource: arn:aws:cloudtrail:*:*:trail/x",
    ),
    "a service principal": (
        '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::logs"}]}',
        "Statement:\n  - Effect: Allow\n    Principal:\n      Service: cloudtrail.amazonaws.com\n    Action: s3:GetBucketAcl\n    Resource: arn:aws:s3:::logs",
    ),
    "everyone": (
        '{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::cloudtrail-logs/*"}]}',
        "Statement: [{Effect: Deny, Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::cloudtrail-logs/*'}]",
    ),
    "many principals": (
        '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["111122223333", "arn:aws:iam::444455556666:root"], "Service": "cloudtrail.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}]}',
        "Statement:\n- Effect: Allow\n  Principal:\n    AWS: ['111122223333', arn:aws:iam::444455556666:root]\n    Service: cloudtrail.amazonaws.com\n  Action: kms:Decrypt\n  Resource: '*'",
    ),
    "not a principal": (
        '{"Statement": [{"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/x"}, "Action": "cloudtrail:*", "Resource": "*"}]}',
        "Statement:\n- Effect: Deny\n  NotPrincipal: {AWS: 'arn:aws:iam::111122223333:role/x'}\n  Action: cloudtrail:*\n  Resource: '*'",
    ),
    "conditions": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}, "Bool": {"aws:SecureTransport": "true"}}}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:LookupEvents\n  Resource: '*'\n  Condition:\n    StringEquals: {aws:RequestedRegion: [eu-west-1, us-east-1]}\n    Bool: {aws:SecureTransport: 'true'}",
    ),
    "bare truth values and numbers": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:LookupEvents\n  Resource: '*'\n  Condition:\n    Bool: {aws:SecureTransport: true}\n    NumericLessThan: {aws:MultiFactorAuthAge: 3600}",
    ),
    "policy variables": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "arn:aws:cloudtrail:*:*:trail/${aws:username}"}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:GetTrail\n  Resource: arn:aws:cloudtrail:*:*:trail/${aws:username}",
    ),
    "policy variables in a Sub": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "arn:${P}:cloudtrail:*:*:trail/${aws:username}"}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:GetTrail\n  Resource: !Sub 'arn:${AWS::Partition}:cloudtrail:*:*:trail/${!aws:username}'",
    ),
    "an account in a Sub": (
        '{"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::cloudtrail/AWSLogs/${A}/*"}]}',
        "Statement:\n- Effect: Allow\n  Action: s3:PutObject\n  Resource: !Sub arn:aws:s3:::cloudtrail/AWSLogs/${AWS::AccountId}/*",
    ),
    "a Sub with variables": (
        '{"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::trail-logs/org/x"}]}',
        "Statement:\n- Effect: Allow\n  Action: s3:PutObject\n  Resource: !Sub ['arn:aws:s3:::${B}/${P}/x', {B: !Ref Bucket, P: !FindInMap [Names, fixed, prefix]}]",
    ),
    "a parameter with a default": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:GetTrail\n  Resource: !Sub 'arn:aws:cloudtrail:us-east-1:${Account}:trail/${TrailName}'",
    ),
    "a list parameter": (
        '{"Statement": [{"Effect": "Allow", "Action": ["cloudtrail:GetTrail", "cloudtrail:StopLogging"], "Resource": "*"}]}',
        "Statement:\n- Effect: Allow\n  Action: !Ref Actions\n  Resource: '*'",
    ),
    "an unknown parameter": (
        '{"Statement": [{"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "${O}"}}}]}',
        "Statement:\n- Effect: Deny\n  Action: cloudtrail:*\n  Resource: '*'\n  Condition: {StringNotEquals: {aws:PrincipalOrgID: !Ref Organization}}",
    ),
    "a bucket's ARN": (
        '{"Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": ["arn:${P}:s3:::trail-logs", "arn:${P}:s3:::trail-logs/AWSLogs/*"]}]}',
        "Statement:\n- Effect: Allow\n  Action: s3:PutObject\n  Resource: [!GetAtt Bucket.Arn, !Sub '${Bucket.Arn}/AWSLogs/*']",
    ),
    "a trail's ARN": (
        '{"Statement": [{"Effect": "Deny", "Action": "cloudtrail:DeleteTrail", "Resource": "arn:${P}:cloudtrail:${R}:${A}:trail/main"}]}',
        "Statement:\n- Effect: Deny\n  Action: cloudtrail:DeleteTrail\n  Resource: !GetAtt [Trail, Arn]",
    ),
    "an event data store by Ref": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:StartQuery", "Resource": "arn:${P}:cloudtrail:${R}:${A}:eventdatastore/${I}"}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:StartQuery\n  Resource: !Ref Store",
    ),
    "a topic and a key": (
        '{"Statement": [{"Effect": "Allow", "Action": ["sns:Publish", "kms:Decrypt"], "Resource": ["arn:${P}:sns:${R}:${A}:news", "arn:${P}:kms:${R}:${A}:key/${I}"], "Condition": {"StringLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/main"}}}]}',
        "Statement:\n- Effect: Allow\n  Action: [sns:Publish, kms:Decrypt]\n  Resource: [!Ref Topic, !GetAtt Key.Arn]\n  Condition: {StringLike: {aws:SourceArn: !Sub 'arn:aws:cloudtrail:*:*:trail/${Trail}'}}",
    ),
    "a role as principal": (
        '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:${P}:iam::${A}:role/reader"}, "Action": "cloudtrail:GetQueryResults", "Resource": "*"}]}',
        "Statement:\n- Effect: Allow\n  Principal: {AWS: !GetAtt Reader.Arn}\n  Action: cloudtrail:GetQueryResults\n  Resource: '*'",
    ),
    "a Join": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "arn:${P}:cloudtrail:${R}:${A}:trail/main"}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:GetTrail\n  Resource: !Join [':', [arn, !Ref AWS::Partition, cloudtrail, !Ref AWS::Region, !Ref AWS::AccountId, !Join ['/', [trail, !Ref TrailName]]]]",
    ),
    "a Join of a list parameter": (
        '{"Statement": [{"Sid": "cloudtrail:GetTrailXcloudtrail:StopLogging", "Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "*"}]}',
        "Statement:\n- Sid: !Join [X, !Ref Actions]\n  Effect: Allow\n  Action: !Select [0, !Ref Actions]\n  Resource: '*'",
    ),
    "Split and Select": (
        '{"Statement": [{"Effect": "Allow", "Action": ["cloudtrail:GetTrail", "cloudtrail:ListTrails"], "Resource": "arn:aws:s3:::logs"}]}',
        "Statement:\n- Effect: Allow\n  Action: !Split ['|', 'cloudtrail:GetTrail|cloudtrail:ListTrails']\n  Resource: !Sub ['arn:aws:s3:::${B}', {B: !Select [1, [no, !FindInMap [Names, fixed, bucket]]]}]",
    ),
    "what NoValue leaves out": (
        '{"Statement": [{"Effect": "Allow", "Action": ["cloudtrail:GetTrail"], "Resource": "*"}]}',
        "Statement:\n- Effect: Allow\n  Action: [!Ref AWS::NoValue, cloudtrail:GetTrail]\n  Resource: '*'\n  Condition: !Ref AWS::NoValue",
    ),
    "an If": (
        '{"Statement": [{"Effect": "Allow", "Action": ["cloudtrail:GetTrail", "cloudtrail:ListTrails"], "Resource": "*"}]}',
        "Statement:\n- Effect: Allow\n  Action: [!If [Always, cloudtrail:GetTrail, cloudtrail:ListTrails]]\n  Resource: '*'",
    ),
    "an If of statements": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}',
        "Statement:\n- !If [Always, {Effect: Allow, Action: cloudtrail:GetTrail, Resource: '*'}, !Ref AWS::NoValue]\n- {Effect: Deny, Action: 's3:*', Resource: '*'}",
    ),
    "an import": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "${I}"}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:GetTrail\n  Resource: !ImportValue\n    Fn::Sub: ${AWS::StackName}-trail",
    ),
    "a dynamic reference": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "arn:aws:cloudtrail:*:*:trail/${D}"}]}',
        "Statement:\n- Effect: Allow\n  Action: cloudtrail:GetTrail\n  Resource: arn:aws:cloudtrail:*:*:trail/{{resolve:ssm:/trail/name:1}}",
    ),
    "JSON in a block scalar": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "*"}]}',
        '|\n  {"Statement": [\n    {"Effect": "Allow", "Action": "cloudtrail:GetTrail",\n     "Resource": "*"}\n  ]}',
    ),
    "JSON in a Sub": (
        '{"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": "arn:aws:cloudtrail:${R}:${A}:trail/main"}]}',
        '!Sub |\n  {"Statement": [{"Effect": "Allow", "Action": "cloudtrail:GetTrail",\n   "Resource": "arn:aws:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/${TrailName}"}]}',
    ),
    "anchors and merge keys": (
        '{"Statement": [{"Effect": "Allow", "Action": ["cloudtrail:GetTrail"], "Resource": "*"}, {"Effect": "Deny", "Action": ["cloudtrail:GetTrail"], "Resource": "*"}]}',
        "Statement:\n- &first\n  Effect: Allow\n  Action: &actions [cloudtrail:GetTrail]\n  Resource: '*'\n- Effect: Deny\n  Action: *actions\n  Resource: '*'",
    ),
}


# -- the columns


def indented(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)


def short_yaml(short: str) -> Document:
    policy = indented("\n" + short, 8) if short[0] not in "|!{" else " " + indented(short, 8)
    return model(
        f"{SECTIONS}Resources:\n  {indented(RESOURCES, 2).rstrip()}\n"
        "  Subject:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n"
        f"      PolicyDocument:{policy}\n"
    )


def long_yaml(short: str) -> Document:
    out = io.StringIO()
    YAML(typ="safe", pure=True).dump(template(managed_policy(long_form(short))), out)
    return model(out.getvalue())


def long_json(short: str) -> Document:
    return model(json.dumps(template(managed_policy(long_form(short))), indent=2), "t.json")


def sam(short: str) -> Document:
    properties = {"Policies": [long_form(short)]}
    resource = {"Type": "AWS::Serverless::Function", "Properties": properties}
    written = {"Transform": "AWS::Serverless-2016-10-31", **template(resource)}
    return model(json.dumps(written), "t.json")


def cdk(plain: str) -> Document:
    """As ``cdk synth`` writes it: one-element lists as their element, tokens in a Fn::Join."""
    resource = {
        **managed_policy(tokens(json.loads(plain))),
        "Metadata": {"aws:cdk:path": "Stack/Policy/Resource"},
    }
    return model(json.dumps(template(resource), indent=1), "Stack.template.json")


def managed_policy(policy: object) -> dict[str, object]:
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}


def template(subject: Mapping[str, object]) -> dict[str, Any]:
    return {
        **long_form(SECTIONS),
        "Resources": {**long_form(RESOURCES), "Subject": subject},
    }


class Untagged(YAML):
    """Reads short forms as the long ones they stand for."""

    def __init__(self) -> None:
        super().__init__(typ="safe", pure=True)
        self.version = (1, 2)
        self.constructor.add_multi_constructor("!", self.function)
        self.constructor.add_constructor(
            "tag:yaml.org,2002:timestamp", lambda _, node: str(node.value)
        )

    @staticmethod
    def function(constructor: Any, suffix: str, node: Any) -> dict[str, Any]:
        kind = type(node).__name__
        if kind == "ScalarNode":
            value = constructor.construct_scalar(node)
        elif kind == "SequenceNode":
            value = constructor.construct_sequence(node, deep=True)
        else:
            value = constructor.construct_mapping(node, deep=True)
        if suffix == "GetAtt" and isinstance(value, str):
            value = value.split(".")
        return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


def long_form(short: str) -> Any:
    return Untagged().load(short)


def tokens(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: tokens(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return tokens(value[0]) if len(value) == 1 else [tokens(inner) for inner in value]
    if not isinstance(value, str):
        return value
    parts = [part for part in re.split(r"(\$\{[A-Z]\})", value) if part]
    joined = [
        {"Fn::ImportValue": part[2]} if part.startswith("${") and part[3:] == "}" else part
        for part in parts
    ]
    return joined[0] if len(joined) == 1 else {"Fn::Join": ["", joined]}


def model(text: str, path: str = "t.yaml") -> Document:
    """The one policy of the subject of the template *text*."""
    source = SourceFile(path, text)
    if path.endswith(".json"):
        reading = json_reader.read_placed(source)
    else:
        (reading,) = yaml_reader.read(source)
    assert reading.mistake is None, (text, reading.mistake)
    assert reading.root is not None
    assert is_template(reading.root)
    (found,) = extract_template(reading.root, source).documents
    assert found.problems == ()
    return normalise(found)


# -- what is compared


def without_places(policy: Document) -> object:
    return {
        "version": shown(policy.version),
        "complete": policy.complete,
        "in scope": policy.in_scope,
        "problems": [problem.name for problem in policy.problems],
        "statements": [
            {
                "effect": shown(statement.effect),
                "sid": shown(statement.sid),
                "actions": [([*map(shown, a.texts)], a.complement) for a in statement.actions],
                "resources": [([*map(shown, r.texts)], r.complement) for r in statement.resources],
                "principals": [
                    (shown(p.type), shown(p.id), p.complement) for p in statement.principals
                ],
                "conditions": sorted(
                    (shown(c.operator), shown(c.key), [*map(shown, c.values)], c.certain)
                    for c in statement.conditions
                ),
            }
            for statement in policy.statements
        ],
    }


def shown(text: Text | Node | None) -> str:
    if not isinstance(text, Text):
        return "-"
    return "".join(part.text if isinstance(part, Piece) else "?" for part in text.parts)


COLUMNS: dict[str, Callable[[str], Document]] = {
    "short YAML": short_yaml,
    "long YAML": long_yaml,
    "long JSON": long_json,
    "SAM": sam,
}


@pytest.mark.parametrize(
    ("case", "column"),
    [
        (case, column)
        for case, (_, short) in CASES.items()
        for column in COLUMNS
        if column != "SAM" or short[0] not in "|!"  # SAM takes no policies in strings
    ],
)
def test_the_same_policy_in_a_template(case: str, column: str) -> None:
    plain, short = CASES[case]
    assert without_places(COLUMNS[column](short)) == without_places(document(plain))


@pytest.mark.parametrize("case", CASES)
def test_the_same_policy_in_a_cdk_template(case: str) -> None:
    plain, _ = CASES[case]
    assert without_places(cdk(plain)) == without_places(document(plain))


def test_there_are_enough_policies() -> None:
    assert len(CASES) >= 25
