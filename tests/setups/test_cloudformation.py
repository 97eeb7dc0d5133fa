"""Resources of templates: what they refer to, their order and policies."""

from __future__ import annotations

import pytest

from cloudtrail_policylint.extract.cloudformation.intrinsics import Evaluator
from cloudtrail_policylint.extract.cloudformation.template import Template
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from cloudtrail_policylint.readers.yaml import reader
from cloudtrail_policylint.setups.cloudformation import setup_of
from cloudtrail_policylint.setups.model import Resource, Setup
from cloudtrail_policylint.tree.nodes import Map
from cloudtrail_policylint.tree.source import SourceFile


def setup(text: str) -> Setup:
    (reading,) = reader.read(SourceFile("t.yaml", text))
    assert isinstance(reading.root, Map)
    return setup_of(Evaluator(Template(reading.root)))


def one(found: Setup, name: str) -> Resource:
    (resource,) = [r for r in found.resources if r.owner.name == name]
    return resource


BUCKET = """
Parameters:
  Given: {Type: String}
Conditions:
  On: !Equals [a, b]
Resources:
  Logs: {Type: AWS::S3::Bucket, Properties: {BucketName: acme-logs}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Logs
      PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: "s3:*", Resource: "*"}]}
"""


def trail(bucket: str, more: str = "") -> str:
    return f"  Trail:\n    Type: AWS::CloudTrail::Trail\n{more}    Properties:\n      S3BucketName: {bucket}\n"


REFERENCES = [
    ("!Ref Logs", [("Logs", YES)]),
    ('!Sub "${Logs}"', [("Logs", YES)]),
    ("acme-logs", [("Logs", YES)]),
    ('!Join ["", [!Ref Logs]]', [("Logs", YES)]),
    ("!If [On, !Ref Logs, other]", [("Logs", MAYBE)]),
    ("!Ref Given", []),
    ("other", []),
    ("!ImportValue logs", []),
]


@pytest.mark.parametrize(("bucket", "expected"), REFERENCES)
def test_what_a_property_refers_to(bucket: str, expected: list[tuple[str, int]]) -> None:
    links = one(setup(BUCKET + trail(bucket)), "Trail").links(("S3BucketName",))
    assert [(link.resource.owner.name, link.verdict) for link in links.found] == expected


def test_a_value_from_elsewhere_may_be_any_bucket() -> None:
    found = setup(BUCKET + trail("!Ref Given"))
    links = one(found, "Trail").links(("S3BucketName",))
    assert links.verdict(one(found, "Logs")) == MAYBE


def test_one_parameter_is_one_name() -> None:
    found = setup(BUCKET.replace("!Ref Logs", "!Ref Given") + trail("!Ref Given"))
    (link,) = one(found, "Trail").links(("S3BucketName",)).found
    assert link.resource.type == "AWS::S3::Bucket"
    assert found.policies(link.resource, "s3-bucket").resources == (one(found, "Policy"),)


WAITS = [
    ("    DependsOn: Policy\n", YES),
    ("    DependsOn: [Logs, Policy]\n", YES),
    ("    DependsOn: [Logs]\n", NO),
    ("", NO),
    ("    DependsOn: Between\n", YES),
]


@pytest.mark.parametrize(("more", "expected"), WAITS)
def test_what_a_trail_waits_for(more: str, expected: int) -> None:
    between = "  Between:\n    Type: AWS::SNS::Topic\n    DependsOn: Policy\n"
    found = setup(BUCKET + between + trail("!Ref Logs", more))
    assert found.is_after(one(found, "Trail"), one(found, "Policy")) == expected
    assert found.is_after(one(found, "Trail"), one(found, "Logs")) == YES


def test_policies_under_a_condition_may_not_be_in_force() -> None:
    for condition, optional in (("", False), ("    Condition: On\n", True)):
        text = BUCKET.replace("BucketPolicy\n", f"BucketPolicy\n{condition}")
        found = setup(text)
        (document,) = found.policies(one(found, "Logs"), "s3-bucket").documents
        assert [statement.optional for statement in document.statements] == [optional]
    both = text.replace("Bucket, Prop", "Bucket, Condition: On, Prop")
    found = setup(both)
    (document,) = found.policies(one(found, "Logs"), "s3-bucket").documents
    assert [statement.optional for statement in document.statements] == [False]


@pytest.mark.parametrize(
    "more",
    [
        "Outputs:\n  B: {Value: !Ref Logs}\n",
        "  Custom:\n    Type: Custom::Thing\n    Properties: {Bucket: !Ref Logs}\n",
        "  Stack:\n    Type: AWS::CloudFormation::Stack\n    Properties: {Parameters: {B: !Ref Logs}}\n",
    ],
)
def test_the_name_of_a_bucket_leaves_the_template(more: str) -> None:
    found = setup(BUCKET + more)
    assert found.leaves(one(found, "Logs"))
    documents = found.policies(one(found, "Logs"), "s3-bucket").documents
    assert not all(document.complete for document in documents)
    assert not setup(BUCKET).leaves(one(setup(BUCKET), "Logs"))


def test_a_function_writes_policies_only_where_something_runs_it() -> None:
    function = "  F:\n    Type: AWS::Serverless::Function\n    Properties: {Environment: {Variables: {B: !Ref Logs}}}\n"
    run = "  Run:\n    Type: Custom::Policy\n    Properties: {ServiceToken: !GetAtt F.Arn}\n"
    alone, both = setup(BUCKET + function), setup(BUCKET + function + run)
    assert not alone.leaves(one(alone, "Logs"))
    assert both.leaves(one(both, "Logs"))


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  A: {Type: AWS::S3::Bucket, DependsOn: B}\n  B: {Type: AWS::S3::Bucket, DependsOn: A}\n",
        "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}\n",
        "Resources:\n  A: {Type: AWS::KMS::Alias, Properties: {TargetKeyId: !Ref A}}\n",
        "Resources:\n  A: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref A, PolicyDocument: !Ref A}}\n",
        "Resources:\n  A: {Type: AWS::CloudTrail::Trail, Properties: 1, DependsOn: {a: b}, Condition: []}\n",
    ],
)
def test_references_in_a_circle_and_wrong_types_end(text: str) -> None:
    found = setup(text)
    for resource in found.resources:
        resource.links(("target_key_id",))
        found.made_after(resource)
        assert resource.at(("bucket_name", "a")).given != YES
        found.policies(resource, "s3-bucket")
