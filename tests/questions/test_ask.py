"""Which policies count for whom, in each format that has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.base.errors import UsageError
from cloudtrail_policylint.questions.ask import Question, actions_of, checked_account, context_of
from cloudtrail_policylint.questions.resources import check_resource
from cloudtrail_policylint.questions.who import find
from cloudtrail_policylint.questions.who_can import who_can
from support.questions import ACCOUNT, TRAIL, answer, view_of

if TYPE_CHECKING:
    from pathlib import Path

STOP = "cloudtrail:StopLogging"


def policy(*statements: dict[str, Any]) -> str:
    whole = [{"Effect": "Allow", "Action": STOP, "Resource": "*", **one} for one in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


def terraform(role: str = "", more: str = "", statement: str = "") -> str:
    return f"""
resource "aws_iam_role" "x" {{
  name               = "ops"
  assume_role_policy = jsonencode({policy({"Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})})
  {role}
}}
resource "aws_iam_role_policy" "x" {{
  role   = aws_iam_role.x.id
  policy = jsonencode({policy({})[:-2]}{statement}]}})
}}
{more}"""


TEMPLATE = {
    "Resources": {
        "Ops": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "RoleName": "ops",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
                "Policies": [{"PolicyName": "x", "PolicyDocument": json.loads(policy({}))}],
            },
        },
        "More": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Roles": [{"Ref": "Ops"}],
                "PolicyDocument": json.loads(policy({"Action": "cloudtrail:DeleteTrail"})),
            },
        },
    }
}
LISTING = {
    "RoleDetailList": [
        {
            "RoleName": "ops",
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/ops",
            "RolePolicyList": [{"PolicyName": "x", "PolicyDocument": json.loads(policy({}))}],
            "AttachedManagedPolicies": [],
        }
    ],
    "UserDetailList": [{"UserName": "ann", "GroupList": ["admins"], "UserPolicyList": []}],
    "GroupDetailList": [
        {
            "GroupName": "admins",
            "GroupPolicyList": [{"PolicyName": "x", "PolicyDocument": json.loads(policy({}))}],
        }
    ],
    "Policies": [],
}
PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_iam_role.x",
                    "mode": "managed",
                    "type": "aws_iam_role",
                    "name": "x",
                    "values": {
                        "name": "ops",
                        "inline_policy": [{"name": "x", "policy": policy({})}],
                    },
                }
            ]
        }
    },
}
FORMATS = {
    "plan.json": json.dumps(PLAN),
    "main.tf": terraform(),
    "template.json": json.dumps(TEMPLATE),
    "listing.json": json.dumps(LISTING),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_role_may_do_what_its_policy_says_in_each_format(tmp_path: Path, name: str) -> None:
    view = view_of(tmp_path, {name: FORMATS[name]})
    for principal in (
        "role/ops",
        f"arn:aws:iam::{ACCOUNT}:role/ops",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/session",
    ):
        assert answer(view, principal, STOP, TRAIL).word == "allowed"
        assert answer(view, principal, "cloudtrail:UpdateTrail", TRAIL).word == "not-allowed"


def test_an_owner_names_a_principal(tmp_path: Path) -> None:
    view = view_of(
        tmp_path, {"main.tf": FORMATS["main.tf"], "template.json": FORMATS["template.json"]}
    )
    assert answer(view, "aws_iam_role.x", STOP).word == "allowed"
    assert answer(view, "Ops", "cloudtrail:DeleteTrail").word == "allowed"


def test_a_user_has_the_policies_of_its_groups(tmp_path: Path) -> None:
    listing = view_of(tmp_path / "a", {"listing.json": FORMATS["listing.json"]})
    assert answer(listing, "user/ann", STOP).word == "allowed"
    text = f"""
resource "aws_iam_user" "ann" {{ name = "ann" }}
resource "aws_iam_group" "g" {{ name = "admins" }}
resource "aws_iam_user_group_membership" "m" {{
  user   = aws_iam_user.ann.name
  groups = [aws_iam_group.g.name]
}}
resource "aws_iam_group_policy" "p" {{
  group  = aws_iam_group.g.name
  policy = jsonencode({policy({})})
}}"""
    view = view_of(tmp_path / "b", {"main.tf": text})
    assert answer(view, "user/ann", STOP).word == "allowed"
    assert answer(view, "group/admins", STOP).word == "allowed"


def test_a_boundary_limits(tmp_path: Path) -> None:
    boundary = f"""
resource "aws_iam_policy" "b" {{
  name   = "b"
  policy = jsonencode({policy({"Action": "s3:*"})})
}}"""
    text = terraform("permissions_boundary = aws_iam_policy.b.arn", boundary)
    found = answer(view_of(tmp_path, {"main.tf": text}), "role/ops", STOP)
    assert found.word == "not-allowed"
    assert {cause.kind for cause in found.causes if cause.effect == "lacks"} == {"boundary"}


def test_a_boundary_that_is_not_in_view_keeps_the_answer_open(tmp_path: Path) -> None:
    text = terraform("permissions_boundary = var.boundary", 'variable "boundary" {}')
    found = answer(view_of(tmp_path, {"main.tf": text}), "role/ops", STOP)
    assert found.word == "unknown"
    assert any("var.boundary" in line for line in found.not_in_view)


ATTACHED = """
resource "aws_iam_role_policy_attachment" "x" {{
  role       = aws_iam_role.x.name
  policy_arn = "{}"
}}"""


def test_a_managed_policy_of_aws_counts_where_its_text_is_known(tmp_path: Path) -> None:
    arn = "arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess"
    view = view_of(tmp_path / "a", {"main.tf": terraform(more=ATTACHED.format(arn))})
    assert answer(view, "role/ops", "cloudtrail:LookupEvents").word == "allowed"
    assert answer(view, "role/ops", "cloudtrail:DeleteTrail").word == "not-allowed"


@pytest.mark.parametrize(
    ("written", "action", "word"),
    [
        ("arn:aws:iam::aws:policy/SecurityAudit", "cloudtrail:DeleteTrail", "not-allowed"),
        ("arn:aws:iam::aws:policy/SecurityAudit", "ec2:StopInstances", "unknown"),
        ("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", "s3:DeleteObject", "not-allowed"),
        ("arn:aws:iam::aws:policy/ViewOnlyAccess", "s3:DeleteObject", "unknown"),
        ("arn:aws:iam::aws:policy/PowerUserAccess", "ec2:StopInstances", "allowed"),
        ("arn:aws:iam::aws:policy/AWSCloudTrailFullAccess", "cloudtrail:DeleteTrail", "allowed"),
        ("arn:aws:iam::aws:policy/NewerThanTheData", "cloudtrail:DeleteTrail", "unknown"),
        ("arn:aws:iam::111122223333:policy/AdministratorAccess", "iam:CreateUser", "unknown"),
        ("${data.aws_iam_policy.p.arn}", "cloudtrail:DeleteTrail", "allowed"),
    ],
)
def test_what_is_known_of_a_managed_policy(
    tmp_path: Path, written: str, action: str, word: str
) -> None:
    data = 'data "aws_iam_policy" "p" { name = "AdministratorAccess" }'
    view = view_of(tmp_path, {"main.tf": terraform(more=ATTACHED.format(written) + data)})
    found = answer(view, "role/ops", action)
    assert found.word == word
    assert any(line.startswith(written) for line in found.not_in_view) == (word == "unknown")


def test_a_role_that_only_has_managed_policies_is_in_view(tmp_path: Path) -> None:
    text = """
resource "aws_iam_user" "root" { name = "helper" }
resource "aws_iam_user_policy_attachment" "root" {
  user       = aws_iam_user.root.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_iam_user" "nobody" { name = "nobody" }"""
    view = view_of(tmp_path, {"main.tf": text})
    assert answer(view, "user/helper", STOP).word == "allowed"
    assert answer(view, "user/nobody", STOP).word == "not-allowed"


def test_an_inline_policy_that_is_not_known_keeps_the_answer_open(tmp_path: Path) -> None:
    arn = "arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess"
    more = (
        ATTACHED.format(arn)
        + """
variable "policy" {}
resource "aws_iam_role_policy" "y" {
  role   = aws_iam_role.x.id
  policy = var.policy
}"""
    )
    view = view_of(tmp_path, {"main.tf": terraform(more=more)})
    assert answer(view, "role/ops", "cloudtrail:DeleteTrail").word == "unknown"


def test_a_boundary_of_aws_limits_and_grants_nothing(tmp_path: Path) -> None:
    arn = "arn:aws:iam::aws:policy/AWSCloudTrail_ReadOnlyAccess"
    text = terraform(f'permissions_boundary = "{arn}"')
    view = view_of(tmp_path, {"main.tf": text})
    assert answer(view, "role/ops", STOP).word == "not-allowed"
    assert answer(view, "role/ops", "cloudtrail:LookupEvents").word == "not-allowed"


def test_the_output_of_a_role_does_not_open_the_answer(tmp_path: Path) -> None:
    text = terraform(more='output "arn" { value = aws_iam_role.x.arn }')
    view = view_of(tmp_path, {"main.tf": text})
    assert answer(view, "role/ops", STOP).word == "allowed"
    assert answer(view, "role/ops", "cloudtrail:DeleteTrail").word == "not-allowed"


@pytest.mark.parametrize(
    ("target", "word"),
    [
        (f'"{ACCOUNT}"', "denied"),
        ('"444455556666"', "allowed"),
        ('"r-ab12"', "denied"),
        ('"ou-ab12-cdefgh34"', "unknown"),
        ("", "denied"),
    ],
)
def test_a_service_control_policy_counts_for_its_targets(
    tmp_path: Path, target: str, word: str
) -> None:
    attachment = f"""
resource "aws_organizations_policy_attachment" "a" {{
  policy_id = aws_organizations_policy.p.id
  target_id = {target}
}}"""
    scp = f"""
resource "aws_organizations_policy" "p" {{
  name    = "p"
  content = jsonencode({policy({"Effect": "Deny"})})
}}
{attachment if target else ""}"""
    view = view_of(tmp_path, {"main.tf": terraform(more=scp)})
    assert answer(view, f"arn:aws:iam::{ACCOUNT}:role/ops", STOP, TRAIL).word == word


def test_a_policy_without_an_owner_belongs_to_who_is_asked_about(tmp_path: Path) -> None:
    view = view_of(tmp_path, {"policy.json": policy({})})
    found = answer(view, f"arn:aws:iam::{ACCOUNT}:role/any", STOP, TRAIL)
    assert found.word == "allowed"
    assert any("without an owner" in line for line in found.not_in_view)


def test_a_principal_that_is_not_in_view_is_said_and_nothing_is_certain(tmp_path: Path) -> None:
    view = view_of(tmp_path, {"main.tf": terraform()})
    found = answer(view, "role/other", STOP)
    assert found.word == "unknown"
    assert any("no policy of it is in these files" in line for line in found.not_in_view)
    with pytest.raises(UsageError, match="did you mean role/ops"):
        find(view, "opps")


def test_the_account_is_one_value(tmp_path: Path) -> None:
    text = """
data "aws_caller_identity" "me" {}
resource "aws_iam_user" "x" { name = "x" }
resource "aws_iam_user_policy" "x" {
  user = aws_iam_user.x.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "cloudtrail:StopLogging",
    Resource = "arn:aws:cloudtrail:*:${data.aws_caller_identity.me.account_id}:trail/*" }] })
}"""
    view = view_of(tmp_path, {"main.tf": text})
    assert answer(view, "user/x", STOP, "audit").word == "allowed"
    assert answer(view, "user/x", STOP, TRAIL).word == "allowed"
    assert answer(view, f"arn:aws:iam::{ACCOUNT}:user/x", STOP, TRAIL).word == "allowed"
    other = TRAIL.replace(ACCOUNT, "444455556666")
    assert answer(view, f"arn:aws:iam::{ACCOUNT}:user/x", STOP, other).word == "not-allowed"


def test_without_a_resource_the_question_is_whether_there_is_one(tmp_path: Path) -> None:
    narrow = policy({"Resource": TRAIL}, {"Effect": "Deny", "Action": "cloudtrail:DeleteTrail"})
    view = view_of(tmp_path, {"policy.json": narrow})
    who = f"arn:aws:iam::{ACCOUNT}:user/x"
    assert answer(view, who, STOP).resource == TRAIL
    assert answer(view, who, STOP).word == "allowed"
    pattern = f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/audit"
    assert answer(view, who, STOP, pattern).word == "allowed"
    assert answer(view, who, STOP, pattern.replace("audit", "other")).word == "not-allowed"


def test_a_name_stands_for_the_resources_that_allows_name(tmp_path: Path) -> None:
    text = terraform(statement="", more="").replace('"Resource": "*"', f'"Resource": "{TRAIL}"')
    view = view_of(tmp_path, {"main.tf": text})
    found = answer(view, "role/ops", STOP, "audit")
    assert (found.word, found.resource) == ("allowed", TRAIL)
    assert answer(view, "role/ops", STOP, "other").word == "not-allowed"


def test_a_bucket_policy_and_the_account_of_the_resource(tmp_path: Path) -> None:
    text = f"""
resource "aws_s3_bucket" "b" {{ bucket = "logs" }}
resource "aws_s3_bucket_policy" "b" {{
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({policy({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::logs/*", "Principal": {"AWS": "arn:aws:iam::444455556666:user/eve"}})})
}}"""
    view = view_of(tmp_path, {"main.tf": text, "policy.json": policy({"Action": "s3:GetObject"})})
    eve = "arn:aws:iam::444455556666:user/eve"
    assert (
        answer(view, eve, "s3:GetObject", "arn:aws:s3:::logs/a", account=ACCOUNT).word == "allowed"
    )
    ann = f"arn:aws:iam::{'5' * 12}:user/ann"
    found = answer(view, ann, "s3:GetObject", "arn:aws:s3:::logs/a", account=ACCOUNT)
    assert found.word == "not-allowed"


def test_a_trust_policy_lets_a_service_in_and_nobody_else(tmp_path: Path) -> None:
    text = terraform().replace(
        f'"AWS": "arn:aws:iam::{ACCOUNT}:root"', '"Service": "cloudtrail.amazonaws.com"'
    )
    view = view_of(tmp_path, {"main.tf": text})
    role = f"arn:aws:iam::{ACCOUNT}:role/ops"
    assert answer(view, "cloudtrail.amazonaws.com", "sts:AssumeRole", role).word == "allowed"
    assert answer(view, "ec2.amazonaws.com", "sts:AssumeRole", role).word == "not-allowed"


def test_a_key_that_is_not_in_view_keeps_the_answer_open(tmp_path: Path) -> None:
    view = view_of(tmp_path, {"policy.json": policy({"Action": "kms:Decrypt"})})
    key = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
    assert answer(view, f"arn:aws:iam::{ACCOUNT}:user/x", "kms:Decrypt", key).word == "unknown"


def test_context_decides_a_condition(tmp_path: Path) -> None:
    text = policy({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})
    view = view_of(tmp_path, {"policy.json": text})
    who = f"arn:aws:iam::{ACCOUNT}:user/x"
    assert answer(view, who, STOP, TRAIL).word == "unknown"
    for value, word in (("true", "allowed"), ("false", "not-allowed")):
        assert answer(view, who, STOP, TRAIL, aws__MultiFactorAuthPresent=value).word == word


def test_a_permission_set_is_the_role_that_it_makes(tmp_path: Path) -> None:
    text = f"""
resource "aws_ssoadmin_permission_set" "audit" {{
  name         = "Audit"
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
}}
resource "aws_ssoadmin_permission_set_inline_policy" "audit" {{
  instance_arn       = aws_ssoadmin_permission_set.audit.instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.audit.arn
  inline_policy      = jsonencode({policy({})})
}}"""
    view = view_of(tmp_path, {"main.tf": text})
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Audit_0123456789abcdef/ann"
    assert answer(view, session, STOP, TRAIL).word == "allowed"
    assert answer(view, "permission-set/Audit", STOP, TRAIL).word == "allowed"


def test_a_vpc_endpoint_counts_only_for_requests_that_use_it(tmp_path: Path) -> None:
    endpoint = f"""
resource "aws_vpc_endpoint" "e" {{
  vpc_id       = "vpc-1"
  service_name = "com.amazonaws.eu-west-1.cloudtrail"
  policy       = jsonencode({policy({"Effect": "Deny", "Principal": "*"})})
}}"""
    view = view_of(tmp_path, {"main.tf": terraform(more=endpoint)})
    assert answer(view, "role/ops", STOP).word == "allowed"
    assert answer(view, "role/ops", STOP, aws__SourceVpce="vpce-1").word == "denied"


@pytest.mark.parametrize(
    "text", ["StopLogging", "cloudtrail:", "cloudtrail:Nope", "cloudtrail:x*y*z", "a b:c"]
)
def test_what_is_no_action_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        actions_of(text)


def test_a_pattern_stands_for_its_actions() -> None:
    assert actions_of("cloudtrail:*Logging") == [
        "cloudtrail:StartLogging",
        "cloudtrail:StopLogging",
    ]
    assert actions_of("CLOUDTRAIL:stoplogging") == [STOP]
    assert actions_of("newservice:Thing") == ["newservice:Thing"]


def test_options_are_validated() -> None:
    given = ["aws:PrincipalTag/x=c", "aws:PrincipalTag/x=d", "accounts.google.com:aud=1=2"]
    assert context_of([*given, "S3:Prefix=p", "lambda:SourceFunctionArn=x"]) == {
        "lambda:SourceFunctionArn": ("x",),
        "aws:PrincipalTag/x": ("c", "d"),
        "accounts.google.com:aud": ("1=2",),
        "S3:Prefix": ("p",),
    }
    for bad, says in (
        ("aws:SourceIp", "not KEY=VALUE"),
        ("=x", "not KEY=VALUE"),
        ("a=b", "not KEY=VALUE"),
        ("aws:MultiFactorAuthPresnt=true", "did you mean aws:MultiFactorAuthPresent?"),
        ("aw:SourceIp=192.0.2.1", "did you mean aws:SourceIp?"),
        ("s3:prefx=a", "did you mean s3:prefix?"),
    ):
        with pytest.raises(UsageError) as caught:
            context_of([bad])
        assert says in str(caught.value)
    with pytest.raises(UsageError):
        checked_account("12")


def test_the_policy_of_a_bucket_of_a_template_counts(tmp_path: Path) -> None:
    text = """
Resources:
  Logs: {Type: "AWS::S3::Bucket", Properties: {BucketName: logs}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Logs
      PolicyDocument:
        Statement: {Effect: Deny, Principal: "*", Action: "s3:DeleteObject", Resource: !Sub "${Logs.Arn}/*"}
  Ann:
    Type: AWS::IAM::User
    Properties:
      UserName: ann
      Policies: [{PolicyName: p, PolicyDocument: {Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}}]
"""
    view = view_of(tmp_path, {"t.yaml": text})
    asked = ("user/ann", "s3:DeleteObject", "arn:aws:s3:::logs/a")
    assert answer(view, *asked).word == "denied"


SCP_ON_UNIT = f"""
resource "aws_organizations_policy" "guard" {{
  content = jsonencode({json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": STOP, "Resource": "*"}]})})
}}
resource "aws_organizations_policy_attachment" "guard" {{
  policy_id = aws_organizations_policy.guard.id
  target_id = "ou-ab12-11111111"
}}
"""
UNKNOWN_POLICY = """
variable "policy" {}
resource "aws_iam_role" "x" { name = "ops" }
resource "aws_iam_role_policy" "x" {
  role   = aws_iam_role.x.id
  policy = var.policy
}
"""


@pytest.mark.parametrize(
    ("text", "depends", "says"),
    [
        (
            terraform(more=SCP_ON_UNIT),
            "whether aws_organizations_policy.guard is in force",
            f"may deny {STOP}: whether it is in force for this account is not known",
        ),
        (UNKNOWN_POLICY, "a policy of it whose text is not known", f"no identity policy allows {STOP}"),
    ],
)  # fmt: skip
def test_an_open_answer_says_what_it_depends_on(
    tmp_path: Path, text: str, depends: str, says: str
) -> None:
    view = view_of(tmp_path, {"main.tf": text})
    (one,) = who_can(view, Question("", STOP, TRAIL), [STOP]).entries
    assert (one.label, one.certain, one.depends_on) == ("role/ops", False, (depends,))
    assert answer(view, "role/ops", STOP, TRAIL).causes[0].says == says


NOBODY_HAS_IT = f"""
resource "aws_iam_policy" "stop" {{
  policy = jsonencode({policy({"Resource": TRAIL})})
}}
"""


def test_a_policy_that_nothing_attaches_may_be_that_of_a_role_elsewhere(tmp_path: Path) -> None:
    view = view_of(tmp_path, {"main.tf": NOBODY_HAS_IT})
    name = "aws_iam_policy.stop"
    found = answer(view, "role/ops", STOP, TRAIL)
    assert found.word == "unknown"
    assert found.causes[0].says == f"may allow {STOP}: whether the principal has it is not known"
    assert f"who has the policies that nothing here attaches, such as {name}" in found.not_in_view
    near = answer(view, "role/ops", STOP, f"{TRAIL}-2")
    assert near.causes[0].says == f"would allow {STOP}, but its Resource is {TRAIL}"
    everybody = who_can(view, Question("", STOP, TRAIL), [STOP])
    assert (everybody.entries, everybody.not_in_view) == (
        (),
        (f"who has {name}, which allows {STOP}",),
    )
    assert who_can(view, Question("", STOP, f"{TRAIL}-2"), [STOP]).not_in_view == ()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("aws_iam_role.y", "did you mean aws_iam_role.x?"),
        ("module.roles.aws_iam_role.z", "no such principal in these files"),
        ("AWS::IAM::Role.Ops", "no such principal in these files"),
        ("nope.example.com", "no such principal in these files"),
        ("cloudtrial.amazonaws.com", "did you mean cloudtrail.amazonaws.com?"),
    ],
)
def test_a_name_of_nobody_is_no_service(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(view_of(tmp_path, {"main.tf": terraform()}), name)
    assert says in str(caught.value)


def test_services_and_identity_providers_are_principals(tmp_path: Path) -> None:
    trust = terraform().replace(
        f'"AWS": "arn:aws:iam::{ACCOUNT}:root"', '"Federated": "login.example.com"'
    )
    view = view_of(tmp_path, {"main.tf": trust})
    for name in (
        "delivery.logs.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "ec2.amazonaws.com.cn",
        "accounts.google.com",
        "login.example.com",
    ):
        assert [one.label for one in find(view, name)] == [name]


BUCKET = """
resource "aws_cloudtrail" "audit" {
  name           = "audit"
  s3_bucket_name = aws_s3_bucket.logs.id
}
resource "aws_s3_bucket" "logs" { bucket = "logs" }
"""
TRAILS = f"arn:aws:cloudtrail:*:{ACCOUNT}"


@pytest.mark.parametrize(
    ("action", "resource", "says"),
    [
        (STOP, "aws_cloudtrail.audti", "did you mean aws_cloudtrail.audit?"),
        (STOP, "module.logs.aws_cloudtrail.this[0]", "no such resource in these files"),
        (STOP, "data.aws_cloudtrail.x", "a data source: write the ARN or the name"),
        (STOP, f"{TRAILS}:audit", "is never on it, but on arn:*:cloudtrail:*:*:trail/*"),
        (STOP, f"{TRAILS}:channel/x", "is never on it"),
        (STOP, "arn:aws:s3:::x", "is never on it"),
        (STOP, f"arn:aws:cloudtrail::{ACCOUNT}:trail/audit", "is never on it"),
        (STOP, "arn:aws:cloudtrail:*:1111:trail/audit", "an account id has 12 digits"),
        ("cloudtrail:*Logging", "arn:aws:s3:::x", "and the like is never on it"),
        ("s3:DeleteObject", "arn:aws:s3:::logs", "is never on it"),
        ("s3:DeleteObject", "aws_s3_bucket.logs", "arn:*:s3:::logs: s3:DeleteObject is never"),
        (STOP, TRAIL, ""),
        (STOP, "arn:aws:*", ""),
        (STOP, f"{TRAILS}:*", ""),
        (STOP, "aws_cloudtrail.audit", ""),
        (STOP, "audit", ""),
        (STOP, None, ""),
        ("s3:*Object", "arn:aws:s3:::logs/*", ""),
        ("s3:*", "arn:aws:s3:::logs", ""),
        ("s3:PutObject", f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/a/object/b", ""),
        ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/x", ""),
        ("cloudtrail:LookupEvents", TRAIL, ""),
        ("newservice:Thing", "arn:aws:new:::x", ""),
    ],
)
def test_a_resource_that_the_action_never_has_is_refused(
    tmp_path: Path, action: str, resource: str | None, says: str
) -> None:
    view = view_of(tmp_path, {"main.tf": BUCKET})
    if not says:
        check_resource(view, resource, actions_of(action))
        return
    with pytest.raises(UsageError) as caught:
        check_resource(view, resource, actions_of(action))
    assert says in str(caught.value)


def test_the_type_of_a_resource_may_be_written_before_its_name(tmp_path: Path) -> None:
    view = view_of(tmp_path, {"policy.json": policy({"Resource": TRAIL})})
    assert answer(view, f"arn:aws:iam::{ACCOUNT}:user/x", STOP, "trail/audit").word == "allowed"


def test_the_root_user_is_explained_and_limited_by_the_organization(tmp_path: Path) -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    found = answer(view_of(tmp_path / "a", {"main.tf": BUCKET}), root, STOP, "audit")
    assert found.word == "allowed"
    assert [(one.effect, one.says.partition(":")[0]) for one in found.causes] == [
        ("allow", "the root user has full access to its account")
    ]
    assert "service control policies: none in these files" in found.not_in_view
    (tmp_path / "b" / "scp").mkdir(parents=True)
    scp = {"scp/deny.json": policy({"Effect": "Deny"})}
    denied = answer(view_of(tmp_path / "b", scp), root, STOP, TRAIL)
    assert (denied.word, [one.effect for one in denied.causes]) == ("denied", ["deny"])
    assert any("management account" in line for line in denied.not_in_view)
    other = answer(view_of(tmp_path / "a", {}), root, STOP, TRAIL.replace(ACCOUNT, "4" * 12))
    assert other.word == "not-allowed"
    assert all(one.effect == "lacks" for one in other.causes)
