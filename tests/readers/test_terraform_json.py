"""Terraform's JSON syntax: blocks, expressions and places.

Sources: developer.hashicorp.com/terraform/language/syntax/json and the HCL JSON
syntax specification (github.com/hashicorp/hcl, json/spec.md).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudtrail_policylint.readers.hcl import json_syntax
from cloudtrail_policylint.readers.hcl.file import Block
from cloudtrail_policylint.readers.hcl.syntax import (
    Call,
    Constant,
    Expression,
    GetAttr,
    Interpolation,
    ObjectExpression,
    Template,
    TupleExpression,
    Unreadable,
)
from cloudtrail_policylint.tree.nodes import Piece, Scalar, Text
from cloudtrail_policylint.tree.source import SourceFile


def blocks(value: Any) -> list[Block]:
    return list(json_syntax.read(SourceFile("a.tf.json", json.dumps(value))).blocks)


def expression(text: str) -> Expression:
    """The expression of a local value written as the JSON *text*."""
    file = json_syntax.read(SourceFile("a.tf.json", f'{{"locals": {{"x": {text}}}}}'))
    assert file.mistake is None
    return file.blocks[0].attributes["x"].expression


def pieces(template: Expression) -> list[tuple[str, str]]:
    """The text of each piece, and its text in the file."""
    assert isinstance(template, Template | Constant)
    parts = template.parts if isinstance(template, Template) else template.node.parts  # type: ignore[union-attr]
    return [(part.text, part.span.text) for part in parts if isinstance(part, Piece)]


@pytest.mark.parametrize(
    "resource",
    [
        {"aws_iam_role": {"a": {"name": "x"}, "b": {"name": "x"}}},
        [{"aws_iam_role": {"a": {"name": "x"}}}, {"aws_iam_role": {"b": {"name": "x"}}}],
        {"aws_iam_role": [{"a": [{"name": "x"}]}, {"b": {"name": "x"}}]},
        {"//": "a comment", "aws_iam_role": {"//": {}, "a": {"name": "x"}, "b": {"name": "x"}}},
    ],
)
def test_objects_and_lists_of_objects_are_blocks(resource: Any) -> None:
    found = blocks({"//": ["a comment"], "resource": resource, "unknown": {"x": {}}})
    assert [(block.type, block.labels) for block in found] == [
        ("resource", ("aws_iam_role", "a")),
        ("resource", ("aws_iam_role", "b")),
    ]
    assert [list(block.attributes) for block in found] == [["name"], ["name"]]


def test_the_root_may_be_a_list_of_objects() -> None:
    found = blocks([{"locals": {"a": 1}}, {"locals": [{"b": 2}, {"c": 3}]}])
    assert [list(block.attributes) for block in found] == [["a"], ["b"], ["c"]]


def test_nested_blocks() -> None:
    body = {
        "statement": [{"sid": "A"}, {"sid": "B"}],
        "dynamic": {"statement": {"for_each": [1], "content": {"sid": "${statement.value}"}}},
        "actions": ["x"],
    }
    (block,) = blocks({"data": {"aws_iam_policy_document": {"d": body}}})
    assert [(inner.type, inner.labels) for inner in block.blocks] == [
        ("statement", ()),
        ("statement", ()),
        ("dynamic", ("statement",)),
    ]
    (content,) = block.blocks[2].blocks
    assert content.type == "content"
    assert isinstance(content.attributes["sid"].expression, GetAttr | Template)


def test_values() -> None:
    found = expression('[null, true, 1.5, "x", {"a${1}": {}, "//": 1}]')
    assert isinstance(found, TupleExpression)
    scalars = [item.node for item in found.items[:3] if isinstance(item, Constant)]
    assert [node.value for node in scalars if isinstance(node, Scalar)] == [None, True, 1.5]
    last = found.items[-1]
    assert isinstance(last, ObjectExpression)
    first, comment = last.entries
    assert isinstance(first[0], Template)
    # This is a comment only in objects that represent blocks.
    assert isinstance(comment[0], Constant)


def test_strings_are_templates() -> None:
    found = expression(r'"a ${join(\",\", [\"x\\n\", var.y])} $${z} %{ if true }b%{ endif }"')
    assert isinstance(found, Template)
    assert pieces(found) == [("a ", "a "), (" ", " "), ("${", "$${"), ("z} ", "z} ")]
    call = found.parts[1]
    assert isinstance(call, Interpolation)
    assert call.span.text == r"${join(\",\", [\"x\\n\", var.y])}"
    assert isinstance(call.expression, Call)
    separator, items = call.expression.arguments
    assert pieces(separator) == [(",", ",")]
    assert separator.span.text == r"\",\""
    assert isinstance(items, TupleExpression)
    assert pieces(items.items[0]) == [("x", "x"), ("\n", r"\\n")]
    assert items.items[1].span.text == "var.y"


def test_places_after_escapes() -> None:
    text = r'"\u00fc\"${ x }\ud83d\ude00 b\n$${c}\/${y}"'
    found = expression(text)
    assert pieces(found) == [
        ("ü", r"\u00fc"),
        ('"', r"\""),
        ("\N{GRINNING FACE}", r"\ud83d\ude00"),
        (" b", " b"),
        ("\n", r"\n"),
        ("${", "$${"),
        ("c}", "c}"),
        ("/", r"\/"),
    ]
    assert found.span.text == text
    assert isinstance(found, Template)
    holes = [part for part in found.parts if isinstance(part, Interpolation)]
    assert [part.span.text for part in holes] == ["${ x }", "${y}"]
    assert [part.expression.span.text for part in holes] == ["x", "y"]


def test_a_string_with_escapes_only_is_a_constant() -> None:
    found = expression(r'"$${aws:username} \t%%{x}"')
    assert isinstance(found, Constant)
    assert isinstance(found.node, Text)
    assert found.node.literal == "${aws:username} \t%{x}"


def test_strings_of_variables_are_literal() -> None:
    (block,) = blocks({"variable": {"v": {"default": {"a": "${b}"}, "type": "string"}}})
    default = block.attributes["default"].expression
    assert isinstance(default, ObjectExpression)
    assert pieces(default.entries[0][1]) == [("${b}", "${b}")]


def test_strings_of_definitions_are_literal() -> None:
    source = SourceFile("terraform.tfvars.json", '{"//": "${x}", "a": ["${b}"]}')
    file = json_syntax.read_definitions(source)
    assert list(file.attributes) == ["a"]
    found = file.attributes["a"].expression
    assert isinstance(found, TupleExpression)
    assert pieces(found.items[0]) == [("${b}", "${b}")]


@pytest.mark.parametrize("text", ['"${"', '"${a"', '"%{ if }"', '"${a b}"', r'"\u0000${\u0000}"'])
def test_invalid_templates_are_unreadable(text: str) -> None:
    found = expression(text)
    inner = found.parts[-1].expression if isinstance(found, Template) else found  # type: ignore[union-attr]
    assert isinstance(inner, Unreadable)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "1",
        '"x"',
        "{",
        '{"resource": 1}',
        '{"resource": {"a": {"b": ',
        "[[[[",
        "\0",
    ],
)
def test_any_text_is_read_without_an_exception(text: str) -> None:
    for block in json_syntax.read(SourceFile("a.tf.json", text)).blocks:
        assert [attribute.expression for attribute in block.attributes.values()] == []
    assert json_syntax.read_definitions(SourceFile("a.tfvars.json", text)).attributes.keys() <= {
        "resource"
    }


def test_nesting_is_limited() -> None:
    deep = "[" * 150 + "]" * 150
    assert isinstance(expression(deep), TupleExpression)
    file = json_syntax.read(SourceFile("a.tf.json", '{"locals": {"x": ' + "[" * 100_000))
    assert file.mistake is not None
    assert file.mistake.limit
