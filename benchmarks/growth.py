"""Measures how time and memory grow with the size of the input, one dimension at a time.

Every size is linted in its own process, after similar inputs, so that one-time
costs (imports, loading, compiling) are not included. Neither is the cost of the
smallest possible input (``Dimension.least``), whose variation is the noise.
Sizes that cost less than ``CLEARLY`` times the noise, or less than ``LEAST`` MiB
of memory, are left out of the fit, and the row says so. The fitted exponent is 1
for linear, 2 for quadratic growth.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from . import inputs, policies
from .inputs import SEED
from .policies import SERVICES, Generator
from .timing import Command, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .environments import Environments

CLEARLY = 10.0
"""The least cost of a size, as a multiple of the noise."""
LEAST = 2.0
"""MiB: Python allocates memory from the system in arenas of one."""
ROUNDS = 3

_PROBE = """
import gc, json, resource, sys
gc.disable()  # as the command does
from cloudtrail_policylint import lint_paths

def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)

def cost(path):
    seconds, peak = used()
    lint_paths([path])
    after, most = used()
    return after - seconds, most - peak

path, least, *before = sys.argv[1:]
for other in before:
    cost(other)
cost(least)
small = [cost(least)[0] for _ in range(7)]
print(json.dumps([small, *cost(path)]))
"""


@dataclass(frozen=True)
class Dimension:
    """A kind of input that grows: *write* writes one of a given size, with names from a seed.

    The cost of size *least* is subtracted. *note* is shown in the row.
    """

    name: str
    sizes: Sequence[int]
    write: Callable[[Path, int, int], Path]
    note: str = ""
    least: int = 1


@dataclass(frozen=True)
class Fit:
    """The fitted *exponent* of the values from size *start* on, and its standard *error*.

    *last* is the exponent between the two largest sizes.
    """

    start: int
    exponent: float
    error: float
    last: float


def measured(
    dimension: Dimension, environments: Environments, folder: Path, rounds: int = ROUNDS
) -> dict[str, Any]:
    """Seconds and MiB for each size of *dimension*, and the fits; files are written to *folder*.

    Raises ``NoWorkError``.
    """
    target = folder / f"growth-{inputs.key_of(dimension.name)}"
    target.mkdir()

    def written(size: int, seed: int = SEED) -> str:
        return str(dimension.write(inputs.project(target, f"{seed}-{size}"), size, seed))

    def probed(*paths: str) -> tuple[list[float], float, float]:
        done = run(Command([environments.python(), "-I", "-c", _PROBE, *paths]), str(folder))
        own, seconds, peak = json.loads(done.output.splitlines()[0])
        return own, seconds, peak

    sizes = list(dimension.sizes)
    least, alike = written(dimension.least, SEED + 1), written(sizes[len(sizes) // 2], SEED + 2)
    every = _every_service(inputs.project(target, "services"))
    paths = {size: written(size) for size in sizes}
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    noise: list[float] = []
    for _ in range(rounds):
        for size, path in paths.items():
            own, cost, _ = probed(path, least, alike)
            noise += (one - median(own) for one in own)
            seconds[size].append(cost - median(own))
    tenths = quantiles(noise, n=10)
    spread = tenths[-1] - tenths[0]
    times = [median(seconds[size]) for size in sizes]
    # Memory of inputs linted before would be reused, so that they must be small here.
    memory = [probed(path, least, every)[2] for path in paths.values()]
    beyond = [size - dimension.least for size in sizes]
    return {
        "name": dimension.name,
        "note": dimension.note,
        "date": time.strftime("%Y-%m-%d"),
        "sizes": sizes,
        "noise": spread,
        "seconds": times,
        "mebibytes": memory,
        "time": _row(fit(beyond, times, CLEARLY * spread), dimension),
        "memory": _row(fit(beyond, memory, LEAST), dimension),
    }


def _row(fitted: Fit | None, dimension: Dimension) -> dict[str, Any] | None:
    if fitted is None:
        return None
    return {**vars(fitted), "start": fitted.start + dimension.least}


def _every_service(folder: Path) -> str:
    """A policy that loads the data of every service."""
    statements = [
        {"Effect": "Allow", "Action": f"{service}:Get*", "Resource": "*"} for service in SERVICES
    ]
    path = folder / "services.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return str(path)


def fit(sizes: Sequence[int], values: Sequence[float], least: float) -> Fit | None:
    """The fit to the *values* after the last one below *least*; None for fewer than three.

    It is the line through the logarithms by least squares.
    """
    first = max((index + 1 for index, value in enumerate(values) if value < least), default=0)
    if len(values) - first < 3:
        return None
    xs = [math.log(size) for size in sizes[first:]]
    ys = [math.log(value) for value in values[first:]]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((a - x) ** 2 for a in xs)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / spread
    residual = sum((b - y - slope * (a - x)) ** 2 for a, b in zip(xs, ys, strict=True))
    error = math.sqrt(residual / (len(xs) - 2) / spread)
    return Fit(sizes[first], slope, error, (ys[-1] - ys[-2]) / (xs[-1] - xs[-2]))


# -- dimensions


def _statements(folder: Path, size: int, seed: int) -> Path:
    return _json(folder, Generator(seed).policy(statements=size))


def _faulty(folder: Path, size: int, seed: int) -> Path:
    generator = Generator(seed)
    policy = generator.policy(statements=size)
    for statement in policy["Statement"]:
        statement["Action"] = [generator.wrong_action(), "cloudtrail:CreateTrail"]
        statement["Resource"] = (
            f"arn:aws:cloudtrail:eu-west-1:111122223333:trail/{generator.name()}"
        )
    return _json(folder, policy)


def _merged(folder: Path, size: int, seed: int) -> Path:
    """A data source that merges others, all of them with a finding."""
    generator = Generator(seed)
    blocks = [
        f'data "aws_iam_policy_document" "part_{index}" {{\n  statement {{\n    actions = '
        f'["{generator.wrong_action()}"]\n    resources = ["*"]\n  }}\n}}\n'
        for index in range(size)
    ]
    parts = ", ".join(f"data.aws_iam_policy_document.part_{index}.json" for index in range(size))
    return _module_of_one(
        folder,
        "\n".join(blocks)
        + f'\ndata "aws_iam_policy_document" "all" {{\n  source_policy_documents = [{parts}]\n}}\n'
        'resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.all.json\n}\n',
    )


def _actions(folder: Path, size: int, seed: int) -> Path:
    generator = Generator(seed)
    policy = generator.policy(statements=1)
    policy["Statement"][0].update(Action=generator.actions(size), Resource="*")
    return _json(folder, policy)


def _wrong_actions(folder: Path, size: int, seed: int) -> Path:
    generator = Generator(seed)
    policy = generator.policy(statements=1)
    policy["Statement"][0]["Action"] = [generator.wrong_action() for _ in range(size)]
    return _json(folder, policy)


def _resources(folder: Path, size: int, seed: int) -> Path:
    generator = Generator(seed)
    policy = generator.policy(statements=1)
    policy["Statement"][0]["Resource"] = [f"arn:aws:s3:::{generator.name()}/*" for _ in range(size)]
    return _json(folder, policy)


def _nesting(folder: Path, size: int, seed: int) -> Path:
    """A policy with a finding, so that places are read, beside ``CHAINS`` values *size* deep."""
    generator = Generator(seed)
    policy = generator.policy(statements=1)
    policy["Statement"][0]["Action"] = policies.MISTAKES[0]
    values: list[Any] = [policy]
    for _ in range(CHAINS):
        value: Any = generator.name()
        for depth in range(size):
            value = {f"level{depth}": value} if depth % 2 else [value]
        values.append(value)
    return _json(folder, values, indent=None)  # indented, its length would be quadratic


def _template(folder: Path, size: int, seed: int) -> Path:
    _, write = inputs.FORMATS["CloudFormation YAML"]
    path = folder / "template.yaml"
    path.write_text(write(inputs.named(Generator(seed), size)))
    return path


def _terraform(folder: Path, size: int, seed: int) -> Path:
    _, write = inputs.FORMATS["Terraform data source"]
    return _module_of_one(folder, write(inputs.named(Generator(seed), size)))


def _files(folder: Path, size: int, seed: int) -> Path:
    return inputs.many(folder, "JSON", size, seed)


def _module(folder: Path, size: int, seed: int) -> Path:
    return inputs.module(folder, size, seed)


def _chain(folder: Path, size: int, seed: int) -> Path:
    """A policy with ``CHAINS`` resources, each named by a chain of *size* locals."""
    generator = Generator(seed)
    resources, locals_ = [], []
    for chain in range(CHAINS):
        trail = generator.name()
        names = [f"name_{chain}_{index}" for index in range(size)]
        values = [*(f"local.{name}" for name in names[1:]), f'"{trail}"']
        locals_ += [f"  {name} = {value}" for name, value in zip(names, values, strict=False)]
        end = f"${{local.{names[0]}}}" if names else trail
        resources.append(f'"arn:aws:cloudtrail:eu-west-1:111122223333:trail/{end}"')
    return _module_of_one(
        folder,
        "locals {\n" + "\n".join(locals_) + '\n}\nresource "aws_iam_policy" "p" {\n'
        '  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "cloudtrail:GetTrail",\n'
        f"    Resource = [{', '.join(resources)}] }}] }})\n}}\n",
    )


def _module_of_one(folder: Path, text: str) -> Path:
    (folder / "main.tf").write_text(text)
    return folder


def _json(folder: Path, value: Any, indent: int | None = 1) -> Path:
    path = folder / "policy.json"
    path.write_text(json.dumps(value, indent=indent))
    return path


def _orders(largest: int) -> list[int]:
    """Five sizes over two orders of magnitude, up to *largest*."""
    return [round(largest / 10 ** (step / 2)) for step in range(4, -1, -1)]


CHAINS = 200
DIMENSIONS = (
    Dimension("statements in a document", _orders(1500), _statements),
    Dimension("statements with findings", _orders(600), _faulty),
    Dimension("actions in a statement", _orders(1500), _actions),
    Dimension("actions that do not exist", _orders(1200), _wrong_actions),
    Dimension("resources in a statement", _orders(5000), _resources),
    Dimension("documents in a template", _orders(400), _template),
    Dimension("documents in a Terraform file", _orders(400), _terraform),
    Dimension("data sources merged into one", _orders(1000), _merged),
    Dimension("files", _orders(500), _files),
    Dimension("Terraform files that refer to each other", _orders(150), _module),
    Dimension(
        "levels of nesting",
        (2, 6, 19, 60, 190),
        _nesting,
        f"{CHAINS} values; the limit is 200 levels",
    ),
    Dimension(
        "locals that refer to one another in a chain",
        (1, 2, 5, 12, 30),
        _chain,
        f"{CHAINS} chains; longer ones are not evaluated",
        least=0,
    ),
)
