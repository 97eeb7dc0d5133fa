from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.readers.json.reader import read_embedded
from cloudtrail_policylint.readers.reading import Reading
from cloudtrail_policylint.readers.yaml import reader as yaml_reader
from cloudtrail_policylint.readers.yaml.embedded import read_embedded as read_embedded_yaml
from cloudtrail_policylint.tree.nodes import Hole, Map, Node, Scalar, Seq, Text
from cloudtrail_policylint.tree.source import SourceFile


def read(text: str) -> Reading:
    (reading,) = yaml_reader.read(SourceFile("t.yaml", text))
    return reading


def root(text: str) -> Node:
    reading = read(text)
    assert reading.mistake is None, reading.mistake
    assert reading.root is not None
    return reading.root


def plain(node: Node | None) -> object:
    """The tree as Python values, holes as they are written."""
    if isinstance(node, Map):
        return {e.key.written: plain(e.value) for e in node.entries}
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    if isinstance(node, Text):
        return node.written
    if isinstance(node, Scalar):
        return node.value
    return node.written if isinstance(node, Hole) else None


def text_of(node: Node | None) -> str:
    """The text of *node* in the file."""
    assert node is not None
    return node.span.text


def at(text: str, *path: str | int) -> Node:
    node: Node | None = root(text)
    for step in path:
        if isinstance(step, int):
            assert isinstance(node, Seq)
            node = node.items[step]
        else:
            assert isinstance(node, Map)
            node = node.get(step)
    assert node is not None
    return node


def test_places_are_in_characters() -> None:
    text = "# \U0001f600 é\nAction: [ 's3:Get*',\n  \"é:Put\" ]\n"
    assert text_of(at(text, "Action", 0)) == "'s3:Get*'"
    assert text_of(at(text, "Action", 1)) == '"é:Put"'
    assert text_of(at(text, "Action")) == "[ 's3:Get*',\n  \"é:Put\" ]"


def test_windows_line_ends() -> None:
    text = "a:\r\n  - b: |\r\n      x\r\n      y\r\n    c: z\r\n"
    assert plain(root(text)) == {"a": [{"b": "x\ny\n", "c": "z"}]}
    assert text_of(at(text, "a", 0, "c")) == "z"


def test_only_what_all_yaml_versions_agree_on_is_no_string() -> None:
    text = "[true, FALSE, null, ~, 5, -1, 0x1F, 1.5, .inf]"
    assert plain(root(text)) == [True, False, None, None, 5, -1, 31, 1.5, float("inf")]
    words = ["2012-10-17", "012345678901", "yes", "1_000", "1e3", "0o7", "+x", "12:30:45"]
    assert plain(root(f"[{', '.join(words)}]")) == words


def test_quoted_and_tagged_strings_are_never_numbers() -> None:
    assert plain(root("['5', \"true\", !!str 7]")) == ["5", "true", "7"]


def test_short_forms_are_read_as_long_forms() -> None:
    text = "a: !Ref Bucket\nb: !GetAtt X.Arn\nc: !Join ['', [x, !Sub 'y${Z}']]\nd: !Custom z\ne: !Own [x]\nf: ! 5\n"
    assert plain(root(text)) == {
        "a": {"Ref": "Bucket"},
        "b": {"Fn::GetAtt": "X.Arn"},
        "c": {"Fn::Join": ["", ["x", {"Fn::Sub": "y${Z}"}]]},
        "d": {"!Custom": "z"},
        "e": {"!Own": ["x"]},
        "f": "5",
    }
    function = at(text, "a")
    assert isinstance(function, Map)
    assert text_of(function) == "!Ref Bucket"
    assert text_of(function.entries[0].key) == "!Ref"
    assert text_of(function.entries[0].value) == "Bucket"


def test_colons_in_flow_lists_as_yaml_1_2_allows() -> None:
    text = 'a: [cloudtrail:Get*, s3:Put?bject, !Sub \'x:${Y}\', "q:r"]\nb: {k: v:w, "j":1}\n'
    assert plain(root(text)) == {
        "a": ["cloudtrail:Get*", "s3:Put?bject", {"Fn::Sub": "x:${Y}"}, "q:r"],
        "b": {"k": "v:w", "j": 1},
    }
    assert text_of(at(text, "a", 1)) == "s3:Put?bject"


def test_json_inside_a_block_scalar_keeps_its_places() -> None:
    text = 'doc: |-\n    {\n      "Action": "s3:*",\n\n      "Sid": "two"\n    }\nnext: 1\n'
    block = at(text, "doc")
    assert isinstance(block, Text)
    inner = read_embedded(block).root
    assert isinstance(inner, Map)
    assert text_of(inner.get("Action")) == '"s3:*"'
    assert text_of(inner.get("Sid")) == '"two"'
    assert text_of(inner) == text[text.index("{") : text.index("}") + 1]


def test_pieces_of_folded_and_escaped_strings() -> None:
    text = "a: >\n  one\n  two\n\n  three\nb: \"x\\u0041y\\\n   z\"\nc: 'it''s'\n"
    assert plain(root(text)) == {"a": "one two\nthree\n", "b": "xAyz", "c": "it's"}
    escaped = at(text, "b")
    assert isinstance(escaped, Text)
    pieces = [p for p in escaped.parts if not isinstance(p, Hole)]
    assert [(p.text, text[p.span.start : p.span.end]) for p in pieces[:3]] == [
        ("x", "x"),
        ("A", "\\u0041"),
        ("y", "y"),
    ]


def test_anchors_aliases_and_merge_keys() -> None:
    text = "base: &b {a: 1, b: 2}\nuse: *b\nmore:\n  <<: *b\n  b: 3\nmany: {<<: [{a: 9}, *b]}\n"
    assert plain(root(text)) == {
        "base": {"a": 1, "b": 2},
        "use": {"a": 1, "b": 2},
        "more": {"a": 1, "b": 3},
        "many": {"a": 9, "b": 2},
    }


def test_documents_after_a_broken_one_are_read() -> None:
    source = SourceFile("t.yaml", "a: 1\n---\nb: [2\n---\nc: 3\n")
    first, second, third = yaml_reader.read(source)
    assert (plain(first.root), plain(third.root)) == ({"a": 1}, {"c": 3})
    assert second.mistake is not None
    assert plain(second.root) == {"b": [2, ""], "": ""}  # and unknown further entries


def test_a_file_without_documents() -> None:
    assert yaml_reader.read(SourceFile("t.yaml", "# nothing\n")) == ()


def test_what_was_read_before_a_syntax_error_is_kept() -> None:
    reading = read("Effect: Allow\nAction: *\nResource: x\n")
    assert plain(reading.root) == {"Effect": "Allow", "Action": "", "": ""}
    assert isinstance(reading.root, Map)
    assert all(isinstance(entry.value, Hole) for entry in reading.root.entries[1:])
    assert reading.mistake is not None
    assert reading.mistake.message == 'a value that starts with "*" must be quoted'
    assert reading.mistake.span.source.position(reading.mistake.span.start) == (2, 9)


def test_a_tab_in_the_indentation_is_explained() -> None:
    reading = read("a:\n\tb: 1\n")
    assert reading.mistake is not None
    assert "tab" in reading.mistake.message


def test_an_alias_without_an_anchor_is_a_hole() -> None:
    reading = read("a: *nowhere\nb: 1\n")
    assert reading.mistake is not None
    assert plain(reading.root) == {"a": "*nowhere", "b": 1}


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    reading = read("\n".join(lines))
    assert reading.mistake is not None
    assert reading.mistake.limit


def test_deep_nesting_is_refused() -> None:
    for text in ("[" * 100_000, "a: " + "{a: " * 100_000, "- " * 100_000):
        reading = read(text)
        assert reading.mistake is not None
        assert reading.mistake.limit


def test_yaml_inside_a_block_scalar_keeps_its_places() -> None:
    text = "outer: |\n    # é\n    inner: [x, *y]\n    text: |\n      one\n      two\n"
    block = at(text, "outer")
    assert isinstance(block, Text)
    (reading,) = read_embedded_yaml(block)
    assert plain(reading.root) == {"inner": ["x", "*y"], "text": "one\ntwo\n"}
    assert isinstance(reading.root, Map)
    assert text_of(reading.root.get("inner")) == "[x, *y]"
    assert text_of(reading.root.get("text")) == "|\n      one\n      two"
    assert reading.mistake is not None
    assert reading.mistake.span.text == "*y"


def test_text_templates_are_syntax_errors() -> None:
    source = SourceFile("t.yaml", "{{- if .Values.x }}\na: {{ .Values.y }}\n{{- end }}\nb: 1\n")
    assert all(reading.mistake is not None for reading in yaml_reader.read(source))


# Without surrogate pairs, which are escapes in JSON but not in YAML.
WORDS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=100)
@given(VALUES.filter(lambda value: isinstance(value, list | dict)))
def test_json_is_yaml(value: object) -> None:
    assert plain(root(json.dumps(value))) == value


SAMPLE = """\
Resources: # é
  Key: &k
    Type: AWS::KMS::Key
    Properties: {Tags: [a:b, !Ref X], "Doc": !Sub "x${Y}\\n"}
  Copy: *k
  Text: |
    {"Version": "2012-10-17"}
---
- >-
  folded
  text
- <<: *k
"""


@settings(max_examples=250)
@given(
    st.integers(0, len(SAMPLE)),
    st.integers(0, 12),
    st.text("\t\n\r\"'!&*[]{}:,-?|> ax\0\ud800\ufeff\x85é", max_size=6),
)
def test_all_places_are_inside_the_file_after_any_change(start: int, length: int, put: str) -> None:
    text = SAMPLE[:start] + put + SAMPLE[start + length :]
    for reading in yaml_reader.read(SourceFile("t.yaml", text)):
        stack = [reading.root]
        while stack:
            node = stack.pop()
            if node is None:
                continue
            assert 0 <= node.span.start <= node.span.end <= len(text)
            if isinstance(node, Map):
                stack.extend(e.value for e in node.entries)
                stack.extend(e.key for e in node.entries)
            elif isinstance(node, Seq):
                stack.extend(node.items)
            elif isinstance(node, Text):
                assert all(0 <= p.span.start <= p.span.end <= len(text) for p in node.parts)
