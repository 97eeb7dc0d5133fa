from __future__ import annotations

import pytest

from cloudtrail_policylint.readers.hcl import reader as hcl_reader
from cloudtrail_policylint.readers.hcl.syntax import (
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    ForObject,
    GetAttr,
    Index,
    Interpolation,
    Name,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    Unreadable,
)
from cloudtrail_policylint.tree.nodes import Piece, Scalar, Text
from cloudtrail_policylint.tree.source import SourceFile


def expression(text: str) -> Expression:
    file = hcl_reader.read(SourceFile("main.tf", f"x = {text}\n"))
    assert file.mistake is None
    return file.attributes["x"].expression


def literal(found: Expression) -> str | None:
    assert isinstance(found, Constant)
    assert isinstance(found.node, Text)
    return found.node.literal


def test_blocks_have_labels_attributes_and_places() -> None:
    source = SourceFile(
        "main.tf", 'resource "aws_iam_policy" audit {\n  name = "é"\n  tag { a = 1 }\n}\n'
    )
    (block,) = hcl_reader.read(source).blocks
    assert (block.type, block.labels) == ("resource", ("aws_iam_policy", "audit"))
    assert block.span.text == source.text.rstrip("\n")
    assert block.attributes["name"].span.text == 'name = "é"'
    assert [inner.type for inner in block.blocks] == ["tag"]
    assert block.blocks[0].span.text == "tag { a = 1 }"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a b"', "a b"),
        ('" a "', " a "),
        (r'"a\n\"\u00e9\\"', 'a\n"é\\'),
        ('"$${aws:username} %%{x}"', "${aws:username} %{x}"),
        ('""', ""),
        ("<<EOF\n  a\n b\nEOF", "  a\n b\n"),
        ("<<-EOF\n    a\n      b\n    EOF", "a\n  b\n"),
        ("<<EOF\nEOF", ""),
    ],
)
def test_strings(text: str, value: str) -> None:
    assert literal(expression(text)) == value


def test_places_of_the_pieces_of_a_heredoc() -> None:
    found = expression("<<-EOF\n    é: one\n    two\n  EOF")
    assert isinstance(found, Constant)
    assert isinstance(found.node, Text)
    pieces = [part for part in found.node.parts if isinstance(part, Piece)]
    assert [piece.span.text for piece in pieces] == [piece.text for piece in pieces]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", 1), ("1.5", 1.5), ("1e3", 1000), ("1E-3", 0.001), ("20E+2", 2000), ("1.5e3", 1500)],
)
def test_numbers(text: str, value: float) -> None:
    found = expression(text)
    assert isinstance(found, Constant)
    assert isinstance(found.node, Scalar)
    assert (found.node.value, found.node.written, found.span.text) == (value, text, text)


@pytest.mark.parametrize("text", ["5-1e3", "[1e3, a-1e3]", '"1e3 ${1e3}"', "<<A-1E5\nb-1e3\nA-1E5"])
def test_exponents_are_read_anywhere(text: str) -> None:
    assert expression(text).span.text.startswith(text)


@pytest.mark.parametrize("text", ["1e", "1ee3", "1e3e3"])
def test_an_exponent_has_digits(text: str) -> None:
    file = hcl_reader.read(SourceFile("main.tf", f"x = {text}\n"))
    assert file.mistake is not None


@pytest.mark.parametrize("operators", ["!", "*", "&&", "=", "- ", "+ /* */ ", "! # a\n", "? ", " "])
def test_operators_without_operands_are_a_syntax_error(operators: str) -> None:
    text = "a = 1\nx = " + operators * 20_000 + "\n"
    file = hcl_reader.read(SourceFile("main.tf", text))
    assert file.mistake is not None


def test_templates() -> None:
    found = expression('"a${ b.c }d%{ if e }f%{ else }g%{ endif }%{ for h in i }${h}%{ endfor }"')
    assert isinstance(found, Template)
    first, interpolation, second, test, loop = found.parts
    assert isinstance(first, Piece)
    assert isinstance(second, Piece)
    assert (first.text, second.text) == ("a", "d")
    assert isinstance(interpolation, Interpolation)
    assert interpolation.span.text == "${ b.c }"
    assert isinstance(test, TemplateIf)
    assert [part.text for part in test.otherwise if isinstance(part, Piece)] == ["g"]
    assert isinstance(loop, TemplateFor)
    assert loop.value == "h"


def test_strip_markers_remove_white_space() -> None:
    found = expression('"a ${~ b ~} c"')
    assert isinstance(found, Template)
    assert [part.text for part in found.parts if isinstance(part, Piece)] == ["a", "c"]


def test_references() -> None:
    found = expression('a.b["c"].d[0]')
    assert isinstance(found, Index)
    assert isinstance(found.of, GetAttr)
    assert found.of.name == "d"
    assert found.span.text == 'a.b["c"].d[0]'


@pytest.mark.parametrize("text", ["a.b[*].c.d", "a.b.*.c.d"])
def test_splats_take_the_steps_after_them(text: str) -> None:
    found = expression(text)
    assert isinstance(found, Splat)
    assert isinstance(found.body, GetAttr)
    assert found.body.name == "d"


def test_the_first_index_ends_an_attribute_splat() -> None:
    found = expression("a.*.b[0]")
    assert isinstance(found, Index)
    assert isinstance(found.of, Splat)


def test_conditionals_nest_to_the_right() -> None:
    found = expression("a ? b : c ? d : e")
    assert isinstance(found, Conditional)
    assert isinstance(found.condition, Name)
    assert found.condition.name == "a"
    assert isinstance(found.otherwise, Conditional)


def test_operators_calls_and_for() -> None:
    assert isinstance(expression("a == 1 && b"), Binary)
    call = expression("merge(a, b...)")
    assert isinstance(call, Call)
    assert (call.name, len(call.arguments), call.expands) == ("merge", 2, True)
    loop = expression("{for k, v in a : k => v... if v}")
    assert isinstance(loop, ForObject)
    assert loop.grouped
    assert loop.condition is not None


def test_deeply_nested_expressions_are_unreadable() -> None:
    found = expression("(" * 900 + "1" + ")" * 900)
    while not isinstance(found, Unreadable):
        assert isinstance(found, Name | Constant) is False
        found = getattr(found, "of", Unreadable(found.span))


def test_a_file_with_too_many_open_brackets_is_not_parsed() -> None:
    file = hcl_reader.read(SourceFile("main.tf", "x = " + "[(" * 600 + "1" + ")]" * 600))
    assert (file.blocks, file.attributes) == ((), {})
    assert file.mistake is not None
    assert (file.mistake.limit, file.mistake.span.start) == (True, 4)


def test_a_syntax_error_leaves_the_other_blocks_complete() -> None:
    text = 'resource "a" "b" {\n  x = "one\n}\n\nresource "c" "d" {\n  y = 2\n}\n'
    source = SourceFile("main.tf", text)
    file = hcl_reader.read(source)
    assert file.mistake is not None
    assert source.position(file.mistake.span.start)[0] <= 3
    whole = next(block for block in file.blocks if block.labels == ("c", "d"))
    assert "y" in whole.attributes


def test_a_missing_bracket_is_reported() -> None:
    file = hcl_reader.read(SourceFile("main.tf", 'resource "a" "b" {\n  x = [1\n}\n'))
    assert file.mistake is not None
    assert file.mistake.message


def test_template_files() -> None:
    source = SourceFile("policy.tpl", '{"é": "${name}", "b": "$${aws:username}"}\n')
    template = hcl_reader.read_template(source)
    assert template is not None
    texts = [p.text if isinstance(p, Piece) else p.span.text for p in template.parts]
    assert "".join(texts) == '{"é": "${name}", "b": "${aws:username}"}\n'
    assert hcl_reader.read_template(SourceFile("policy.tpl", "${")) is None
