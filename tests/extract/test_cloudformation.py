from __future__ import annotations

import json
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.extract.cloudformation import extract_template, is_template
from cloudtrail_policylint.iam.written import Extraction, Found
from cloudtrail_policylint.readers.json.reader import read_values
from cloudtrail_policylint.readers.yaml import reader as yaml_reader
from cloudtrail_policylint.tree.nodes import Hole, Map, Node, Seq, Text
from cloudtrail_policylint.tree.source import SourceFile, Span


def extract(text: str) -> Extraction:
    source = SourceFile("t.yaml", textwrap.dedent(text))
    (reading,) = yaml_reader.read(source)
    assert reading.mistake is None, reading.mistake
    assert reading.root is not None
    assert is_template(reading.root)
    return extract_template(reading.root, source)


def spelt(span: Span) -> str:
    return span.text


# -- where policies are


def policy(type_name: str, *path: str, **others: str) -> str:
    properties: dict[str, object] = dict(others)
    into = properties
    for name in path[:-1]:
        inner: dict[str, object] = {}
        into[name] = [inner] if name in ("Policies", "Replicas") else inner
        into = inner
    into[path[-1]] = {"Version": "2012-10-17", "Statement": []}
    return json.dumps({"Resources": {"X": {"Type": type_name, "Properties": properties}}})


CHANNEL = "arn:aws:cloudtrail:us-east-1:111122223333:channel/x"


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        (policy("AWS::IAM::ManagedPolicy", "PolicyDocument"), "identity"),
        (policy("AWS::IAM::Role", "AssumeRolePolicyDocument"), "trust"),
        (policy("AWS::IAM::Role", "Policies", "PolicyDocument"), "identity"),
        (policy("AWS::SSO::PermissionSet", "InlinePolicy"), "identity"),
        (policy("AWS::S3::BucketPolicy", "PolicyDocument"), "s3-bucket"),
        (policy("AWS::KMS::Key", "KeyPolicy"), "kms-key"),
        (policy("AWS::SNS::TopicPolicy", "PolicyDocument"), "sns-topic"),
        (policy("AWS::SQS::QueueInlinePolicy", "PolicyDocument"), "sqs-queue"),
        (policy("AWS::EC2::VPCEndpoint", "PolicyDocument"), "vpc-endpoint"),
        (policy("AWS::DynamoDB::Table", "ResourcePolicy", "PolicyDocument"), "resource"),
        (policy("AWS::Organizations::Policy", "Content", Type="SERVICE_CONTROL_POLICY"), "scp"),
        (policy("AWS::Organizations::Policy", "Content", Type="RESOURCE_CONTROL_POLICY"), "rcp"),
        (
            policy("AWS::CloudTrail::ResourcePolicy", "ResourcePolicy", ResourceArn=CHANNEL),
            "cloudtrail-channel",
        ),
        (policy("AWS::Serverless::Function", "AssumeRolePolicyDocument"), "trust"),
        (policy("Custom::Thing", "Some", "policy"), None),
    ],
)
def test_the_place_gives_the_kind(template: str, kind: str | None) -> None:
    (found,) = extract(template).documents
    assert (found.kind, found.owner.name) == (kind, "X")


@pytest.mark.parametrize(
    "template",
    [
        policy("AWS::Organizations::Policy", "Content", Type="TAG_POLICY"),
        policy("AWS::IoT::Policy", "PolicyDocument"),
        '{"Resources": {"X": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Ref": "P"}}}}}',
        '{"Resources": {"X": {"Type": "AWS::IAM::Role"}, "Y": 5, "Z": {"Type": "A::B", "Properties": []}}}',
    ],
)
def test_what_is_no_policy_or_not_in_view(template: str) -> None:
    assert extract(template).documents == ()


def test_owners_span_their_whole_entry() -> None:
    (found,) = extract(
        """\
        Resources:
          Before: {Type: A::B}
          Policy:
            Type: AWS::SQS::QueuePolicy
            Properties:
              PolicyDocument: {Statement: []}
        """
    ).documents
    assert spelt(found.owner.span).startswith("Policy:\n")
    assert spelt(found.owner.span).endswith("{Statement: []}")
    assert spelt(found.node.span) == "{Statement: []}"


def action(found: Found) -> Node | None:
    assert isinstance(found.node, Map)
    statement = found.node.get("Statement")
    return statement.get("Action") if isinstance(statement, Map) else None


def test_policies_as_strings() -> None:
    for style in ("|", "!Sub |"):
        (found,) = extract(
            f"""\
            Resources:
              P:
                Type: AWS::Logs::ResourcePolicy
                Properties:
                  PolicyDocument: {style}
                    {{"Statement": {{"Effect": "Allow",
                      "Action": "logs:${{AWS::Region}}"}}}}
            """
        ).documents
        node = action(found)
        assert node is not None
        assert spelt(node.span) == '"logs:${AWS::Region}"'


def test_a_string_that_is_not_json() -> None:
    (found,) = extract(
        """\
        Resources:
          P:
            Type: AWS::SQS::QueuePolicy
            Properties:
              PolicyDocument: '{"Statement": [],}'
        """
    ).documents
    (problem,) = found.problems
    assert (problem.name, spelt(problem.span)) == ("embedded-policy-not-json", ",")


def test_each_branch_of_a_policy_is_a_policy() -> None:
    documents = extract(
        """\
        Resources:
          K:
            Type: AWS::KMS::Key
            Properties:
              KeyPolicy: !If [C, {Statement: [], Id: a}, {Statement: [], Id: b}]
        """
    ).documents
    assert [spelt(d.node.span)[-2] for d in documents] == ["a", "b"]


def test_cloudtrail_resource_policies_by_reference() -> None:
    for reference in ("!Ref Mine", "!GetAtt Mine.EventDataStoreArn", "!Sub '${Mine}'"):
        (found,) = extract(
            f"""\
            Resources:
              Mine: {{Type: AWS::CloudTrail::EventDataStore}}
              P:
                Type: AWS::CloudTrail::ResourcePolicy
                Properties: {{ResourceArn: {reference}, ResourcePolicy: {{Statement: []}}}}
            """
        ).documents
        assert found.kind == "cloudtrail-event-data-store"
        assert found.on_cloudtrail


def test_policies_of_repeated_resources() -> None:
    (found,) = extract(
        """\
        Resources:
          Fn::ForEach::Queues:
            - Name
            - [a, b]
            - Queue${Name}:
                Type: AWS::SQS::QueuePolicy
                Properties:
                  PolicyDocument: {Statement: {Action: !Sub 'sqs:${Name}'}}
        """
    ).documents
    text = action(found)
    assert isinstance(text, Text)
    assert isinstance(text.parts[1], Hole)
    assert text.parts[1].values == ("a", "b")


def test_the_statement_of_an_event_bus_policy() -> None:
    (found,) = extract(
        """\
        Resources:
          P:
            Type: AWS::Events::EventBusPolicy
            Properties: {StatementId: s, Statement: {Effect: Allow, Action: 'events:PutEvents'}}
        """
    ).documents
    assert isinstance(found.node, Seq)
    assert (len(found.node.items), found.kind) == (1, "resource")


def test_templates_inside_stack_sets() -> None:
    for body in (
        """|
          Resources:
            Inner:
              Type: AWS::SQS::QueuePolicy
              Properties:
                PolicyDocument: {Statement: [here]}
        """,
        """!Sub |
          {"Resources": {"Inner": {"Type": "AWS::SQS::QueuePolicy",
            "Properties": {"PolicyDocument": {"Statement": ["here"]}}}}}
        """,
    ):
        (found,) = extract(
            f"""\
            Resources:
              Outer:
                Type: AWS::CloudFormation::StackSet
                Properties:
                  TemplateBody: {textwrap.indent(textwrap.dedent(body), " " * 10).strip()}
            """
        ).documents
        assert (found.kind, found.owner.name) == ("sqs-queue", "Inner")
        assert isinstance(found.node, Map)
        statement = found.node.get("Statement")
        assert statement is not None
        assert spelt(statement.span).strip('[]"') == "here"


# -- who holds them


def test_policies_of_one_role_share_their_holder() -> None:
    documents = extract(
        """\
        Resources:
          Role:
            Type: AWS::IAM::Role
            Properties:
              RoleName: auditor
              ManagedPolicyArns: [!Ref Managed]
              Policies: [{PolicyName: p, PolicyDocument: {Statement: []}}]
          Managed:
            Type: AWS::IAM::ManagedPolicy
            Properties: {PolicyDocument: {Statement: []}}
          Inline:
            Type: AWS::IAM::Policy
            Properties: {Roles: [!Ref Role, other], PolicyDocument: {Statement: []}}
          ByName:
            Type: AWS::IAM::Policy
            Properties: {Roles: [auditor], PolicyDocument: {Statement: []}}
          Elsewhere:
            Type: AWS::IAM::Policy
            Properties: {Roles: [!Ref RoleName], PolicyDocument: {Statement: []}}
        """
    ).documents
    assert [d.holders for d in documents] == [
        ("Role",),
        ("Role",),
        ("Role", "other"),
        ("Role",),
        ("!Ref RoleName",),
    ]


def test_service_control_policies_are_held_by_their_targets() -> None:
    documents = extract(
        """\
        Resources:
          Unit: {Type: AWS::Organizations::OrganizationalUnit, Properties: {Name: u, ParentId: r-1}}
          One:
            Type: AWS::Organizations::Policy
            Properties: {TargetIds: [!Ref Unit, r-1], Type: SERVICE_CONTROL_POLICY, Content: {Statement: []}}
          Two:
            Type: AWS::Organizations::Policy
            Properties: {TargetIds: [r-1], Type: RESOURCE_CONTROL_POLICY, Content: {Statement: []}}
        """
    ).documents
    assert [d.holders for d in documents] == [("Unit", "r-1"), ()]


def test_attachments() -> None:
    extraction = extract(
        """\
        Resources:
          Role:
            Type: AWS::IAM::Role
            Properties:
              PermissionsBoundary: !Ref Boundary
              ManagedPolicyArns:
                - arn:aws:iam::aws:policy/A
                - !Sub arn:${AWS::Partition}:iam::aws:policy/B
                - !If [C, arn:aws:iam::aws:policy/C, !Ref AWS::NoValue]
                - !If [C, !Ref Own, arn:aws:iam::aws:policy/E]
          Boundary:
            Type: AWS::IAM::ManagedPolicy
            Properties: {PolicyDocument: {Statement: []}}
          Own:
            Type: AWS::IAM::ManagedPolicy
            Properties: {PolicyDocument: {Statement: []}}
          Function:
            Type: AWS::Serverless::Function
            Properties:
              Policies:
                - D
                - S3ReadPolicy: {BucketName: b}
                - {Statement: {Effect: Allow, Action: 'a:B', Resource: '*'}}
        """
    )
    assert [(a.arn.written, a.owner.name) for a in extraction.attachments] == [
        ("arn:aws:iam::aws:policy/A", "Role"),
        ("arn:${AWS::Partition}:iam::aws:policy/B", "Role"),
        ("arn:aws:iam::aws:policy/C", "Role"),
        ("arn:aws:iam::aws:policy/E", "Role"),
        ("D", "Function"),
    ]
    assert [(d.kind, d.owner.name, d.holders) for d in extraction.documents] == [
        ("boundary", "Boundary", ()),
        ("identity", "Own", ("Role",)),
        ("identity", "Function", ("Function",)),
    ]


def test_policies_of_what_a_trail_uses_are_on_cloudtrail() -> None:
    documents = extract(
        """\
        Resources:
          Trail:
            Type: AWS::CloudTrail::Trail
            Properties:
              S3BucketName: !Ref BucketName
              KMSKeyId: !Ref Alias
              SnsTopicName: !Sub '${Topic.TopicName}'
          Alias: {Type: AWS::KMS::Alias, Properties: {TargetKeyId: !Ref Key}}
          Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: []}}}
          OtherKey: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: []}}}
          BucketPolicy:
            Type: AWS::S3::BucketPolicy
            Properties: {Bucket: !Ref BucketName, PolicyDocument: {Statement: []}}
          OtherBucketPolicy:
            Type: AWS::S3::BucketPolicy
            Properties: {Bucket: !Ref OtherName, PolicyDocument: {Statement: []}}
          Topic: {Type: AWS::SNS::Topic}
          TopicPolicy:
            Type: AWS::SNS::TopicPolicy
            Properties: {Topics: [!Ref Topic], PolicyDocument: {Statement: []}}
        """
    ).documents
    assert [d.owner.name for d in documents if d.on_cloudtrail] == [
        "Key",
        "BucketPolicy",
        "TopicPolicy",
    ]


# -- other inputs


def test_is_template() -> None:
    def of(text: str) -> bool:
        root = read_values(SourceFile("t.json", text))
        return is_template(root)

    assert of('{"Resources": {"X": {"Type": "AWS::S3::Bucket"}}}')
    assert not of('{"Resources": {"X": {"Type": "text"}}}')
    assert not of('{"Resources": ["AWS::S3::Bucket"]}')
    assert not of('{"Version": "2012-10-17", "Statement": []}')
    assert not of("[]")


def test_templates_without_places_are_extracted_alike() -> None:
    source = SourceFile("t.json", policy("AWS::SQS::QueuePolicy", "PolicyDocument", Queues="q"))
    root = read_values(source)
    assert root is not None
    assert [d.kind for d in extract_template(root, source).documents] == ["sqs-queue"]


def test_references_in_a_circle_end() -> None:
    extract(
        """\
        Resources:
          A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${B}${B}'}}
          B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${C}${C}'}}
          C: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${A}${A}'}}
          P:
            Type: AWS::S3::BucketPolicy
            Properties: {PolicyDocument: {Statement: {Resource: !GetAtt A.Arn}}}
        """
    )


FUNCTIONS = (
    "Ref",
    "GetAtt",
    "Sub",
    "Join",
    "Split",
    "Select",
    "If",
    "FindInMap",
    "ToJsonString",
    "ForEach::X",
    "Transform",
)
WORDS = st.sampled_from(
    ["A", "A.Arn", "AWS::NoValue", "AWS::Region", "${A}", "${!A}", "${", "P", "", "0", "M", "{}"]
)
ARGUMENTS = st.recursive(
    WORDS | st.integers(0, 3) | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.builds(
            lambda name, value: {("" if name == "Ref" else "Fn::") + name: value},
            st.sampled_from(FUNCTIONS),
            inner,
        )
        | st.dictionaries(
            st.sampled_from(["Statement", "PolicyDocument", "Fn::If", "k"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)
TYPES = st.sampled_from(
    [
        "AWS::S3::Bucket",
        "AWS::IAM::Role",
        "AWS::IAM::ManagedPolicy",
        "AWS::CloudTrail::Trail",
        "AWS::Serverless::Function",
        "X::Y",
    ]
)
NAMES = st.sampled_from(
    [
        "BucketName",
        "Policies",
        "PolicyDocument",
        "ManagedPolicyArns",
        "PermissionsBoundary",
        "S3BucketName",
        "RoleName",
        "Roles",
    ]
)


@settings(max_examples=250)
@given(
    st.dictionaries(
        st.sampled_from("ABC"),
        st.tuples(TYPES, st.dictionaries(NAMES, ARGUMENTS, max_size=3)),
        min_size=1,
    ),
    ARGUMENTS,
    ARGUMENTS,
)
def test_nothing_raises(
    resources: dict[str, tuple[str, object]], parameters: object, mappings: object
) -> None:
    template = {
        "Parameters": {"P": {"Type": "CommaDelimitedList", "Default": parameters}, "Q": parameters},
        "Mappings": {"M": mappings},
        "Resources": {name: {"Type": t, "Properties": p} for name, (t, p) in resources.items()},
    }
    source = SourceFile("t.json", json.dumps(template))
    root = read_values(source)
    assert root is not None
    extract_template(root, source)
