"""The smallest change that would allow a request, in the language of the file that it belongs to."""

from __future__ import annotations

import json

from ..base.errors import InputError
from ..base.record import record, replaced
from ..decisions.decision import Decider, Policies
from ..decisions.documents import document as document_of
from ..decisions.principals import ANONYMOUS, FEDERATED, SERVICE_PRINCIPAL
from ..decisions.reasons import DENY, LACKS
from ..decisions.values import UNKNOWN, known
from ..decisions.values import written as decoded
from ..iam.arns import PARTITION, split
from ..iam.patterns import NO, YES
from . import managed
from .constants import settled_parts
from .languages import (
    HCL,
    JSON,
    YAML,
    hcl,
    hcl_string,
    is_block,
    language,
    written,
    written_condition,
)
from .nearest import shown
from .view import GROUP, PERMISSION_SET, ROLE, USER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from ..decisions.reasons import Cause
    from ..iam.policy import Action, Document, Statement
    from ..tree.source import SourceFile
    from .ask import Answered
    from .view import Identity

MANAGED = "managed-policy"
"""The format of a suggestion whose text is the ARN of a policy to attach."""
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
_PRINCIPAL_ARN = "aws:PrincipalArn"
_EXCEPTING = ("ArnNotLike", "StringNotLike", "ArnNotEquals")
"""Operators with which a Deny excepts somebody, who may have wildcards."""
_LIKE = ("arnnotlike", "arnnotequals", "stringnotlike", "arnnotlikeifexists", "arnnotequalsifexists", "stringnotlikeifexists")  # fmt: skip
_UNLIKE = (*_LIKE, "stringnotequals", "stringnotequalsifexists")
_GENERATED = {
    '"aws:cdk:path"': "CDK makes this file: write it in the app, as with addToPrincipalPolicy()",
    '"planned_values"': "this is a plan of Terraform: write it in the module",
    '"UserDetailList"': "this is the listing of an account: write it where its policies are made",
}
"""What files have that a program makes, and what to do with them."""
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


def suggestions(answered: Answered, *, is_denied: bool = False) -> list[Suggestion]:
    """What to write so that the request of *answered* is allowed.

    *is_denied*: AWS says that a statement denies it, so that statements count which may.
    """
    if answered.decision.allowed == YES:
        return []
    denying = [one for one in answered.causes if one.effect == DENY and (one.certain or is_denied)]
    exceptions = [_exception(cause, answered) for cause in denying]
    return [*filter(None, exceptions), *_allowing(answered)]


def _allowing(answered: Answered) -> list[Suggestion]:
    """What to write where nothing allows the request: into one policy if that is enough."""
    lacking = [one for one in answered.causes if one.effect == LACKS]
    kinds = [
        kind
        for kind in dict.fromkeys(one.kind for one in lacking)
        if kind not in ("session", "scp", "rcp", "vpc-endpoint")
    ]
    enough = next((kind for kind in kinds if _is_enough(kind, answered)), None)
    kinds = [enough] if enough is not None else kinds
    found = [one for kind in kinds for one in _of_kind(kind, lacking, answered)]
    if "identity" in kinds and answered.who.identity is not None:
        found += _managed(answered)
    return found


def _is_enough(kind: str, answered: Answered) -> bool:
    """Whether the statement for a policy of *kind* is all that is missing."""
    policies = _without_denies(answered.policies)
    try:
        added = document_of([_statement(answered, kind)], kind, "statement")
    except InputError:
        return False
    if kind == "identity":
        policies = replaced(policies, identity=(*policies.identity, added))
    elif kind == "boundary":
        policies = replaced(policies, boundaries=(*policies.boundaries, added))
    else:
        policies = replaced(policies, resource=(*policies.resource, added))
    return Decider().decide(answered.request, policies).allowed == YES


def _without_denies(policies: Policies) -> Policies:
    """*policies* without statements that deny: what remains is whether something allows."""

    def allowing(documents: Sequence[Document]) -> tuple[Document, ...]:
        return tuple([replaced(one, statements=_not_denying(one)) for one in documents])

    return replaced(
        policies,
        identity=allowing(policies.identity),
        resource=allowing(policies.resource),
        boundaries=allowing(policies.boundaries),
        session=allowing(policies.session),
        scps=tuple(map(allowing, policies.scps)),
        rcps=tuple(map(allowing, policies.rcps)),
        endpoint=allowing(policies.endpoint),
    )


def _not_denying(document: Document) -> tuple[Statement, ...]:
    return tuple(
        [one for one in document.statements if not one.effect or one.effect.literal != "Deny"]
    )


def _of_kind(kind: str, lacking: Sequence[Cause], answered: Answered) -> Iterator[Suggestion]:
    """What to write into the policies of *kind*: nothing that lets everybody in."""
    who = answered.request.principal
    is_unnamed = who.kind == ANONYMOUS or who.arn == UNKNOWN
    if is_unnamed and kind not in ("identity", "boundary"):
        return
    near = next((one for one in lacking if one.kind == kind and one.miss is not None), None)
    document = _where(kind, near, answered)
    statement = _statement(answered, kind)
    caution = _caution(answered, near)
    identity = answered.who.identity
    if document is not None:
        form = language(document)
        line, _ = document.span.source.position(document.span.start)
        text = written(statement, form, is_block=is_block(document))
        caution = "; ".join(filter(None, (_made_by(document.span.source), caution)))
        yield Suggestion(form, document.span.source.path, line, text, caution)
        edit = _edit(near, statement)
        if edit is not None:
            yield edit
    elif identity is not None and kind == "identity":
        yield _policy(identity, statement, caution)
    else:
        yield Suggestion(JSON, "", 0, written(statement, JSON), caution)


def _made_by(source: SourceFile) -> str:
    """Who writes the file *source*, where that is no person."""
    return next((says for mark, says in _GENERATED.items() if mark in source.text), "")


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


def _statement(answered: Answered, kind: str) -> dict[str, Any]:
    """The statement for a policy of *kind* that allows the request and nothing that is not needed."""
    found: dict[str, Any] = {"Effect": "Allow"}
    if kind not in ("identity", "boundary"):
        found["Principal"] = _principal(answered)
    found["Action"] = answered.action
    if kind != "trust":
        found["Resource"] = answered.resource
    if answered.action.lower() == "iam:passrole":
        found["Condition"] = _PASSED
    return found


def _principal(answered: Answered) -> dict[str, str]:
    principal = answered.who.principal
    if principal.kind == SERVICE_PRINCIPAL:
        return {"Service": principal.name}
    if principal.kind == FEDERATED:
        return {"Federated": principal.name}
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
    if near is None or near.miss is None or near.miss.verdict != NO or near.answer is None:
        return None
    element = near.miss.element
    own = near.answer.statement
    if managed.is_text_of_aws(near.answer.document):
        return None
    caution = f"instead: add this to {element} of the statement here"
    if element == "Action" and not own.actions[0].complement:
        if [text.written for one in own.resources for text in one.texts] != [statement["Resource"]]:
            caution += "; it then holds for all of its resources"
    elif element != "Resource" or not _is_one(own.actions) or own.resources[0].complement:
        return None  # the statement's other actions would be allowed on the resource, too
    span = near.miss.span
    line, _ = span.source.position(span.start)
    text = json.dumps(statement.get(element, "*"))
    return Suggestion(language(near.answer.document), span.source.path, line, text, caution)


def _is_one(actions: Sequence[Action]) -> bool:
    """Whether *actions* are one action, and no pattern."""
    texts = [text.written for one in actions for text in one.texts]
    return len(texts) == 1 and not actions[0].complement and "*" not in texts[0]


def _exception(cause: Cause, answered: Answered) -> Suggestion | None:
    """A condition that excepts the principal from the Deny of *cause*."""
    if cause.answer is None or answered.who.principal.arn is None:
        return None
    arn = _arn(answered)
    document, statement = cause.answer.document, cause.answer.statement
    form = language(document)
    caution = "somebody wrote this Deny on purpose: ask its owner before you add an exception to it"
    caution = "; ".join(filter(None, (_made_by(document.span.source), caution)))
    span = statement.span
    used = set()
    for one in statement.conditions:
        operator = one.operator.written
        used.add(operator)
        is_list = operator.lower() in (_LIKE if "*" in arn else _UNLIKE)
        if is_list and one.key.written.lower() == _PRINCIPAL_ARN.lower():
            line, _ = span.source.position(one.span.start)
            where = f"add this to {one.key.written} of {operator} here"
            text = json.dumps(arn)
            return Suggestion(form, span.source.path, line, text, f"{where}; {caution}")
    operator = next((name for name in _EXCEPTING if name not in used), _EXCEPTING[0])
    condition = {operator: {_PRINCIPAL_ARN: arn}}
    text = written_condition(condition, form, is_block=is_block(document), is_more=bool(used))
    line, _ = span.source.position(span.start)
    if used:
        caution = f"add this to the statement's Condition; {caution}"
    return Suggestion(form, span.source.path, line, text, caution)


def _managed(answered: Answered) -> Iterator[Suggestion]:
    """The AWS managed policy for CloudTrail that allows the request."""
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
            f'resource "aws_ssoadmin_permission_set_inline_policy" {hcl_string(name)} {{',
            f"  instance_arn       = {identity.owner.name}.instance_arn",
            f"  permission_set_arn = {identity.owner.name}.arn",
            f"  inline_policy      = jsonencode({body})",
            "}",
        ]
    else:
        head = [
            f'resource "aws_iam_{kind}_policy" {hcl_string(name)} {{',
            f"  {kind:<6} = {address}",
            f"  policy = jsonencode({body})",
            "}",
        ]
    return Suggestion(HCL, path, line, "\n".join(head), caution)
