"""How time and memory grow with the size of the input, one dimension at a time.

Every size is linted in a process of its own, after others that are like it: what
is imported, loaded and compiled once is no part of the figures, and neither is
what the smallest possible input costs (``Dimension.least``). How much that
differs from run to run is the noise. Sizes that cost less than ``CLEARLY`` times
as much, or less than ``LEAST`` MiB of memory, are left out of the fit, and the
row says so. The exponent is 1 for what is linear, 2 for what is quadratic.
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
"""How many times the noise a size has to cost at least."""
LEAST = 2.0
"""MiB: Python asks the system for memory in pieces of one."""
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
    """What grows: *write* writes it, with names that follow from a seed, as large as it is told.

    What size *least* costs is no part of the figures. *note* is for the row.
    """

    name: str
    sizes: Sequence[int]
    write: Callable[[Path, int, int], Path]
    note: str = ""
    least: int = 1


@dataclass(frozen=True)
class Fit:
    """The *exponent* of the power that the values from size *start* on follow.

    *error* is its standard error; *last* is the exponent between the two largest sizes.
    """

    start: int
    exponent: float
    error: float
    last: float


def measured(
    dimension: Dimension, environments: Environments, folder: Path, rounds: int = ROUNDS
) -> dict[str, Any]:
    """Seconds and MiB for each size of *dimension* (files go into *folder*), and what is fitted to them.

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
    # What is linted before leaves memory behind that is used again: here that must be little.
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
    """A policy for which the data of every service are loaded."""
    statements = [
        {"Effect": "Allow", "Action": f"{service}:Get*", "Resource": "*"} for service in SERVICES
    ]
    path = folder / "services.json"
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))
    return str(path)


def fit(sizes: Sequence[int], values: Sequence[float], least: float) -> Fit | None:
    """What the *values* say that are at least *least*, with all that come after; None if fewer than three are.

    The line through the logarithms, by least squares.
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


# -- what grows


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
    """A data source that is made of others, all of them with something to report."""
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
    """Beside a policy with a mistake, so that places are found too, ``CHAINS`` values *size* deep."""
    generator = Generator(seed)
    policy = generator.policy(statements=1)
    policy["Statement"][0]["Action"] = policies.MISTAKES[0]
    values: list[Any] = [policy]
    for _ in range(CHAINS):
        value: Any = generator.name()
        for depth in range(size):
            value = {f"level{depth}": value} if depth % 2 else [value]
        values.append(value)
    return _json(folder, values, indent=None)  # indented it would be as long as its depth squared


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
    """A policy of ``CHAINS`` resources, each named by a local that is made of *size* others, one by one."""
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
        f"{CHAINS} values; no deeper, because 200 is where nesting is refused",
    ),
    Dimension(
        "locals, each made of the next",
        (1, 2, 5, 12, 30),
        _chain,
        f"{CHAINS} chains; not two orders, because longer ones are not followed",
        least=0,
    ),
)
