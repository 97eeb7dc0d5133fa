"""What is decided with holes stays so whatever the holes turn out to be."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtrail_policylint.decisions.call import availability
from cloudtrail_policylint.decisions.decision import Decision
from cloudtrail_policylint.decisions.principals import principal_of
from cloudtrail_policylint.iam.patterns import MAYBE, NO, YES
from support.worlds import VALUES, case, decided, filled, with_holes


def certain(decision: Decision) -> dict[str, int]:
    """What *decision* is sure of."""
    said = {"allowed": decision.allowed, "denied": decision.denied}
    return {name: verdict for name, verdict in said.items() if verdict != MAYBE}


def check(random: Random) -> int:
    """Check one case and fillings of its holes; returns the number of those."""
    known = case(random)
    holed = with_holes(known, random)
    sure = certain(decided(holed))
    fillings = [known, *(filled(holed, random) for _ in range(3))]
    for one in fillings:
        found = decided(one)
        said = {"allowed": found.allowed, "denied": found.denied}
        for name, verdict in sure.items():
            assert said[name] == verdict, (name, holed, one)
    return len(fillings)


SEEDS = st.integers(min_value=0, max_value=2**32)


@settings(max_examples=200)
@given(SEEDS)
def test_holes(seed: int) -> None:
    check(Random(seed))


def possible(known: dict[str, Any]) -> dict[str, Any]:
    """The context of *known* without what such a request never carries, and with what it always does."""
    kind = principal_of(known["principal"]).kind
    action = availability().catalogue.action(known["action"])
    assert action is not None
    found = {}
    for key, values in VALUES.items():
        present = availability().key(key.lower(), kind, action, action.types or ()).present
        if present == YES or (present == MAYBE and key in known["context"]):
            found[key] = known["context"].get(key, values[0])
    return found


@settings(max_examples=150)
@given(SEEDS)
def test_open_context(seed: int) -> None:
    """What is decided with keys that are open stays so whichever of them are there."""
    known = case(Random(seed))
    known["context"] = possible(known)
    without: dict[str, Any] = {**known, "context": {}}
    for name, verdict in certain(decided(without, complete=False)).items():
        found = decided(known)
        said = {"allowed": found.allowed, "denied": found.denied}[name]
        assert said in (verdict, MAYBE), (name, known)


def test_cases_are_decided_either_way() -> None:
    """The generator is worth something: all verdicts come up."""
    cases = [case(Random(seed)) for seed in range(150)]
    assert {decided(one).allowed for one in cases} >= {YES, NO}
    holed = [with_holes(one, Random(seed)) for seed, one in enumerate(cases)]
    assert {decided(one).allowed for one in holed} == {YES, MAYBE, NO}
