"""A few thousand inputs of the fuzzer, the same ones each time."""

from __future__ import annotations

import random

from cloudtrail_policylint.base.formats import title_of
from support.fuzzing import examples, mutated, run

INPUTS = 1500


def test_nothing_that_is_promised_breaks() -> None:
    assert list(run(list(examples()), inputs=INPUTS, seed=20261121)) == []


def test_every_format_is_among_the_seeds() -> None:
    seeds = list(examples())
    assert {title_of(name) for name, _ in seeds} == {"JSON", "Terraform", "YAML"}
    assert len(seeds) > 300


def test_the_same_seed_makes_the_same_inputs() -> None:
    seeds = list(examples())[:5]
    first, second = (mutated(seeds[0][1], seeds, random.Random(1)) for _ in range(2))
    assert first == second != seeds[0][1]
