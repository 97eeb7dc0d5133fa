"""How time and memory grow with the size of the input, one dimension at a time.

Each dimension is measured at sizes over two orders of magnitude, in turns like
everything else, and the exponent fitted: 1 is linear, 2 quadratic. What a run
costs without any policy is taken off first.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from . import inputs, policies
from .environments import OURS
from .inputs import SEED
from .policies import Generator
from .timing import alternate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .environments import Environments

SIZES = (10, 32, 100, 316, 1000)


def measured(environments: Environments, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """For each dimension its sizes, with seconds and MiB beyond those of the start, and both exponents."""
    nothing = folder / "nothing.json"
    nothing.write_text('{"name": "nothing"}')
    rows = []
    for name, (factor, write) in DIMENSIONS.items():
        target = folder / f"growth-{inputs.key_of(name)}"
        target.mkdir(exist_ok=True)
        sizes = [size * factor for size in SIZES]
        commands = {
            str(size): [environments.tool(OURS), "lint", str(write(target, size))] for size in sizes
        }
        commands["start"] = [environments.tool(OURS), "lint", str(_start(target))]
        series = alternate(commands, rounds, str(folder))
        # The least is what the work takes; the rest is what the machine was doing besides.
        seconds = [max(1e-4, min(series[str(n)].cpu) - min(series["start"].cpu)) for n in sizes]
        peaks = [max(0.1, min(series[str(n)].peak) - min(series["start"].peak)) for n in sizes]
        rows.append(
            {
                "name": name,
                "sizes": sizes,
                "seconds": seconds,
                "mebibytes": peaks,
                "time": exponent(sizes, seconds),
                "memory": exponent(sizes, peaks),
            }
        )
    return rows


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """The slope of the line through the logarithms, by least squares."""
    xs, ys = [math.log(n) for n in sizes], [math.log(v) for v in values]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum(
        (a - x) ** 2 for a in xs
    )


def _start(folder: Path) -> Path:
    """One policy: what everything that happens once costs."""
    path = folder / "start.json"
    path.write_text(policies.as_json(Generator(SEED).policy(statements=1)))
    return path


def _statements(folder: Path, size: int) -> Path:
    return _json(folder, size, Generator(SEED).policy(statements=size))


def _faulty(folder: Path, size: int) -> Path:
    """Every statement with something to report."""
    policy = Generator(SEED).policy(statements=size)
    for index, statement in enumerate(policy["Statement"]):
        statement["Action"] = [f"cloudtrail:StartLoging{index}", "cloudtrail:CreateTrail"]
        statement["Resource"] = f"arn:aws:cloudtrail:eu-west-1:111122223333:trail/t{index}"
    return _json(folder, size, policy)


def _merged(folder: Path, size: int) -> Path:
    """A data source that is made of others, all of them with something to report."""
    target = folder / str(size)
    target.mkdir(exist_ok=True)
    blocks = [
        f'data "aws_iam_policy_document" "part_{index}" {{\n  statement {{\n    actions = '
        f'["cloudtrail:StartLoging{index}"]\n    resources = ["*"]\n  }}\n}}\n'
        for index in range(size)
    ]
    parts = ", ".join(f"data.aws_iam_policy_document.part_{index}.json" for index in range(size))
    (target / "main.tf").write_text(
        "\n".join(blocks)
        + f'\ndata "aws_iam_policy_document" "all" {{\n  source_policy_documents = [{parts}]\n}}\n'
        'resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.all.json\n}\n'
    )
    return target


def _actions(folder: Path, size: int) -> Path:
    return _json(folder, size, Generator(SEED).policy(statements=1, actions=size))


def _resources(folder: Path, size: int) -> Path:
    generator = Generator(SEED)
    policy = generator.policy(statements=1)
    policy["Statement"][0]["Resource"] = [f"arn:aws:s3:::{generator.name()}/*" for _ in range(size)]
    return _json(folder, size, policy)


def _nesting(folder: Path, size: int) -> Path:
    """Policies under keys inside keys, *size* keys in all, thirty deep."""
    generator = Generator(SEED)
    trees: list[Any] = []
    for _ in range(max(1, size // 30)):
        value: Any = generator.policy(statements=1)
        for depth in range(30):
            value = {f"level{depth}": value}
        trees.append(value)
    return _json(folder, size, trees)


def _template(folder: Path, size: int) -> Path:
    _, write = inputs.FORMATS["CloudFormation YAML"]
    path = folder / f"{size}.yaml"
    path.write_text(write(inputs.named(Generator(SEED), size)))
    return path


def _terraform(folder: Path, size: int) -> Path:
    _, write = inputs.FORMATS["Terraform data source"]
    target = folder / str(size)
    target.mkdir(exist_ok=True)
    (target / "main.tf").write_text(write(inputs.named(Generator(SEED), size)))
    return target


def _files(folder: Path, size: int) -> Path:
    target = folder / str(size)
    target.mkdir(exist_ok=True)
    return inputs.many(target, "JSON", size)


def _module(folder: Path, size: int) -> Path:
    return inputs.module(folder, size, name=str(size))


def _chain(folder: Path, size: int) -> Path:
    """Locals in files of their own, each made of the next one, and a policy of the first."""
    target = folder / str(size)
    target.mkdir(exist_ok=True)
    for index in range(size):
        after = f"local.name_{index + 1}" if index + 1 < size else '"logs"'
        (target / f"part{index:05}.tf").write_text(f"locals {{\n  name_{index} = {after}\n}}\n")
    (target / "policy.tf").write_text(
        'resource "aws_iam_policy" "p" {\n  policy = jsonencode({ Statement = [{ Effect = "Allow", '
        'Action = "cloudtrail:GetTrail", Resource = "arn:aws:cloudtrail:*:*:trail/${local.name_0}" }] })\n}\n'
    )
    return target


def _json(folder: Path, size: int, value: Any) -> Path:
    path = folder / f"{size}.json"
    path.write_text(json.dumps(value, indent=1))
    return path


DIMENSIONS: dict[str, tuple[int, Callable[[Path, int], Path]]] = {
    "statements in a document": (5, _statements),
    "statements with findings": (2, _faulty),
    "actions in a statement": (20, _actions),
    "resources in a statement": (20, _resources),
    "keys that nest": (30, _nesting),
    "documents in a template": (1, _template),
    "documents in a Terraform file": (1, _terraform),
    "data sources merged into one": (1, _merged),
    "files": (1, _files),
    "Terraform files that refer to each other": (1, _module),
    "locals, each made of the next": (1, _chain),
}
"""What grows, and how many times ``SIZES``."""
