"""Nothing of a hostile message, record or file steers the terminal, a graph or the CI system."""

from __future__ import annotations

import contextlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from cloudtrail_policylint.cli import main
from support.questions import view_of

if TYPE_CHECKING:
    from pathlib import Path

BAD = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066##[error]x\r::warning::y\n::stop"
"""Terminal codes, marks that turn text around, and commands of CI systems."""
UNPRINTABLE = re.compile(r"[^\x20-\x7e\n\u2026]")
ANN = "arn:aws:iam::111122223333:user/ann"


def policy(resource: str) -> str:
    return json.dumps(
        {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]}
    )


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with contextlib.suppress(SystemExit):
        main(arguments)
    out, err = capsys.readouterr()
    return str(out + err)


def safe(text: str) -> bool:
    lines = text.split("\n")
    return (
        UNPRINTABLE.search(text) is None
        and not any(line.lstrip().startswith("::") for line in lines)
        and "##[error]" not in text
    )


@pytest.fixture(autouse=True)
def _in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.chdir(tmp_path)


MESSAGES = [
    BAD,
    f"User: {BAD} is not authorized to perform: s3:GetObject",
    f"User: {ANN}{BAD.replace(' ', '')} is not authorized to perform: s3:GetObject on resource: a",
    f"User: {ANN} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/{BAD}",
    f"User: {ANN} is not authorized to perform: s3:GetObject with an explicit deny in a service control policy: arn:{BAD}",
    f"InsufficientS3BucketPolicyException: {BAD}",
    f"An error occurred (AccessDenied) when calling the {BAD} operation: Unknown",
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("form", ["text", "json"])
def test_messages(
    message: str, form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    view_of(tmp_path, {"policy.json": policy("*")})
    assert safe(printed(capsys, "why", message, "--format", form))
    assert safe(printed(capsys, "why", message, "--principal", BAD, "--resource", f"arn:{BAD}"))


def test_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    view_of(tmp_path, {"policy.json": policy("*")})
    names = ("eventSource", "eventName", "errorMessage", "awsRegion", "sourceIPAddress", "userAgent", "vpcEndpointId")  # fmt: skip
    record: dict[str, Any] = dict.fromkeys(names, BAD)
    record |= {
        "errorCode": "AccessDenied",
        "userIdentity": {"arn": ANN + BAD},
        "requestParameters": {"name": BAD},
        "resources": [{"ARN": BAD}],
    }
    (tmp_path / "e.json").write_text(json.dumps([record, {**record, "eventName": "x"}]))
    for form in ("text", "json"):
        assert safe(printed(capsys, "why", "e.json", "policy.json", "--format", form))


def test_names_and_paths_in_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    template = {
        "Resources": {
            f"R{BAD}": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": f'a"]; x{BAD}',
                    "AssumeRolePolicyDocument": {"Statement": []},
                    "Policies": [
                        {
                            "PolicyName": BAD,
                            "PolicyDocument": json.loads(policy(f"arn:aws:s3:::{BAD}/*")),
                        }
                    ],
                },
            }
        }
    }
    view_of(tmp_path, {"t.json": json.dumps(template)})
    for form in ("text", "json", "mermaid", "dot"):
        text = printed(capsys, "who-can", "s3:GetObject", "--format", form)
        assert safe(text)
        assert "s3:GetObject" in text
        if form in ("mermaid", "dot"):
            assert 'a"]' not in text
    for command in (
        ("can", BAD, "s3:GetObject"),
        ("can", ANN, BAD),
        ("can", ANN, "s3:GetObject", BAD),
        ("can", ANN, "s3:GetObject", "--context", f"a:b={BAD}"),
        ("who-can", "s3:GetObject", BAD),
        ("check", BAD),
        ("why", f"{BAD}.json"),
    ):
        assert safe(printed(capsys, *command))
