"""Fixtures of all tests."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import hypothesis
import pytest

from cloudtrail_policylint.rulebook.load import bundled

if TYPE_CHECKING:
    from cloudtrail_policylint.rulebook.model import RuleBook

# Thousands of tests are objects too: looking through them often costs a tenth of the time.
gc.set_threshold(50_000, 20, 20)
# A busy machine makes any example slow.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def book() -> RuleBook:
    """The rules of the checkout."""
    return bundled()
