"""Explanations: the cause, where to look, and that what is suggested would allow the request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from cloudtrail_policylint import decide
from cloudtrail_policylint.base.errors import UsageError
from cloudtrail_policylint.questions.events import denial_of
from cloudtrail_policylint.questions.languages import written
from cloudtrail_policylint.questions.messages import read_message
from cloudtrail_policylint.questions.why import Asked, Explainer
from support.questions import ACCOUNT, TRAIL, answer, view_of

if TYPE_CHECKING:
    from pathlib import Path

    from cloudtrail_policylint.questions.suggest import Suggestion
    from cloudtrail_policylint.questions.why import Why

ANN = f"arn:aws:iam::{ACCOUNT}:user/ann"
STATUS = "cloudtrail:GetTrailStatus"
ALLOW = {"Effect": "Allow", "Action": "cloudtrail:DescribeTrails", "Resource": "*"}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [*statements]}


def denied(action: str = STATUS, resource: str = "", end: str = "", by: str = ANN) -> str:
    on = f" on resource: {resource}" if resource else ""
    return f"User: {by} is not authorized to perform: {action}{on}{end}"


def why(folder: Path, files: dict[str, str], message: str, **asked: Any) -> Why:
    view = view_of(folder, files)
    return Explainer(view, Asked(**asked)).explain(read_message(message), 1)


OBJECT = f"""
resource "aws_iam_user" "ann" {{ name = "ann" }}
resource "aws_iam_user_policy" "ann" {{
  user   = aws_iam_user.ann.name
  policy = jsonencode({json.dumps(policy(ALLOW))})
}}
"""
BLOCKS = """
resource "aws_iam_user" "ann" { name = "ann" }
resource "aws_iam_user_policy" "ann" {
  user   = aws_iam_user.ann.name
  policy = data.aws_iam_policy_document.ann.json
}
data "aws_iam_policy_document" "ann" {
  statement {
    actions   = ["cloudtrail:DescribeTrails"]
    resources = ["*"]
  }
#HERE
}
"""
NONE = f"""
resource "aws_iam_user" "ann" {{ name = "ann" }}
resource "aws_iam_group_policy" "other" {{
  group  = "other"
  policy = jsonencode({json.dumps(policy(ALLOW))})
}}
"""
TEMPLATE = {
    "Resources": {
        "Ann": {
            "Type": "AWS::IAM::User",
            "Properties": {
                "UserName": "ann",
                "Policies": [{"PolicyName": "x", "PolicyDocument": policy(ALLOW)}],
            },
        }
    }
}


def statement_of(suggestion: Suggestion, folder: Path) -> dict[str, Any]:
    """The statement that *suggestion* is, read back."""
    if suggestion.format == "json":
        return json.loads(suggestion.text)  # type: ignore[no-any-return]
    if suggestion.format == "yaml":
        (found,) = YAML(typ="safe").load(suggestion.text)
        return found  # type: ignore[no-any-return]
    raise AssertionError(suggestion.format)


@pytest.mark.parametrize("action", [STATUS, "cloudtrail:LookupEvents", "cloudtrail:StopLogging"])
def test_a_statement_in_terraform_allows_the_request(tmp_path: Path, action: str) -> None:
    resource = "audit" if action != "cloudtrail:LookupEvents" else ""
    for name, text in (("object", OBJECT), ("blocks", BLOCKS), ("none", NONE)):
        folder = tmp_path / name
        found = why(folder, {"main.tf": text}, denied(action, resource))
        assert found.word == "not-allowed"
        assert found.has_cause
        first = found.suggestions[0]
        assert (first.format, first.line > 0) == ("hcl", True)
        if name == "object":
            after = text.replace('"Statement": [', f'"Statement": [{first.text}, ')
        elif name == "blocks":
            after = text.replace("#HERE", first.text)
        else:
            after = text + first.text
        view = view_of(folder, {"main.tf": after})
        assert answer(view, ANN, action, resource or None).word == "allowed"


def test_a_statement_in_json_and_yaml_allows_the_request(tmp_path: Path) -> None:
    text = json.dumps(TEMPLATE)
    for name in ("template.json", "template.yaml"):
        found = why(tmp_path / name, {name: text}, denied(resource=TRAIL))
        first = found.suggestions[0]
        assert first.path.endswith(name)
        statement = statement_of(first, tmp_path)
        assert statement == {"Effect": "Allow", "Action": STATUS, "Resource": TRAIL}
        allowed = decide(principal=ANN, action=STATUS, resource=TRAIL, identity=[policy(statement)])
        assert allowed.allowed


def test_an_action_without_a_resource_is_written_with_a_star(tmp_path: Path) -> None:
    found = why(tmp_path, {"main.tf": OBJECT}, denied("cloudtrail:LookupEvents", TRAIL))
    assert 'Resource = "*"' in found.suggestions[0].text


def test_managed_policies_that_would_do_are_named(tmp_path: Path) -> None:
    found = why(tmp_path, {"main.tf": NONE}, denied(resource="My-Trail"))
    attached = [one.text for one in found.suggestions if one.format == "managed-policy"]
    assert attached == ["arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess"]


def test_pass_role_is_suggested_for_one_service_with_a_caution(tmp_path: Path) -> None:
    found = why(tmp_path, {"policy.json": json.dumps(policy(ALLOW))}, denied("iam:PassRole"))
    statement = statement_of(found.suggestions[0], tmp_path)
    assert statement["Resource"] == f"arn:aws:iam::{ACCOUNT}:role/*"
    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": "cloudtrail.amazonaws.com"}
    }
    assert "name the one role" in found.suggestions[0].caution


def test_creating_a_trail_names_its_companions(tmp_path: Path) -> None:
    found = why(tmp_path, {"main.tf": NONE}, denied("cloudtrail:CreateTrail", "audit"))
    for word in (
        "iam:PassRole",
        "organizations:DescribeOrganization",
        "s3:PutBucketPolicy",
        "kms:",
    ):
        assert word in found.suggestions[0].caution


def test_the_nearest_statement_may_be_changed_instead(tmp_path: Path) -> None:
    near = policy({"Effect": "Allow", "Action": "cloudtrail:GetTrail", "Resource": TRAIL})
    found = why(tmp_path, {"policy.json": json.dumps(near)}, denied(resource=TRAIL))
    edit = found.suggestions[1]
    assert (edit.text, edit.line) == (f'"{STATUS}"', 1)
    assert "Action" in edit.caution


def test_a_deny_is_excepted_with_a_caution(tmp_path: Path) -> None:
    deny = policy({"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*"})
    end = " with an explicit deny in a service control policy"
    found = why(
        tmp_path,
        {"main.tf": OBJECT, "scp/p.json": json.dumps(deny)},
        denied(resource=TRAIL, end=end),
    )
    assert (found.word, found.has_cause, found.certain) == ("denied", True, True)
    first, allow = found.suggestions[:2]
    assert STATUS in allow.text  # nothing allows it, either
    condition = json.loads("{" + first.text + "}")
    assert condition == {"Condition": {"ArnNotLike": {"aws:PrincipalArn": ANN}}}
    assert "on purpose" in first.caution


@pytest.mark.parametrize(
    ("condition", "text", "where"),
    [
        ({"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}}, f'"{ANN}"', "add this to aws:PrincipalArn of StringNotLike"),
        ({"ArnNotLike": {"aws:SourceArn": "x"}}, f'"StringNotLike": {{\n  "aws:PrincipalArn": "{ANN}"\n}}', "add this to the statement's Condition"),
    ],
)  # fmt: skip
def test_an_exception_is_added_to_the_condition_that_is_there(
    tmp_path: Path, condition: dict[str, Any], text: str, where: str
) -> None:
    deny = {"Effect": "Deny", "Action": "cloudtrail:*", "Resource": "*", "Condition": condition}
    allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    found = why(tmp_path, {"p.json": json.dumps(policy(deny, allow))}, denied(resource=TRAIL))
    (one,) = found.suggestions
    assert one.text == text
    assert one.caution.startswith(where)


def test_a_deny_that_may_apply_is_the_one_that_aws_names(tmp_path: Path) -> None:
    condition = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    files = {"p.json": json.dumps(policy(deny))}
    end = " with an explicit deny in an identity-based policy"
    found = why(tmp_path, files, denied("s3:ListAllMyBuckets", end=end))
    assert (found.word, found.certain, found.has_cause) == ("denied", False, True)
    other = " with an explicit deny in a service control policy"
    assert why(tmp_path, files, denied("s3:ListAllMyBuckets", end=other)).word == "not-allowed"


def test_the_nearest_statement_gets_a_resource_only_if_it_has_no_other_action(
    tmp_path: Path,
) -> None:
    for actions, expected in ([STATUS], True), ([STATUS, "cloudtrail:StopLogging"], False):
        near = {"Effect": "Allow", "Action": actions, "Resource": f"{TRAIL}-2"}
        folder = tmp_path / str(expected)
        found = why(folder, {"p.json": json.dumps(policy(near))}, denied(resource=TRAIL))
        assert any(one.text == f'"{TRAIL}"' for one in found.suggestions) == expected


def test_a_file_that_cdk_makes_is_not_the_place(tmp_path: Path) -> None:
    template = json.loads(json.dumps(TEMPLATE))
    template["Resources"]["Ann"]["Metadata"] = {"aws:cdk:path": "Audit/Ann/Resource"}
    found = why(tmp_path, {"t.template.json": json.dumps(template)}, denied(resource=TRAIL))
    assert found.suggestions[0].caution.startswith("CDK makes this file")


def test_what_the_files_allow_was_denied_elsewhere(tmp_path: Path) -> None:
    whole = json.dumps(policy({"Effect": "Allow", "Action": "*", "Resource": "*"}))
    end = f" with an explicit deny in a service control policy: arn:aws:organizations::{ACCOUNT}:policy/x"
    found = why(tmp_path, {"policy.json": whole}, denied(resource=TRAIL, end=end))
    assert (found.word, found.has_cause, found.suggestions) == ("allowed", False, ())
    assert found.look_at[0].startswith("service control policies of the organization")
    assert f"arn:aws:organizations::{ACCOUNT}:policy/x" in found.look_at[0]
    assert len(found.look_at) == len(set(found.look_at)) > 3


def test_a_trust_policy_that_lacks_the_principal(tmp_path: Path) -> None:
    trust = policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": "ec2.amazonaws.com"},
        }
    )
    text = (
        OBJECT
        + f"""
resource "aws_iam_role" "ops" {{
  name               = "ops"
  assume_role_policy = jsonencode({json.dumps(trust)})
}}"""
    )
    role = f"arn:aws:iam::{ACCOUNT}:role/ops"
    end = " because no role trust policy allows the sts:AssumeRole action"
    found = why(tmp_path, {"main.tf": text}, denied("sts:AssumeRole", role, end))
    assert found.answered is not None
    first = found.answered.causes[0]
    assert (first.kind, first.effect) == ("trust", "lacks")
    (one,) = found.suggestions  # no identity policy is needed besides
    assert "Principal" in one.text
    assert ANN in one.text


def test_options_stand_in_for_what_the_message_does_not_say(tmp_path: Path) -> None:
    text = "A client error (AccessDeniedException) occurred when calling the StopLogging operation: Unknown"
    found = why(
        tmp_path, {"main.tf": OBJECT}, text, principal="user/ann", resource="audit", account=ACCOUNT
    )
    assert found.answered is not None
    assert found.answered.resource == f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/audit"
    with pytest.raises(Exception, match="--principal"):
        why(tmp_path, {"main.tf": OBJECT}, text)


def test_the_caller_of_the_console_is_asked_about_each_permission(tmp_path: Path) -> None:
    text = "you cannot configure CloudWatch Logs integration"
    found = why(tmp_path, {"main.tf": OBJECT}, text, principal="user/ann")
    assert [one.action for one in found.answers][:3] == [
        "cloudtrail:UpdateTrail",
        "logs:CreateLogGroup",
        "iam:PassRole",
    ]
    assert found.word == "not-allowed"


def test_an_action_that_the_data_does_not_have_is_explained(tmp_path: Path) -> None:
    found = why(tmp_path, {"main.tf": OBJECT}, denied("newservice:DoThing", "thing"))
    assert found.word == "not-allowed"


HOSTILE = "a\"b'c${x}%{y}\\ \n- : #"


@pytest.mark.parametrize("form", ["json", "yaml", "hcl"])
def test_a_resource_cannot_break_out_of_its_text(form: str, tmp_path: Path) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{HOSTILE}"}
    text = written(statement, form)
    if form == "json":
        assert json.loads(text) == statement
    elif form == "yaml":
        assert YAML(typ="safe").load(text) == [statement]
    else:
        for block in (False, True):
            inside = written(statement, form, is_block=block)
            policy_text = (
                f'data "aws_iam_policy_document" "p" {{\n{inside}\n}}\n'
                'resource "aws_iam_user_policy" "p" {\n  user = "x"\n'
                "  policy = data.aws_iam_policy_document.p.json\n}\n"
                if block
                else f'resource "aws_iam_user_policy" "p" {{\n  user = "x"\n  policy = jsonencode({{ Statement = [{inside}] }})\n}}\n'
            )
            view = view_of(tmp_path / str(block), {"main.tf": policy_text})
            documents = [*view.unattached, *(d for i in view.identities for d in i.policies)]
            (resource,) = documents[0].statements[0].resources
            assert resource.texts[0].written == f"arn:aws:s3:::{HOSTILE}"


ROLE_FOR_CI = f"""
resource "aws_iam_role" "ci" {{
  name               = "ci"
  assume_role_policy = jsonencode({json.dumps(policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}))})
}}
"""
PROVIDER = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("identity", "label", "principal"),
    [
        ({"type": "WebIdentityUser", "identityProvider": PROVIDER}, PROVIDER, {"Federated": PROVIDER}),
        ({"type": "WebIdentityUser", "identityProvider": "accounts.google.com"}, "accounts.google.com", {"Federated": "accounts.google.com"}),
        ({"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL"}, "anonymous", None),
        ({"type": "Unknown"}, "somebody whom the record does not name", None),
    ],
)  # fmt: skip
def test_records_of_callers_without_an_arn(
    tmp_path: Path, identity: dict[str, str], label: str, principal: dict[str, str] | None
) -> None:
    denial = denial_of(
        {
            "eventVersion": "1.08",
            "userIdentity": identity,
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRoleWithWebIdentity",
            "errorCode": "AccessDenied",
            "errorMessage": "Not authorized to perform sts:AssumeRoleWithWebIdentity",
            "requestParameters": {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/ci"},
        }
    )
    assert denial is not None
    found = Explainer(view_of(tmp_path, {"main.tf": ROLE_FOR_CI}), Asked()).explain(denial, 1)
    assert found.answered is not None
    assert (found.answered.who.label, found.word) == (label, "not-allowed")
    written_ = [one.text for one in found.suggestions if "Principal" in one.text]
    assert bool(written_) == (principal is not None)  # nothing that lets everybody in
    if principal is not None:
        ((kind, name),) = principal.items()
        assert f'{kind} = "{name}"' in written_[0]


def test_no_allow_is_suggested_for_an_action_that_does_not_exist(tmp_path: Path) -> None:
    says = "cloudtrail:GetTrailStatuss: no such action; did you mean cloudtrail:GetTrailStatus?"
    found = why(tmp_path, {"main.tf": OBJECT}, denied("cloudtrail:GetTrailStatuss", TRAIL))
    assert (found.look_at[:1], found.suggestions) == ((says,), ())
    with pytest.raises(UsageError) as caught:
        why(tmp_path, {}, denied(), action="cloudtrail:GetTrailStatuss")
    assert str(caught.value) == says
    with pytest.raises(UsageError, match="never on it"):
        why(tmp_path, {}, denied(), resource="arn:aws:s3:::logs")
    newer = why(tmp_path, {"main.tf": OBJECT}, denied("newservice:GetTrailStatus"))
    assert newer.suggestions
