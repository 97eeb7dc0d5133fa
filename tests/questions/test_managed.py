"""The data on AWS managed policies, and the script that renews them."""

from __future__ import annotations

import json
import runpy
import zipfile
from pathlib import Path

import pytest

from cloudtrail_policylint.questions import managed
from support.paths import PROJECT

SCRIPT = str(PROJECT / "scripts" / "managed-policies")
POLICIES = {
    "B": {
        "Path": "/service-role/",
        "DefaultVersionId": "v7",
        "UpdateDate": "2026-01-02T03:04:05+00:00",
        "Document": {
            "Statement": [
                {"Sid": "x", "Effect": "Allow", "Action": ["s3:Get*", "EC2:*"], "Resource": "*"},
                {"Effect": "Allow", "Action": "lambda:Get*", "Resource": "*"},
                {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
            ]
        },
    },
    "A": {
        "Path": "/",
        "DefaultVersionId": "v1",
        "UpdateDate": "2026-01-01",
        "Document": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    },
}


def wheel(folder: Path) -> Path:
    path = folder / "moto-9.8.7-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        text = f"# made by a script\naws_managed_policies_data = {json.dumps(POLICIES)!r}\n"
        archive.writestr("moto/iam/aws_managed_policies.py", text)
    return path


def test_the_script_keeps_what_concerns_cloudtrail(tmp_path: Path) -> None:
    script = runpy.run_path(SCRIPT)
    header, *lines = map(json.loads, script["lines"](wheel(tmp_path)))
    assert header["source"] == "moto 9.8.7"
    assert "cloudtrail" in header["services"]
    assert [one["name"] for one in lines] == ["A", *sorted(script["RETIRED"]), "B"]
    assert lines[-1] == {
        "name": "B",
        "path": "/service-role/",
        "version": "v7",
        "updated": "2026-01-02",
        "others": ["ec2", "lambda"],
        "statements": [
            {"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*"},
            {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
        ],
    }


def test_the_script_says_what_it_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.whl"
    path.write_bytes(b"rubbish")
    main = runpy.run_path(SCRIPT)["main"]
    monkeypatch.setattr("sys.argv", ["managed-policies", str(path)])
    assert main() == 1
    assert "not a wheel of moto" in capsys.readouterr().err


def test_the_data_is_what_the_script_writes() -> None:
    script = runpy.run_path(SCRIPT)
    header, *lines = map(json.loads, Path(managed.FILE).read_text(encoding="utf-8").splitlines())
    assert tuple(header["services"]) == script["SERVICES"]
    names = [one["name"] for one in lines]
    assert names == sorted(names)
    assert managed.names() == tuple(names)
    retired = {name: script["kept"](name, one) for name, one in script["RETIRED"].items()}
    assert retired == {one["name"]: one for one in lines if one["name"] in retired}


@pytest.mark.parametrize("name", [*managed.OFFERED, "ReadOnlyAccess", "SecurityAudit"])
def test_a_policy_has_a_text_and_a_version(name: str) -> None:
    found = managed.policy(name)
    assert found is not None
    assert found.document.statements
    assert managed.is_text_of_aws(found.document)
    called = managed.called(found.document)
    assert called == f"AWS managed policy {name} ({found.version} of {found.updated})"
