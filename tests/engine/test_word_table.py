"""The table of words, the schema of rule files and the documentation name the same words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.engine.lookups import Lookups
from cloudtrail_policylint.engine.messages import PLACEHOLDERS
from cloudtrail_policylint.engine.words import WORDS, compiled
from cloudtrail_policylint.engine.words.word import FAMILIES, WordTest
from cloudtrail_policylint.iam.arns import MISFITS
from cloudtrail_policylint.iam.catalogue import Catalogue
from cloudtrail_policylint.iam.kinds import KINDS
from support.judging import FACTS
from support.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = json.loads(
    (PROJECT / "cloudtrail_policylint/rulebook/rule.schema.json").read_text(encoding="utf-8")
)
SUBJECTS = ("statementMatch", "documentMatch", "attachmentMatch", "resourceMatch")
QUANTIFIERS = ("some", "every", "none")
AROUND = ("document", "statement", "elsewhere", "partner", "policy")
"""Fields that hold the match of something else."""
NO_WORDS = ("in-view", "through", "by", "from", "stray")
"""Names in a match that say how the fields beside them are tested, or are a test as a whole."""


def resolved(node: Any) -> Any:
    """The definition that *node* refers to; of "one, or a list of several" that of one."""
    while True:
        if "$ref" in node:
            node = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]]
        elif "$ref" in node.get("else", {}):
            node = node["else"]
        else:
            return node


def in_schema() -> dict[tuple[str, str], Any]:
    """The definition of every word in the schema, by field and word."""
    found: dict[tuple[str, str], Any] = {}
    seen: set[tuple[int, tuple[str, ...]]] = set()

    def visit(given: Any, field: tuple[str, ...]) -> None:
        node = resolved(given)
        if (id(node), field) in seen:
            return
        seen.add((id(node), field))
        if "propertyNames" in node:
            visit(node["additionalProperties"], ("property",))
            return
        for name, inner in node["properties"].items():
            target = resolved(inner)
            if name in QUANTIFIERS:
                visit(inner, field)
            elif name in AROUND:
                visit(inner, ())
            elif "properties" in target or "propertyNames" in target:
                visit(inner, (*field, name))
            elif name not in NO_WORDS:
                found[".".join(field) or "statement", name] = inner

    for subject in SUBJECTS:
        visit({"$ref": f"#/$defs/{subject}"}, ())
    return found


def in_table() -> dict[tuple[str, str], Any]:
    return {(field, word.name): word for word in WORDS for field in word.fields}


def operands_of(definition: Any) -> Iterator[Any]:
    """Operands that the schema allows, one of each sort."""
    definition = SCHEMA["$defs"].get(definition.get("$ref", "").rpartition("/")[2], definition)
    if definition.get("type") == "boolean":
        yield from (True, False)
        return
    if definition.get("type") == "integer":
        yield 3
        return
    if "enum" in definition:
        yield from definition["enum"]
        return
    if "if" in definition:
        yield "none"
        definition = definition["else"]
    assert definition["type"] == "array", definition
    yield definition["items"].get("enum", ["x"])[:1]


def test_the_schema_has_the_words_of_the_table_on_the_same_fields() -> None:
    assert set(in_schema()) == set(in_table())
    assert sum(len(word.fields) for word in WORDS) == len(in_table())  # none is there twice
    assert {field for field, _ in in_table()} >= set(FAMILIES)


def test_the_schema_has_the_placeholders_of_the_table() -> None:
    def noted(definition: Any) -> Any:
        return [(one["name"], one.get("when")) for one in definition.get("x-placeholders", ())]

    def named(word: Any) -> Any:
        return [(one.name, one.when) for one in word.placeholders]

    schema, table = in_schema(), in_table()
    assert {key: noted(schema[key]) for key in schema} == {key: named(table[key]) for key in table}
    assert {one.name for w in WORDS for one in w.placeholders} == set(PLACEHOLDERS)


def test_the_schema_lists_the_values_that_the_code_knows() -> None:
    schema = in_schema()
    for field in ("resource", "condition.value"):
        assert schema[field, "misfit"]["items"]["enum"] == list(MISFITS)
    assert schema["kind", "is"]["items"]["enum"] == list(KINDS)


def test_the_documentation_has_a_row_for_each_word() -> None:
    text = (PROJECT / "docs/writing-rules.md").read_text(encoding="utf-8")
    section = text.partition("\n## Words\n")[2].partition("\n## ")[0]
    rows = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert sorted(rows) == sorted({word.name for word in WORDS})


LISTED = {"text", "whole", "complement"}
TESTED = {
    "action": LISTED | {"contextual", "met", "names", "denied"},
    "resource": LISTED | {"contextual", "names"},
    "condition": {"condition", "met", "names", "repeated"},
    "sid": LISTED | {"repeated"},
    "element": LISTED | {"names"},
    "mistake": {"names"},
    "target": {"target"},
    "kind": {"document"},
    "statement": {"met", "shown"},
    "condition.value": LISTED | {"among"},
    "request": {"names", "met", "decision", "cause"},
    "property": LISTED | {"given", "names", "count"},
    "version": LISTED | {"given"},
    "principal": {"principal"},
    "principal.type": LISTED | {"given"},
    "size": {"document"},
    "order": {"order"},
    "apart": {"place"},
    "allowed": {"names"},
    "undenied": {"names"},
}
"""The tests of ``WordTest`` that the engine makes on these fields; on all others ``text``, else ``whole``."""


@pytest.mark.parametrize(("field", "name"), in_table())
def test_a_word_has_the_tests_that_its_field_makes(field: str, name: str) -> None:
    lookups = Lookups(Catalogue(FACTS))
    for operands in operands_of(in_schema()[field, name]):
        (test,) = compiled(field, {name: operands}, lookups)
        tests = {
            q
            for q in WordTest.__annotations__
            if q not in ("heads", "sign", "but", "has") and getattr(test, q)
        }
        assert tests
        if field in TESTED:
            assert tests <= TESTED[field]
        else:
            assert tests <= LISTED
            assert tests & {"text", "whole"}
