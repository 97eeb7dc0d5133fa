"""Statements in the language of the file that they belong to: JSON, HCL or YAML."""

from __future__ import annotations

import json

from ..base.lazy_regex import regex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ..iam.policy import Document

JSON, HCL, YAML = "json", "hcl", "yaml"
"""The formats of statements."""

_BEFORE = 200
_HEREDOC = regex(r"<<-?[A-Za-z_][\w-]{0,80}$")
"""The beginning of a heredoc at the end of what is before a policy, of which so much is looked at."""


def language(document: Document) -> str:
    """The format in which a statement of *document* is written."""
    path = document.span.source.path.lower()
    if path.endswith((".tf", ".tofu")):
        return JSON if _is_in_string(document) else HCL
    return YAML if path.endswith((".yaml", ".yml")) else JSON


def _is_in_string(document: Document) -> bool:
    """Whether the policy is JSON in a string of Terraform: in quotes or a heredoc."""
    span = document.span
    before = span.source.text[max(0, span.start - _BEFORE) : span.start].rstrip()
    return before.endswith('"') or _HEREDOC.search(before) is not None


def is_block(document: Document) -> bool:
    """Whether the statements are blocks of a data source of Terraform."""
    return document.span.text.lstrip().startswith("data ") or ".aws_iam_policy_document." in (
        f".{document.owner.name}"
    )


def written(statement: Mapping[str, Any], form: str, *, is_block: bool = False) -> str:
    """*statement* in the format *form*; *is_block*: as a block of ``aws_iam_policy_document``."""
    if form == HCL:
        return _block(statement) if is_block else hcl(statement)
    if form == YAML:
        return "\n".join(_yaml(statement))
    return json.dumps(statement, indent=2)


def hcl(value: Any, indent: int = 0) -> str:
    """*value* as an expression of HCL."""
    if isinstance(value, dict):
        inner = " " * (indent + 2)
        short = [len(_key(key)) for key, one in value.items() if not isinstance(one, dict)]
        width = max(short, default=0)
        lines = []
        for key, one in value.items():
            name = _key(key) if isinstance(one, dict) else _key(key).ljust(width)
            lines.append(f"{inner}{name} = {hcl(one, indent + 2)}")
        return "\n".join(["{", *lines, " " * indent + "}"])
    return hcl_string(value)


def hcl_string(value: Any) -> str:
    """*value* as a string of HCL, in which ``${`` begins an expression."""
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() else json.dumps(key)


def _block(statement: Mapping[str, Any]) -> str:
    lines = ["statement {"]
    if "Principal" in statement:
        ((type_, identifier),) = statement["Principal"].items()
        lines += [
            "  principals {",
            f"    type        = {hcl_string(type_)}",
            f"    identifiers = [{hcl_string(identifier)}]",
            "  }",
        ]
    if "Resource" not in statement:
        lines.append(f"  actions = [{hcl_string(statement['Action'])}]")
    else:
        lines.append(f"  actions   = [{hcl_string(statement['Action'])}]")
        lines.append(f"  resources = [{hcl_string(statement['Resource'])}]")
    for operator, keys in statement.get("Condition", {}).items():
        lines += ["  " + line for line in _condition_block(operator, keys)]
    return "\n".join([*lines, "}"])


def _condition_block(operator: str, keys: Mapping[str, str]) -> Iterator[str]:
    for key, value in keys.items():
        yield "condition {"
        yield f"  test     = {hcl_string(operator)}"
        yield f"  variable = {hcl_string(key)}"
        yield f"  values   = [{hcl_string(value)}]"
        yield "}"


def written_condition(
    condition: Mapping[str, Any], form: str, *, is_block: bool, is_more: bool
) -> str:
    """A Condition in the format *form*; *is_more*: what is added to one that is there."""
    if form == HCL and is_block:
        return "\n".join(
            line
            for operator, keys in condition.items()
            for line in _condition_block(operator, keys)
        )
    if is_more:
        ((operator, keys),) = condition.items()
        if form == HCL:
            return f"{operator} = {hcl(keys)}"
        if form == YAML:
            return "\n".join(_mapping(condition))
        return f"{json.dumps(operator)}: {json.dumps(keys, indent=2)}"
    if form == HCL:
        return f"Condition = {hcl(condition)}"
    if form == YAML:
        return "\n".join(["Condition:", *("  " + line for line in _mapping(condition))])
    return f'"Condition": {json.dumps(condition, indent=2)}'


def _yaml(statement: Mapping[str, Any]) -> Iterator[str]:
    for number, line in enumerate(_mapping(statement)):
        yield ("- " if number == 0 else "  ") + line


def _mapping(value: Mapping[str, Any]) -> Iterator[str]:
    for key, one in value.items():
        name = key if key.isalnum() else json.dumps(key)
        if isinstance(one, dict):
            yield f"{name}:"
            yield from ("  " + line for line in _mapping(one))
        else:
            yield f"{name}: {json.dumps(one) if not str(one).isalnum() else one}"
