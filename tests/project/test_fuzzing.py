"""The fuzzer with a fixed seed."""

from __future__ import annotations

import random

from cloudtrail_policylint.base.formats import title_of
from support.fuzzing import examples, mutated, run

INPUTS = 1500


def test_no_input_violates_an_invariant() -> None:
    assert list(run(list(examples()), inputs=INPUTS, seed=20261121)) == []


def test_the_seeds_have_every_format() -> None:
    seeds = list(examples())
    assert {title_of(name) for name, _ in seeds} == {"JSON", "Terraform", "YAML"}
    assert len(seeds) > 300


def test_the_same_seed_generates_the_same_inputs() -> None:
    seeds = list(examples())[:5]
    first, second = (mutated(seeds[0][1], seeds, random.Random(1)) for _ in range(2))
    assert first == second != seeds[0][1]
