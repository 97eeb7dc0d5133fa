from __future__ import annotations

import json
import textwrap

import pytest

from cloudtrail_policylint.extract.cloudformation import extract_template, is_template
from cloudtrail_policylint.iam.written import Extraction
from cloudtrail_policylint.readers.yaml import reader as yaml_reader
from cloudtrail_policylint.readers.yaml.tags import TAGS
from cloudtrail_policylint.tree.nodes import (
    ACCOUNT,
    ANY,
    NAME,
    Choice,
    Encoded,
    Hole,
    Map,
    Node,
    Piece,
    Seq,
    Text,
)
from cloudtrail_policylint.tree.source import SourceFile, Span


def extract(text: str) -> Extraction:
    source = SourceFile("t.yaml", textwrap.dedent(text))
    (reading,) = yaml_reader.read(source)
    assert reading.mistake is None, reading.mistake
    assert reading.root is not None
    assert is_template(reading.root)
    return extract_template(reading.root, source)


def value_of(expression: str, sections: str = "") -> Node:
    """What a Resource written as *expression* is, in a template with these other *sections*."""
    text = (
        textwrap.dedent(sections)
        + "\nResources:\n"
        + textwrap.indent(textwrap.dedent(MORE), "  ")
        + "  Policy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n"
        + "      PolicyDocument: {Statement: {Effect: Allow, Action: x:Y, Resource: [\n"
        + f"        {expression} ]}}}}\n"
    )
    (found,) = extract(text).documents
    assert isinstance(found.node, Map)
    statement = found.node.get("Statement")
    assert isinstance(statement, Map)
    resource = statement.get("Resource")
    assert isinstance(resource, Seq)
    assert len(resource.items) == 1, resource
    return resource.items[0]


MORE = """\
Named: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub 'logs-${AWS::AccountId}'}}
Unnamed: {Type: AWS::S3::Bucket}
Access: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Logs}}
Trail: {Type: AWS::CloudTrail::Trail, Properties: {TrailName: main}}
Store: {Type: AWS::CloudTrail::EventDataStore}
Role: {Type: AWS::IAM::Role, Properties: {RoleName: auditor, Path: /x/}}
Topic: {Type: AWS::SNS::Topic}
Key: {Type: AWS::KMS::Key}
Loop: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Loop}}
Function: {Type: AWS::Serverless::Function}
Other: {Type: Custom::Thing}
"""

PARAMETERS = """\
Parameters:
  Plain: {Type: String}
  Empty: {Type: String, Default: ''}
  Default: {Type: String, Default: trail-logs}
  Number: {Type: Number, Default: 7}
  Allowed: {Type: String, Default: a, AllowedValues: [a, b]}
  Accounts: {Type: String, AllowedValues: ['111122223333', '444455556666']}
  Account: {Type: String, AllowedPattern: '^[0-9]{12}$'}
  List: {Type: CommaDelimitedList, Default: 'x,y'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}
Mappings:
  Regions:
    us-east-1: {Name: a, Account: '111122223333'}
    eu-west-1: {Name: b, Account: '444455556666'}
"""


def written(node: Node) -> str:
    assert isinstance(node, Text | Hole)
    return node.written


def spelt(span: Span) -> str:
    return span.text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("!Ref Default", "trail-logs"),
        ("!Sub 'a-${Default}-${!aws:username}'", "a-trail-logs-${aws:username}"),
        ("!Sub ['${A}/${B}', {A: x, B: !Ref Number}]", "x/7"),
        ("!Join ['', ['arn:', !Ref Default, ':x']]", "arn:trail-logs:x"),
        ("!Join ['-', !Ref List]", "x-y"),
        ("!Select [1, !Ref List]", "y"),
        ("!Select [2, !Split ['/', a/b/c]]", "c"),
        ("!Select [4, !Split [':', 'arn:aws:s3:eu:111122223333:x']]", "111122223333"),
        ("!FindInMap [Regions, us-east-1, Name]", "a"),
        ("!FindInMap [Regions, us-east-1, Name, {DefaultValue: c}]", "a"),
        ("!FindInMap [Regions, nowhere, Name, {DefaultValue: c}]", "c"),
        ("!Sub '${Named}/*'", "logs-${AWS::AccountId}/*"),
        ("!GetAtt Named.Arn", "arn:${AWS::Partition}:s3:::logs-${AWS::AccountId}"),
        ("!GetAtt [Unnamed, Arn]", "arn:${AWS::Partition}:s3:::!GetAtt Unnamed.Arn"),
        ("!Sub '${Role.Arn}'", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/x/auditor"),
        (
            "!GetAtt Trail.Arn",
            "arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/main",
        ),
        ("!Ref Trail", "main"),
        ("!Ref Topic", "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:!Ref Topic"),
        (
            "!GetAtt FunctionRole.Arn",
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/!GetAtt FunctionRole.Arn",
        ),
    ],
)
def test_what_functions_return(expression: str, text: str) -> None:
    node = value_of(expression, PARAMETERS)
    assert isinstance(node, Text)
    assert node.written == text


@pytest.mark.parametrize(
    ("expression", "shape", "values"),
    [
        ("!Ref Plain", ANY, None),
        ("!Ref Empty", ANY, None),
        ("!Ref Stored", ANY, None),
        ("!Ref Account", ACCOUNT, None),
        ("!Ref Accounts", ACCOUNT, ("111122223333", "444455556666")),
        ("!Ref Allowed", NAME, ("a", "b")),
        ("!Ref AWS::AccountId", ACCOUNT, None),
        ("!Ref AWS::Region", NAME, None),
        ("!Ref AWS::Partition", NAME, ("aws", "aws-cn", "aws-us-gov")),
        ("!Ref Unnamed", NAME, None),
        ("!Ref Loop", NAME, None),
        ("!Ref Other", ANY, None),
        ("!Ref Missing", ANY, None),
        ("!GetAtt Key.KeyId", NAME, None),
        ("!GetAtt Other.Arn", ANY, None),
        (
            "!FindInMap [Regions, !Ref AWS::Region, Account]",
            ACCOUNT,
            ("111122223333", "444455556666"),
        ),
        ("!FindInMap [Regions, !Ref Plain, Name]", NAME, ("a", "b")),
        ("!FindInMap [Regions, !Ref Plain, Name, {DefaultValue: c}]", NAME, ("a", "b", "c")),
        ("!FindInMap [Nowhere, a, b]", ANY, None),
        ("!ImportValue x", ANY, None),
        ("!Select [9, [a]]", ANY, None),
        ("!Join [!Ref Plain, [a, b]]", ANY, None),
        ("!Join [',', [a, !If [C, b, !Ref AWS::NoValue]]]", ANY, None),
        ("!Base64 x", ANY, None),
        ("!Sub {a: b}", ANY, None),
        ("!Ref [a]", ANY, None),
        ("{'Fn::Transform': {Name: AWS::Include}}", ANY, None),
    ],
)
def test_what_functions_leave_unknown(
    expression: str, shape: str, values: tuple[str, ...] | None
) -> None:
    node = value_of(expression, PARAMETERS)
    assert isinstance(node, Hole), node
    assert (node.shape, node.values) == (shape, values)


def test_holes_are_written_as_users_know_them() -> None:
    node = value_of("!Sub 'arn:${AWS::Partition}:s3:::${Plain}/*'", PARAMETERS)
    assert isinstance(node, Text)
    assert [written(p) for p in node.parts if isinstance(p, Hole)] == [
        "${AWS::Partition}",
        "${Plain}",
    ]
    assert [spelt(p.span) for p in node.parts] == [
        "arn:",
        "${AWS::Partition}",
        ":s3:::",
        "${Plain}",
        "/*",
    ]
    assert written(value_of("!Ref Plain", PARAMETERS)) == "!Ref Plain"
    assert written(value_of("!Ref AWS::Region")) == "${AWS::Region}"


def test_a_default_stands_at_its_parameter() -> None:
    node = value_of("!Ref Default", PARAMETERS)
    assert (
        node.span.source.line(node.span.source.position(node.span.start)[0])
        .strip()
        .startswith("Default:")
    )


def test_both_branches_of_an_if_are_kept() -> None:
    node = value_of("!If [C, !Ref Default, '*']", PARAMETERS)
    assert isinstance(node, Choice)
    assert [written(b) for b in node.branches if b is not None] == ["trail-logs", "*"]
    text = value_of("!Sub ['${X}/*', {X: !If [C, a, b]}]")
    assert isinstance(text, Text)
    assert isinstance(text.parts[0], Hole)
    assert text.parts[0].values == ("a", "b")


def test_no_value_leaves_out() -> None:
    node = value_of("!If [C, x, !Ref AWS::NoValue]")
    assert isinstance(node, Choice)
    assert node.branches[1] is None
    assert written(value_of("!Ref AWS::NoValue, y")) == "y"


def test_to_json_string() -> None:
    node = value_of("!ToJsonString {a: !Ref Default}", PARAMETERS)
    assert isinstance(node, Encoded)
    assert isinstance(node.content, Map)
    assert written(node.content.entries[0].value) == "trail-logs"


WRONG = {
    "null": None,
    "a text": "nope:Nope",
    "a number": 5,
    "a truth": True,
    "no items": [],
    "one item": ["nope:Nope"],
    "lists in a list": [["nope:Nope"], ["nope:Nope"]],
    "nulls": [None, None, None],
    "many items": ["nope:Nope"] * 6,
    "an empty object": {},
    "an object": {"nope:Nope": "nope:Nope"},
    "objects": [{"nope:Nope": 1}, {"nope:Nope": 1}],
    "a function": {"Fn::Nope": ["nope:Nope"]},
    "itself": None,  # its own name is put in
}
# "Condition" is the function of the section Conditions only: in a policy it is an element.
FUNCTIONS = sorted({*TAGS.values(), "Fn::ForEach::X", "Fn::Nope", "!Nope"} - {"Condition"})
FITTING = {("Fn::Sub", "a text"), ("Fn::Sub", "a number"), ("Fn::Sub", "a truth")}


@pytest.mark.parametrize("shape", WRONG)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_arguments_of_a_wrong_shape_make_an_unknown_value(function: str, shape: str) -> None:
    argument = {function: {function: "x"}} if shape == "itself" else WRONG[shape]
    expression = json.dumps({function: argument})
    if (function, shape) in FITTING:
        return
    for written in (expression, f"[{expression}]", f'!Join ["", [{expression}]]'):
        node = value_of(written, PARAMETERS)
        assert not [text for text in literals(node) if "nope" in text.lower()], node


def literals(node: Node | None) -> list[str]:
    """The texts below *node* that are known, keys of objects left out."""
    if isinstance(node, Seq | Choice):
        inner = node.items if isinstance(node, Seq) else node.branches
        return [text for one in inner for text in literals(one)]
    if isinstance(node, Map):
        return [text for entry in node.entries for text in literals(entry.value)]
    if isinstance(node, Text):
        return [part.text for part in node.parts if isinstance(part, Piece)]
    return []


def test_a_parameter_that_names_a_bucket_is_a_name() -> None:
    given = """
Parameters:
  Logs: {Type: String}
  Pattern: {Type: String, AllowedPattern: "^[0-9a-zA-Z]+([0-9a-zA-Z-]*[0-9a-zA-Z])*$"}
  Path: {Type: String, AllowedPattern: "[a-z/]*"}
  Range: {Type: String, AllowedPattern: "[+-z]*"}
  Number: {Type: Number}
  Vpc: {Type: "AWS::EC2::VPC::Id"}
"""
    names = ("Logs", "Pattern", "Number", "Vpc", "Path", "Range")
    found = {name: value_of(f"!Ref {name}", given) for name in names}
    shapes = {name: node.shape for name, node in found.items() if isinstance(node, Hole)}
    assert shapes == dict(zip(names, (NAME, NAME, NAME, NAME, ANY, ANY), strict=True))
