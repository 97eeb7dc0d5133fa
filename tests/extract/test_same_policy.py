"""The same policy in every form that it can be written in is the same document.

Where Terraform's behaviour matters:

- ``jsonencode`` and ``$${``: developer.hashicorp.com/terraform/language/functions/jsonencode
  and .../language/expressions/strings ("Escape Sequences").
- ``aws_iam_policy_document``: registry.terraform.io/providers/hashicorp/aws/latest/docs/
  data-sources/iam_policy_document: Effect is Allow and Version 2012-10-17 where none is
  written; ``&{aws:username}`` stands for ``${aws:username}``; a principal of type ``*`` is the
  bare star, of type ``AWS`` with ``*`` an object.
- the JSON syntax: developer.hashicorp.com/terraform/language/syntax/json: strings are templates,
  blocks are objects or lists of objects, a property ``//`` in a block is a comment.
- plans: developer.hashicorp.com/terraform/internals/json-format.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cloudtrail_policylint.extract.bare import extract_bare
from cloudtrail_policylint.extract.cloudformation import extract_template
from cloudtrail_policylint.extract.terraform import extract_module
from cloudtrail_policylint.extract.terraform.plan import extract_plan
from cloudtrail_policylint.iam.normalise import normalise
from cloudtrail_policylint.iam.policy import Document
from cloudtrail_policylint.iam.written import Extraction
from cloudtrail_policylint.readers.json import reader as json_reader
from cloudtrail_policylint.readers.yaml import reader as yaml_reader
from cloudtrail_policylint.tree.nodes import Text
from cloudtrail_policylint.tree.source import SourceFile

VERSION = "2012-10-17"
TRAIL = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
BUCKET = "arn:aws:s3:::logs"
SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", **elements}


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", **elements}


READ = allow(Action="cloudtrail:GetTrail", Resource=TRAIL)

STATEMENTS: dict[str, list[dict[str, Any]]] = {
    "one action": [READ],
    "a list of one": [allow(Action=["cloudtrail:GetTrail"], Resource=[TRAIL])],
    "several actions": [allow(Action=["cloudtrail:GetTrail", "cloudtrail:Lookup*"], Resource="*")],
    "several resources": [allow(Action="cloudtrail:GetTrail", Resource=[TRAIL, f"{TRAIL}-2"])],
    "wildcards": [allow(Action="cloudtrail:*Trail?", Resource=f"{TRAIL}*")],
    "everything": [allow(Action="*", Resource="*")],
    "a sid": [{"Sid": "Read", **READ}],
    "several statements": [
        READ,
        deny(Action="cloudtrail:StopLogging", Resource="*"),
        {"Sid": "Three", **allow(Action="s3:GetObject", Resource=f"{BUCKET}/*")},
    ],
    "a deny": [deny(Action=["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"], Resource="*")],
    "not action": [deny(NotAction=["cloudtrail:Get*", "iam:*"], Resource="*")],
    "not resource": [deny(Action="s3:PutObject", NotResource=[f"{BUCKET}/*", BUCKET])],
    "one condition": [
        {**READ, "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}
    ],
    "several values": [
        {**READ, "Condition": {"StringLike": {"aws:PrincipalArn": ["*role/a", "*role/b"]}}}
    ],
    "several keys": [
        {
            **READ,
            "Condition": {
                "StringEquals": {"aws:RequestedRegion": "us-east-1", "aws:PrincipalOrgID": "o-1"}
            },
        }
    ],
    "several operators": [
        {
            **READ,
            "Condition": {
                "Bool": {"aws:SecureTransport": "true"},
                "StringEqualsIfExists": {"aws:ResourceTag/team": "audit"},
            },
        }
    ],
    "a set operator": [
        {**READ, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}}
    ],
    "a policy variable": [
        allow(Action="s3:GetObject", Resource="arn:aws:s3:::logs/${aws:username}/*")
    ],
    "a policy variable in a condition": [
        {**READ, "Condition": {"StringLike": {"s3:prefix": ["home/${aws:PrincipalTag/team}/*"]}}}
    ],
    "a literal dollar and star": [
        allow(Action="s3:GetObject", Resource="arn:aws:s3:::logs/${$}${*}")
    ],
    "quotes and letters": [
        {**READ, "Condition": {"StringEquals": {"aws:ResourceTag/n": 'a "b" \\ ü / \t'}}}
    ],
    "a template's directive": [{**READ, "Condition": {"StringEquals": {"s3:prefix": "100%{x}"}}}],
    "a service": [allow(Principal=SERVICE, Action="sts:AssumeRole")],
    "accounts": [
        allow(Principal={"AWS": ["111122223333", "arn:aws:iam::444455556666:root"]}, Action="s3:*")
    ],
    "any account": [allow(Principal={"AWS": "*"}, Action="sts:AssumeRole")],
    "everybody": [allow(Principal="*", Action="sts:AssumeRole")],
    "several types": [
        allow(
            Principal={"Service": ["cloudtrail.amazonaws.com", "x.amazonaws.com"], "AWS": "*"},
            Action="sts:AssumeRole",
        )
    ],
    "not principal": [
        deny(NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"}, Action="sts:AssumeRole")
    ],
    "a confused deputy": [
        {
            **allow(Principal=SERVICE, Action="s3:PutObject", Resource=f"{BUCKET}/AWSLogs/*"),
            "Sid": "Write",
            "Condition": {
                "StringEquals": {
                    "s3:x-amz-acl": "bucket-owner-full-control",
                    "aws:SourceArn": TRAIL,
                }
            },
        }
    ],
    "long": [
        {"Sid": f"S{number}", **allow(Action=f"cloudtrail:Get{number}", Resource="*")}
        for number in range(40)
    ],
}

# -- the forms


def hcl_string(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def hcl(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{hcl_string(k)} = {hcl(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(hcl, value)) + "]"
    return hcl_string(value) if isinstance(value, str) else json.dumps(value)


def is_trust(statements: list[dict[str, Any]]) -> bool:
    return any("Principal" in one or "NotPrincipal" in one for one in statements)


def resource(policy: dict[str, Any], expression: str) -> str:
    if is_trust(policy["Statement"]):
        return f'resource "aws_iam_role" "x" {{\n  assume_role_policy = {expression}\n}}\n'
    return f'resource "aws_iam_policy" "x" {{\n  policy = {expression}\n}}\n'


def terraform(text: str) -> Extraction:
    return extract_module([SourceFile("main.tf", text)])


def as_jsonencode(policy: dict[str, Any]) -> Extraction:
    return terraform(resource(policy, f"jsonencode({hcl(policy)})"))


def as_heredoc(policy: dict[str, Any]) -> Extraction:
    text = json.dumps(policy, indent=2).replace("${", "$${").replace("%{", "%%{")
    return terraform(resource(policy, f"<<-EOF\n{text}\nEOF"))


def as_local(policy: dict[str, Any]) -> Extraction:
    """Statements in a local, put together by functions."""
    statements = policy["Statement"]
    locals_ = f"locals {{\n  first = {hcl(statements[:1])}\n  rest = {hcl(statements[1:])}\n}}\n"
    whole = f'{{Version = "{VERSION}", Statement = concat(local.first, local.rest)}}'
    return terraform(locals_ + resource(policy, f"jsonencode({whole})"))


def many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def block(name: str, *attributes: str) -> str:
    return f"{name} {{\n" + "\n".join(attributes) + "\n}"


def data_statement(statement: dict[str, Any]) -> str:
    def variables(value: Any) -> str:
        return hcl(value).replace("$${", "&{")

    parts: list[str] = []
    if "Sid" in statement:
        parts.append(f"sid = {hcl(statement['Sid'])}")
    if statement["Effect"] != "Allow":
        parts.append(f"effect = {hcl(statement['Effect'])}")
    for key, name in (
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ):
        if key in statement:
            parts.append(f"{name} = {variables(many(statement[key]))}")
    for key, name in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        given = statement.get(key, {})
        for type_, ids in ({"*": "*"} if given == "*" else given).items():
            parts.append(
                block(name, f"type = {hcl(type_)}", f"identifiers = {variables(many(ids))}")
            )
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            parts.append(
                block(
                    "condition",
                    f"test = {hcl(operator)}",
                    f"variable = {hcl(key)}",
                    f"values = {variables(many(values))}",
                )
            )
    return block("statement", *parts)


def as_data_source(policy: dict[str, Any]) -> Extraction:
    statements = "\n".join(map(data_statement, policy["Statement"]))
    data = f'data "aws_iam_policy_document" "x" {{\n{statements}\n}}\n'
    return terraform(data + resource(policy, "data.aws_iam_policy_document.x.json"))


def as_merged_data_sources(policy: dict[str, Any]) -> Extraction:
    """Each statement in a data source of its own, put together by ``source_policy_documents``."""
    texts = [
        block(f'data "aws_iam_policy_document" "p{number}"', data_statement(statement))
        for number, statement in enumerate(policy["Statement"])
    ]
    names = ", ".join(f"data.aws_iam_policy_document.p{n}.json" for n in range(len(texts)))
    texts.append(f'data "aws_iam_policy_document" "x" {{\n source_policy_documents = [{names}]\n}}')
    texts.append(resource(policy, "data.aws_iam_policy_document.x.json"))
    return terraform("\n".join(texts))


def template_string(value: Any) -> Any:
    """*value* for Terraform's JSON syntax, where every string is a template."""
    if isinstance(value, dict):
        return {template_string(k): template_string(v) for k, v in value.items()}
    if isinstance(value, list):
        return list(map(template_string, value))
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value


def in_terraform_json(*files: dict[str, Any]) -> Extraction:
    return extract_module(
        [
            SourceFile(f"f{number}.tf.json", json.dumps(file, indent=number))
            for number, file in enumerate(files)
        ]
    )


def json_resource(policy: dict[str, Any], value: str) -> dict[str, Any]:
    if is_trust(policy["Statement"]):
        return {"resource": {"aws_iam_role": {"x": {"assume_role_policy": value}}}}
    return {"resource": {"aws_iam_policy": {"x": {"policy": value}}}}


def as_string_in_terraform_json(policy: dict[str, Any]) -> Extraction:
    return in_terraform_json(json_resource(policy, template_string(json.dumps(policy, indent=1))))


def as_jsonencode_in_terraform_json(policy: dict[str, Any]) -> Extraction:
    """The native syntax of the whole policy as one expression in a JSON string."""
    return in_terraform_json(json_resource(policy, f"${{jsonencode({hcl(policy)})}}"))


def as_local_in_terraform_json(policy: dict[str, Any]) -> Extraction:
    """Statements as JSON objects in one file, put together by functions in another one."""
    statements = [template_string(one) for one in policy["Statement"]]
    whole = f'${{jsonencode({{Version = "{VERSION}", Statement = concat(local.a, local.b)}})}}'
    return in_terraform_json(
        json_resource(policy, whole), {"locals": {"a": statements[:1], "b": statements[1:]}}
    )


def json_statement(statement: dict[str, Any]) -> dict[str, Any]:
    def variables(value: Any) -> Any:
        return json.loads(json.dumps(template_string(value)).replace("$${", "&{"))

    block: dict[str, Any] = {"//": "as people comment"}
    if "Sid" in statement:
        block["sid"] = statement["Sid"]
    if statement["Effect"] != "Allow":
        block["effect"] = statement["Effect"]
    for key, name in (
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ):
        if key in statement:
            block[name] = variables(many(statement[key]))
    for key, name in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        given = statement.get(key, {})
        for type_, ids in ({"*": "*"} if given == "*" else given).items():
            one = {"type": type_, "identifiers": variables(many(ids))}
            block.setdefault(name, []).append(one)
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            one = {"test": operator, "variable": key, "values": variables(many(values))}
            block.setdefault("condition", []).append(one)
    # Several blocks are a list of objects, a single one may be the object itself.
    return {
        k: v[0] if k in ("principals", "condition") and len(v) == 1 else v for k, v in block.items()
    }


def as_data_source_in_terraform_json(policy: dict[str, Any]) -> Extraction:
    data = {
        "aws_iam_policy_document": {
            "x": {"statement": list(map(json_statement, policy["Statement"]))}
        }
    }
    return in_terraform_json(
        {"data": data}, json_resource(policy, "${data.aws_iam_policy_document.x.json}")
    )


def as_both_syntaxes(policy: dict[str, Any]) -> Extraction:
    """The resource in the native syntax, its data source in JSON."""
    data = {
        "aws_iam_policy_document": [
            {"x": [{"statement": list(map(json_statement, policy["Statement"]))}]}
        ]
    }
    return extract_module(
        [
            SourceFile("main.tf", resource(policy, "data.aws_iam_policy_document.x.json")),
            SourceFile("data.tf.json", json.dumps([{"data": data}])),
        ]
    )


def as_plan(policy: dict[str, Any]) -> Extraction:
    trust = is_trust(policy["Statement"])
    type_ = "aws_iam_role" if trust else "aws_iam_policy"
    values = {"assume_role_policy" if trust else "policy": json.dumps(policy)}
    one = {"address": f"{type_}.x", "mode": "managed", "type": type_, "values": values}
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [one]}}}
    root = json_reader.read_placed(SourceFile("plan.json", json.dumps(plan))).root
    assert root is not None
    return extract_plan(root)


def template(policy: dict[str, Any]) -> dict[str, Any]:
    trust = is_trust(policy["Statement"])
    properties = {"AssumeRolePolicyDocument" if trust else "PolicyDocument": policy}
    type_ = "AWS::IAM::Role" if trust else "AWS::IAM::ManagedPolicy"
    return {"Resources": {"X": {"Type": type_, "Properties": properties}}}


def as_json_template(policy: dict[str, Any]) -> Extraction:
    source = SourceFile("t.json", json.dumps(template(policy)))
    root = json_reader.read_placed(source).root
    assert root is not None
    return extract_template(root, source)


def yaml(value: Any, indent: str = "") -> str:
    """*value* in YAML's block style, its strings in double quotes."""
    if isinstance(value, dict):
        return "".join(
            f"\n{indent}{json.dumps(k)}: {yaml(v, indent + '  ')}" for k, v in value.items()
        )
    if isinstance(value, list):
        return "".join(f"\n{indent}- {yaml(item, indent + '  ')}" for item in value)
    return json.dumps(value, ensure_ascii=False)


def as_yaml_template(policy: dict[str, Any]) -> Extraction:
    source = SourceFile("t.yaml", yaml(template(policy)) + "\n")
    (reading,) = yaml_reader.read(source)
    assert reading.mistake is None
    assert reading.root is not None
    return extract_template(reading.root, source)


def as_json(policy: dict[str, Any]) -> Extraction:
    root = json_reader.read_placed(SourceFile("p.json", json.dumps(policy))).root
    assert root is not None
    return extract_bare(root)


FORMS: tuple[Callable[[dict[str, Any]], Extraction], ...] = (
    as_jsonencode,
    as_heredoc,
    as_local,
    as_data_source,
    as_merged_data_sources,
    as_string_in_terraform_json,
    as_jsonencode_in_terraform_json,
    as_local_in_terraform_json,
    as_data_source_in_terraform_json,
    as_both_syntaxes,
    as_plan,
    as_json_template,
    as_yaml_template,
)

# -- what is compared: everything but the places


def word(text: Text | None) -> str | None:
    return None if text is None else text.literal


def words(texts: tuple[Text, ...]) -> list[str | None]:
    return [word(text) for text in texts]


def meaning(document: Document) -> dict[str, Any]:
    """What *document* says, without where it says it; the order of conditions means nothing."""
    return {
        "kinds": document.kinds,
        "version": word(document.version),
        "complete": document.complete,
        "in scope": document.in_scope,
        "problems": [problem.name for problem in document.problems],
        "statements": [
            {
                "sid": word(one.sid),
                "effect": word(one.effect),
                "actions": [(words(a.texts), a.complement) for a in one.actions],
                "resources": [(words(r.texts), r.complement) for r in one.resources],
                "principals": sorted(
                    (str(word(p.type)), str(word(p.id)), p.complement) for p in one.principals
                ),
                "conditions": sorted(
                    (str(word(c.operator)), str(word(c.key)), words(c.values), c.certain)
                    for c in one.conditions
                ),
            }
            for one in document.statements
        ],
    }


def document_of(extraction: Extraction, kind: str | None = None) -> Document:
    (found,) = extraction.documents
    return normalise(found, kind)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("name", STATEMENTS)
def test_the_same_policy_in_another_form_is_the_same_document(
    name: str, form: Callable[[dict[str, Any]], Extraction]
) -> None:
    policy = {"Version": VERSION, "Statement": STATEMENTS[name]}
    kind = "trust" if is_trust(STATEMENTS[name]) else "identity"
    assert meaning(document_of(form(policy))) == meaning(document_of(as_json(policy), kind))


def test_the_comparison_sees_a_difference() -> None:
    first, second = (
        meaning(document_of(as_json({"Version": VERSION, "Statement": statements})))
        for statements in (STATEMENTS["a deny"], STATEMENTS["not action"])
    )
    assert first != second
