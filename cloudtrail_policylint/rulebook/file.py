"""Rule files: reading them, and what is wrong with them, with the place and a correction.

Imported only where rules are checked, added or compiled: a normal run reads
rules that were found right when the package was built.
"""

from __future__ import annotations

import os
from functools import cache

from ..base.errors import RuleFileError
from ..base.record import record
from ..base.suggest import nearest
from ..readers.yaml import reader as yaml_reader
from ..tree.python_values import place_of, plain, repeated_key
from ..tree.source import SourceFile
from .folder import PROBLEMS, RuleFolder, read_rule, rule_files
from .model import RuleBook, sets_in, stored_book, stored_own

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ..tree.nodes import Node
    from ..tree.source import Span

OPEN, CLOSE = "«", "»"
"""The marks around the text of an example that must be reported."""


@record
class RuleFile:
    """A rule file: its value and, for the places of messages, its tree."""

    source: SourceFile
    root: Node
    raw: dict[str, Any]


def read(path: str) -> RuleFile:
    """The rule file at *path*; raises ``RuleFileError`` if it is not one YAML mapping."""
    return parsed(path, read_rule(path))


def parsed(path: str, data: bytes) -> RuleFile:
    """The rule file at *path* with the content *data*; raises as ``read`` does."""
    text = _text(path, data)
    source = SourceFile(path.replace(os.sep, "/"), text)
    readings = yaml_reader.read(source)
    if not readings:
        raise RuleFileError(f"{path}:1:1: the file is empty; a rule is a YAML mapping")
    reading = readings[0]
    if reading.mistake is not None:
        raise RuleFileError(
            f"{reading.mistake.span.place()}: not valid YAML: {reading.mistake.message}"
        )
    raw = plain(reading.root)
    if reading.root is None or not isinstance(raw, dict):
        raise RuleFileError(f"{path}:1:1: not a YAML mapping")
    twice = repeated_key(reading.root)
    if twice is not None:
        raise RuleFileError(f"{twice.span.place()}: duplicate key {twice.written}")
    return RuleFile(source, reading.root, raw)


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RuleFileError(f"{path}: cannot be read: it is not UTF-8") from None


def unmarked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """*text* without its marks, and the ranges between them."""
    plain, ranges, opened = "", [], 0
    for char in text:
        if char == OPEN:
            opened = len(plain)
        elif char == CLOSE:
            ranges.append((opened, len(plain)))
        else:
            plain += char
    return plain, ranges


def examples_of(paths: Iterable[str], rule: str) -> Mapping[str, Any]:
    """The examples of *rule* (an id), ``bad`` and ``good``, from the rule files at *paths*.

    Empty for a problem, which has none.
    """
    for path in paths:
        for name, data in RuleFolder(path).rules.items():
            if rule.encode() in data:  # cheaper than reading all YAML
                raw = parsed(name, data).raw
                if raw.get("id") == rule:
                    found: Mapping[str, Any] = raw["examples"]
                    return found
    return {}


def read_folder(path: str) -> bytes:
    """The text of a rules folder, as ``rule_book`` takes it, without examples."""
    folder = RuleFolder(path)
    rules = [parsed(*one).raw for one in folder.rules.items()]
    problems = os.path.join(path, PROBLEMS)
    found = read(problems).raw["problems"] if os.path.exists(problems) else []
    return stored_book(rules, found, facts_in(folder))


def read_own(book: RuleBook, folder: RuleFolder, others: Sequence[str]) -> bytes:
    """The text of the rules of a user's *folder*, to be added to *book*, as ``extended`` takes it.

    *others* are the paths of the rules in *book*. Raises ``RuleFileError`` if a rule is not valid.
    """
    sets = {**book.sets, **sets_in(facts_in(folder))}
    seen: dict[str, str] = {}
    files = [parsed(*one) for one in folder.rules.items()]
    ids = known_ids(book, files)
    for file in files:
        for mistake in mistakes(file, sets, ids, book.requests()):
            raise RuleFileError(mistake)
        for message in taken_words(file, book, others, seen):
            raise RuleFileError(message)
    if not files:
        raise RuleFileError(f"{folder.path}: no rule file there")
    return stored_own([file.raw for file in files], sets)


def taken_words(
    file: RuleFile, book: RuleBook, others: Sequence[str], seen: dict[str, str]
) -> Iterator[str]:
    """Messages about the id and name of *file* if another rule has them.

    The other rule is in *book*, from one of the paths *others*, or one of the words *seen* with
    their places, to which those of *file* are added. A rule is not taken by its own file.
    """
    for key in ("id", "name"):
        word = file.raw[key]
        place = place_of(file.root, [key]).place()
        other = book.named(word)
        if word in seen:
            yield f"{place}: {word} is taken by {seen[word]}"
        elif other is not None:
            holder = next(filter(None, (_file_of(other.id, path) for path in others)), None)
            if holder is None:
                yield f"{place}: {word} is taken by the rule {other.id} ({other.name})"
            elif not os.path.samefile(holder, file.source.path):
                yield f"{place}: {word} is taken by {holder}"
        seen[word] = place


def _file_of(rule: str, folder: str) -> str | None:
    """The file in the rules folder *folder* that defines *rule* (an id)."""
    import re

    defined = re.compile(rf"^[ -]*id: {re.escape(rule)}\s*$".encode(), re.MULTILINE)
    for path in (*rule_files(folder), os.path.join(folder, PROBLEMS)):
        if os.path.exists(path) and defined.search(read_rule(path)):
            return path
    return None


def facts_in(folder: RuleFolder) -> dict[str, Any]:
    """The facts of a rules folder, merged; raises ``RuleFileError`` if a file is not valid."""
    merged: dict[str, Any] = {}
    for one in folder.facts.items():
        file = parsed(*one)
        for key, value in file.raw.items():
            known = merged.setdefault(key, type(value)())
            if isinstance(value, dict) and isinstance(known, dict):
                known.update(value)
            elif isinstance(value, list) and isinstance(known, list):
                known.extend(value)
            else:
                place = place_of(file.root, [key], key=True).place()
                raise RuleFileError(
                    f"{place}: {key} must be a mapping or a list, as in the other files"
                )
        _check_sets(file)
    return merged


def _check_sets(file: RuleFile) -> None:
    """Raise ``RuleFileError`` if the ``sets`` of a file of facts are not valid."""
    sets = file.raw.get("sets", {})
    for name, given in sets.items() if isinstance(sets, dict) else [("sets", None)]:
        values = given.get("values") if isinstance(given, dict) else None
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            place = place_of(file.root, ["sets", name], key=True).place()
            raise RuleFileError(
                f"{place}: {name} is not a set: a set has values, a list of strings"
            )


# -- what is wrong with a rule

MAX_UNKNOWN = 20
"""The most unknown keys of one mapping that are reported one by one."""


def known_ids(book: RuleBook, files: Iterable[RuleFile]) -> set[str]:
    """The ids of the rules and problems in *book* and of the rules in *files*."""
    own = (file.raw.get("id") for file in files)
    return {*book.ids(), *(one for one in own if isinstance(one, str))}


def mistakes(
    file: RuleFile, sets: Mapping[str, Any], ids: Collection[str], requests: Collection[str]
) -> list[str]:
    """The mistakes in *file*, each as "place: what is wrong; correction", in the order of the file.

    *sets* are the known ``$names``, *ids* those of all rules in view, *requests* the names of requests.
    """
    found = list(_schema_mistakes(file))
    if not found:
        found = [
            *_set_mistakes(file, sets),
            *_request_mistakes(file, requests),
            *_report_mistakes(file),
            *_supersedes_mistakes(file, ids),
        ]
    found.sort(key=lambda pair: pair[0].start)
    return list(dict.fromkeys(f"{span.place()}: {message}" for span, message in found))


@cache
def _schema() -> dict[str, Any]:
    """The schema of rule files."""
    import json

    path = os.path.join(os.path.dirname(__file__), "rule.schema.json")
    with open(path, encoding="utf-8") as text:
        schema: dict[str, Any] = json.load(text)
    return schema


def _schema_mistakes(file: RuleFile) -> Iterator[tuple[Span, str]]:
    validator = _validator()(_schema())
    for error in _deepest(validator.iter_errors(file.raw)):
        yield from _explain(file, error)


def _validator() -> Any:
    """A validator of the schema's dialect that does not compare list items pair by pair."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def unique(_: Any, wanted: bool, value: Any, _schema: Any) -> Iterator[Any]:  # noqa: FBT001
        if wanted and isinstance(value, list) and len(set(map(repr, value))) < len(value):
            yield ValidationError("it has duplicate items")

    made: Any = extend
    return made(Draft202012Validator, {"uniqueItems": unique})


def _deepest(errors: Iterable[Any]) -> Iterator[Any]:
    """The most specific errors: of alternatives, those of the best matching one."""
    from jsonschema.exceptions import best_match

    for error in errors:
        if error.context and error.validator in ("anyOf", "oneOf"):
            best = best_match([error])
            yield best if best is not None else error
        else:
            yield error


def _explain(file: RuleFile, error: Any) -> Iterator[tuple[Span, str]]:
    path = list(error.absolute_path)
    names = [step for step in path if isinstance(step, str) and step not in _QUANTIFIERS]
    owner = names[-1] if names else "a rule"
    place = place_of(file.root, path)
    if error.validator == "additionalProperties":
        allowed = sorted(error.schema.get("properties", {}))
        unknown = [name for name in error.instance if name not in allowed]
        for name in unknown[:MAX_UNKNOWN]:
            where = place_of(file.root, [*path, name], key=True)
            close = nearest(str(name), allowed) or ";"
            yield where, f"{_of(name, owner, path)}{close} use one of {', '.join(allowed)}"
        if len(unknown) > MAX_UNKNOWN:
            yield where, f"{len(unknown) - MAX_UNKNOWN:,} more unknown keys follow"
    elif error.schema is False:
        yield place_of(file.root, path, key=True), f"{owner} belongs inside cases, not beside it"
    elif error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        yield place, f"{owner} requires {', '.join(missing)}"
    elif error.validator == "enum":
        allowed = [str(value) for value in error.validator_value]
        close = nearest(str(error.instance), allowed) or ";"
        what = f"{error.instance} is not a valid value of {owner}"
        yield place, f"{what}{close} use one of {', '.join(allowed)}"
    elif error.validator == "pattern":
        yield (
            place,
            f"{error.instance} is not a valid value of {owner}: {error.schema['description']}",
        )
    else:
        yield place, f"{owner}: {_sentence(error)}"


_QUANTIFIERS = ("some", "every", "none")


def _of(name: str, owner: str, path: list[Any]) -> str:
    if "match" not in path:
        return f'"{name}" is not part of {owner}'
    if owner in ("match", "statement", "document"):
        return f'"{name}" is not a field of {owner}'
    return f'"{name}" is not a test for {owner}'


def _sentence(error: Any) -> str:
    message = str(error.message)
    return message if len(message) <= 160 else message[:159] + "…"


def _set_mistakes(file: RuleFile, sets: Mapping[str, Any]) -> Iterator[tuple[Span, str]]:
    def walk(value: Any, path: list[Any]) -> Iterator[tuple[Span, str]]:
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, [*path, key])
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from walk(inner, [*path, index])
        elif isinstance(value, str) and value.startswith("$") and value[1:] not in sets:
            close = nearest(value[1:], sets)
            yield place_of(file.root, path), f"unknown set {value}{close}"

    for path, case in _cases(file.raw):
        yield from walk(case["match"], [*path, "match"])


def _request_mistakes(file: RuleFile, requests: Collection[str]) -> Iterator[tuple[Span, str]]:
    for path, case in _cases(file.raw):
        for names, at in _request_names(case["match"], [*path, "match"], inside=False):
            for index, name in enumerate(names):
                if name not in requests and not name.startswith("$"):
                    place = place_of(file.root, [*at, index])
                    yield place, f"unknown request {name}{nearest(name, requests)}"


def _request_names(
    value: Any, path: list[Any], *, inside: bool
) -> Iterator[tuple[list[str], list[Any]]]:
    """The lists of requests in *value*, a part of a match at *path*, *inside* of ``request``."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _request_names(one, [*path, index], inside=inside)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if inside:
                yield inner["is"], [*path, key, "is"]
            elif key == "keeps-from":
                yield inner, [*path, key]
            elif key != "property":  # whose names may be anything
                yield from _request_names(inner, [*path, key], inside=key == "request")


def _supersedes_mistakes(file: RuleFile, ids: Collection[str]) -> Iterator[tuple[Span, str]]:
    for index, other in enumerate(file.raw.get("supersedes", ())):
        place = place_of(file.root, ["supersedes", index])
        if other == file.raw["id"]:
            yield place, f"{other} cannot supersede itself"
        elif other not in ids:
            yield place, f"no rule has the id {other}{nearest(other, sorted(ids))}"


def _cases(raw: Mapping[str, Any]) -> Iterator[tuple[list[Any], Mapping[str, Any]]]:
    if "cases" in raw:
        for index, case in enumerate(raw["cases"]):
            yield ["cases", index], case
    else:
        yield [], raw


_ANYWHERE = frozenset(
    (
        "effect",
        "sid",
        "action",
        "resource",
        "principal",
        "condition",
        "key",
        "operator",
        "value",
        "kind",
    )
)
"""The fields that a message about a statement can show."""


def _report_mistakes(file: RuleFile) -> Iterator[tuple[Span, str]]:
    """Placeholders that cannot be used in the message, and stray braces."""
    for path, case in _cases(file.raw):
        place = place_of(file.root, [*path, "message"])
        names, rest = placeholders(case["message"])
        if "{" in rest or "}" in rest:
            yield place, "the message has a brace that is not part of a placeholder"
        allowed = _placeholders_of(file.raw["subject"], case["match"])
        for name in names:
            if name not in allowed:
                known = ", ".join(sorted(allowed))
                yield place, f"{{{name}}} cannot be used here; use one of {known}"


_OF_RESOURCES = (
    ("partner", ("partner", "on")),
    ("request", ("partner", "on")),
    ("apart", ("there", "here")),
    ("stray", ("stray", "on")),
)
"""The placeholders that the fields of resources bring."""


def _placeholders_of(subject: str, match: Mapping[str, Any]) -> set[str]:
    """The placeholders that a message about *match* can have."""
    if subject == "attachment":
        allowed = {"arn"}
    elif subject == "resource":
        allowed = {"type", "address", *_properties(match)}
        allowed |= {name for field, names in _OF_RESOURCES if field in match for name in names}
    elif subject == "document" and "some" not in match.get("statement", {}):
        allowed = {"kind"}  # no statement is singled out
    else:
        allowed = set(_ANYWHERE)
    if "element" in match or "element" in match.get("statement", {}).get("some", {}):
        allowed.add("element")
    brought = _brought()
    for word, given in _words(match):
        for placeholder in brought.get(word, ()):
            if placeholder.get("when", given) == given:
                allowed.add(placeholder["name"])
    return allowed


def _properties(match: Any) -> Iterator[str]:
    """The names of the properties that *match* is about, those of partners included."""
    if isinstance(match, list):
        for one in match:
            yield from _properties(one)
    elif isinstance(match, dict):
        for key, value in match.items():
            if key == "property":
                yield from value
            elif key == "through":
                yield value
            elif key == "repeats":
                yield from value
            yield from _properties(value)


@cache
def _brought() -> dict[str, list[dict[str, Any]]]:
    """The placeholders that words bring, by word: ``x-placeholders`` of the schema."""
    found: dict[str, list[dict[str, Any]]] = {}
    left = [_schema()["$defs"]]
    while left:
        for name, value in left.pop().items():
            if isinstance(value, dict):
                left.append(value)
                found.setdefault(name, []).extend(value.get("x-placeholders", ()))
    return found


def _words(match: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every word of *match* with its operands."""
    for key, value in match.items():
        several = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
        if isinstance(value, dict):
            yield from _words(value)
        elif not several:
            yield key, value
        for one in several:
            yield from _words(one)


def placeholders(message: str) -> tuple[list[str], str]:
    """The names in braces in *message*, and the rest of it."""
    import re

    return re.findall(r"\{([^{}]*)\}", message), re.sub(r"\{[^{}]*\}", "", message)
