"""The smallest change that would allow a request, in the language of the file that it belongs to."""

from __future__ import annotations

import json

from ..base.lazy_regex import regex
from ..base.record import record
from ..decisions.principals import SERVICE_PRINCIPAL
from ..decisions.values import known
from ..decisions.values import written as decoded
from ..iam.arns import PARTITION, split
from ..iam.patterns import YES
from . import managed
from .constants import settled_parts
from .nearest import shown
from .view import GROUP, PERMISSION_SET, ROLE, USER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..decisions.reasons import Cause
    from ..iam.policy import Document
    from .ask import Answered
    from .view import Identity

JSON, HCL, YAML, MANAGED = "json", "hcl", "yaml", "managed-policy"
"""The formats of suggestions; the text of the last is the ARN of a policy to attach."""

_ENDS_AUDIT = (
    "stoplogging",
    "deletetrail",
    "updatetrail",
    "puteventselectors",
    "putinsightselectors",
    "deleteeventdatastore",
    "stopeventdatastoreingestion",
    "updateeventdatastore",
)
"""Actions of CloudTrail that can end the audit trail (MITRE ATT&CK, T1562.008)."""
_BEFORE = 200
_HEREDOC = regex(r"<<-?[A-Za-z_][\w-]{0,80}$")
"""The beginning of a heredoc at the end of what is before a policy, of which so much is looked at."""
_PASSED = {"StringEquals": {"iam:PassedToService": "cloudtrail.amazonaws.com"}}
_COMPANIONS = {
    "cloudtrail:CreateTrail": (
        "with a role for CloudWatch Logs also iam:PassRole on it; for an organization trail "
        "organizations:DescribeOrganization, organizations:ListAWSServiceAccessForOrganization, iam:GetRole and "
        "iam:CreateServiceLinkedRole; with tags cloudtrail:AddTags; to start it cloudtrail:StartLogging; in the "
        "console, for a new bucket, s3:CreateBucket and s3:PutBucketPolicy, and for a new key kms:CreateKey and "
        "kms:CreateAlias"
    ),
    "cloudtrail:UpdateTrail": "with a role for CloudWatch Logs also iam:PassRole on it",
    "cloudtrail:EnableFederation": (
        "also iam:PassRole and iam:GetRole on the role, glue:CreateDatabase, glue:CreateTable and "
        "lakeformation:RegisterResource"
    ),
    "cloudtrail:StartImport": "also iam:PassRole on the role of the import",
}
"""What else the action needs, in words (CloudTrail User Guide, "Identity-based policy examples", and the
Service Authorization Reference)."""


@record
class Suggestion:
    """A text to write, and where; ``line`` is 0 where there is no place. ``caution`` is a warning."""

    format: str
    path: str
    line: int
    text: str
    caution: str


def suggestions(answered: Answered) -> list[Suggestion]:
    """What to write so that the request of *answered* is allowed."""
    if answered.decision.allowed == YES:
        return []
    denying = [one for one in answered.causes if one.effect == "deny" and one.certain]
    if denying:
        return [one for cause in denying if (one := _exception(cause, answered)) is not None]
    found: list[Suggestion] = []
    lacking = [one for one in answered.causes if one.effect == "lacks"]
    kinds = list(dict.fromkeys(one.kind for one in lacking))
    for kind in kinds:
        found += _of_kind(kind, lacking, answered)
    if "identity" in kinds and answered.who.identity is not None:
        found += _managed(answered)
    return found


def _of_kind(kind: str, lacking: Sequence[Cause], answered: Answered) -> Iterator[Suggestion]:
    """What to write into the policies of *kind*."""
    if kind in ("session", "scp", "rcp", "vpc-endpoint"):
        return
    near = next((one for one in lacking if one.kind == kind and one.miss is not None), None)
    document = _where(kind, near, answered)
    statement = _statement(answered, with_principal=kind not in ("identity", "boundary"))
    if kind == "trust":
        statement.pop("Resource", None)
    caution = _caution(answered, near)
    identity = answered.who.identity
    if document is not None:
        form = language(document)
        line, _ = document.span.source.position(document.span.start)
        text = written(statement, form, is_block=_is_block(document))
        yield Suggestion(form, document.span.source.path, line, text, caution)
        edit = _edit(near, statement)
        if edit is not None:
            yield edit
    elif identity is not None and kind == "identity":
        yield _policy(identity, statement, caution)
    else:
        yield Suggestion(JSON, "", 0, written(statement, JSON), caution)


def _where(kind: str, near: Cause | None, answered: Answered) -> Document | None:
    """The policy of *kind* that a statement is best written into: that of the nearest one."""
    documents = list(_documents(kind, answered))
    if near is not None and near.answer is not None:
        documents.insert(0, near.answer.document)
    return next((one for one in documents if not managed.is_text_of_aws(one)), None)


def _documents(kind: str, answered: Answered) -> tuple[Document, ...]:
    policies = answered.policies
    if kind == "identity":
        return policies.identity
    return policies.boundaries if kind == "boundary" else policies.resource


def _statement(answered: Answered, *, with_principal: bool) -> dict[str, Any]:
    """The statement that allows the request and nothing else that is known to be not needed."""
    found: dict[str, Any] = {"Effect": "Allow"}
    if with_principal:
        found["Principal"] = _principal(answered)
    found["Action"] = answered.action
    found["Resource"] = answered.resource
    if answered.action.lower() == "iam:passrole":
        found["Condition"] = _PASSED
    return found


def _principal(answered: Answered) -> dict[str, str]:
    principal = answered.who.principal
    if principal.kind == SERVICE_PRINCIPAL:
        return {"Service": principal.name}
    return {"AWS": _arn(answered)}


def _arn(answered: Answered) -> str:
    """The ARN of the role or user that made the request, with wildcards for what is not known."""
    principal, identity = answered.request.principal, answered.who.identity
    if principal.arn is None:
        return answered.who.label
    parts = principal.arn
    if identity is not None and identity.arn is not None and identity.kind in (ROLE, USER):
        account = known(principal.account) if principal.account is not None else None
        fields = split(principal.arn)
        parts = settled_parts(identity.arn, account, known(fields[PARTITION]))
    return shown(decoded(parts))


def _caution(answered: Answered, near: Cause | None) -> str:
    """A warning where the statement grants much, and what else the action needs."""
    service, _, name = answered.action.lower().partition(":")
    parts = []
    if near is not None and near.miss is not None and near.miss.element.startswith("Condition/"):
        key = near.miss.element.split("/", 2)[2]
        parts.append(
            f"the statement at {near.miss.span.place()} allows it under a condition on {key}, "
            "which this one does not ask for: meet it instead, if you can"
        )
    if service == "cloudtrail" and name in _ENDS_AUDIT:
        parts.append("whoever may do this can end or change what is audited")
    if answered.action.lower() == "iam:passrole" and answered.resource.endswith("role/*"):
        parts.append("name the one role in place of role/*")
    elif "*" in answered.resource.rpartition(":")[2] and answered.resource != "*":
        parts.append("name the resource in place of the wildcards if it is known")
    companions = _COMPANIONS.get(answered.action)
    if companions is not None:
        parts.append(companions)
    return "; ".join(parts)


def _edit(near: Cause | None, statement: Mapping[str, Any]) -> Suggestion | None:
    """The value that the nearest statement lacks, if it lacks an action or a resource."""
    if near is None or near.miss is None or near.miss.verdict != 0:
        return None
    element = near.miss.element
    if element not in ("Action", "Resource") or near.answer is None:
        return None
    if managed.is_text_of_aws(near.answer.document):
        return None
    span = near.miss.span
    line, _ = span.source.position(span.start)
    text = json.dumps(statement.get(element, "*"))
    return Suggestion(
        language(near.answer.document),
        span.source.path,
        line,
        text,
        f"instead: add this to {element} of the statement here",
    )


def _exception(cause: Cause, answered: Answered) -> Suggestion | None:
    """A condition that excepts the principal from the Deny of *cause*."""
    if cause.answer is None or answered.who.principal.arn is None:
        return None
    arn = _arn(answered)
    condition = {"ArnNotLike": {"aws:PrincipalArn": arn}}
    document = cause.answer.document
    span = cause.answer.statement.span
    line, _ = span.source.position(span.start)
    form = language(document)
    text = _condition(condition, form, is_block=_is_block(document))
    caution = "somebody wrote this Deny on purpose: ask its owner before you add an exception to it"
    return Suggestion(form, span.source.path, line, text, caution)


def _managed(answered: Answered) -> Iterator[Suggestion]:
    """The AWS managed policy for CloudTrail that allows the request."""
    from ..decisions.decision import Decider, Policies

    service = answered.request.service
    for name in managed.OFFERED:
        arn = f"arn:aws:iam::aws:policy/{name}"
        document = managed.document(arn, service)
        if document is None:
            continue
        policies = Policies(identity=(document,))
        if Decider().decide(answered.request, policies).allowed == YES:
            identity = answered.who.identity
            path, line = "", 0
            if identity is not None and identity.owner.span.source.path:
                path = identity.owner.span.source.path
                line, _ = identity.owner.span.source.position(identity.owner.span.start)
            yield Suggestion(
                MANAGED, path, line, arn, "instead: attach it; it grants more than this"
            )
            return


# -- languages


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


def _is_block(document: Document) -> bool:
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
    return _string(value)


def _string(value: Any) -> str:
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
            f"    type        = {_string(type_)}",
            f"    identifiers = [{_string(identifier)}]",
            "  }",
        ]
    if "Resource" not in statement:
        lines.append(f"  actions = [{_string(statement['Action'])}]")
    else:
        lines.append(f"  actions   = [{_string(statement['Action'])}]")
        lines.append(f"  resources = [{_string(statement['Resource'])}]")
    for operator, keys in statement.get("Condition", {}).items():
        lines += ["  " + line for line in _condition_block(operator, keys)]
    return "\n".join([*lines, "}"])


def _condition_block(operator: str, keys: Mapping[str, str]) -> Iterator[str]:
    for key, value in keys.items():
        yield "condition {"
        yield f"  test     = {_string(operator)}"
        yield f"  variable = {_string(key)}"
        yield f"  values   = [{_string(value)}]"
        yield "}"


def _condition(condition: Mapping[str, Any], form: str, *, is_block: bool) -> str:
    """A Condition in the format *form*."""
    if form == HCL and is_block:
        return "\n".join(
            line
            for operator, keys in condition.items()
            for line in _condition_block(operator, keys)
        )
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


def _policy(identity: Identity, statement: Mapping[str, Any], caution: str) -> Suggestion:
    """A policy of its own for *identity*, which has none yet."""
    span = identity.owner.span
    path = span.source.path
    line = span.source.position(span.start)[0] if path else 0
    if not path.lower().endswith((".tf", ".tofu")) or "." not in identity.owner.name:
        form = YAML if path.lower().endswith((".yaml", ".yml")) else JSON
        return Suggestion(form, path, line, written(statement, form), caution)
    name = identity.owner.name.rpartition(".")[2]
    address = f"{identity.owner.name}.name"
    body = f'{{\n    Version = "2012-10-17"\n    Statement = [{hcl(statement, 4)}]\n  }}'
    kind = {USER: "user", GROUP: "group", PERMISSION_SET: ""}.get(identity.kind, "role")
    if not kind:
        head = [
            f'resource "aws_ssoadmin_permission_set_inline_policy" {_string(name)} {{',
            f"  instance_arn       = {identity.owner.name}.instance_arn",
            f"  permission_set_arn = {identity.owner.name}.arn",
            f"  inline_policy      = jsonencode({body})",
            "}",
        ]
    else:
        head = [
            f'resource "aws_iam_{kind}_policy" {_string(name)} {{',
            f"  {kind:<6} = {address}",
            f"  policy = jsonencode({body})",
            "}",
        ]
    return Suggestion(HCL, path, line, "\n".join(head), caution)
