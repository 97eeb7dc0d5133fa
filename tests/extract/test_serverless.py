from __future__ import annotations

import pytest

from cloudtrail_policylint.extract.serverless import is_service, with_holes
from cloudtrail_policylint.readers.yaml import reader as yaml_reader
from cloudtrail_policylint.tree.nodes import ACCOUNT, ANY, NAME, Hole, Map, Piece, Text
from cloudtrail_policylint.tree.source import SourceFile


def filled(value: str) -> Text:
    (reading,) = yaml_reader.read(SourceFile("serverless.yml", f"x: {value}\n"))
    assert reading.root is not None
    root = with_holes(reading.root)
    assert isinstance(root, Map)
    node = root.get("x")
    assert isinstance(node, Text)
    return node


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("${self:custom.name}", ANY),
        ("${opt:stage, 'dev'}", ANY),
        ("${file(./other.yml):statements}", ANY),
        ("${self:custom.${opt:stage}.name}", ANY),
        ("${aws:accountId}", ACCOUNT),
        ("${aws:region}", NAME),
    ],
)
def test_variables_are_holes(text: str, shape: str) -> None:
    node = filled(f'"a-{text}/b"')
    before, hole, behind = node.parts
    assert isinstance(before, Piece)
    assert isinstance(behind, Piece)
    assert (before.text, behind.text) == ("a-", "/b")
    assert isinstance(hole, Hole)
    assert (hole.written, hole.shape) == (text, shape)
    source = hole.span.source.text
    assert source[hole.span.start : hole.span.end] == text


@pytest.mark.parametrize(
    "text", ["${AWS::Region}", "${aws:username}", "${Bucket.Arn}", "$", "a:b", "${", "''"]
)
def test_what_is_not_the_frameworks(text: str) -> None:
    node = filled(f'"{text}"')
    assert node.literal == text


def test_a_variable_that_does_not_end() -> None:
    assert [type(part) for part in filled('"${self:{a"').parts] == [Hole]


def test_is_service() -> None:
    for text, expected in (
        ("service: a\nprovider: {name: aws}\n", True),
        ("service: a\n", False),
        ("provider: {name: aws}\n", False),
        ("[]", False),
    ):
        (reading,) = yaml_reader.read(SourceFile("x.yml", text))
        assert reading.root is not None
        assert is_service(reading.root) is expected
