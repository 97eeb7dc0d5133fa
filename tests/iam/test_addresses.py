"""Sorts of IP addresses and ranges, compared with what ``ipaddress`` says of each private range."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudtrail_policylint.iam.addresses import PRIVATE_RANGES, sorts_of

FIRST = (0, 8, 9, 10, 11, 126, 127, 168, 169, 171, 172, 173, 191, 192, 203)
SECOND = (0, 15, 16, 31, 32, 168, 254)


def expected(text: str) -> set[str]:
    """``private`` if a private range has all of *text*, ``public`` if none has an address of it."""
    network = ip_network(text, strict=False)
    ranges = [ip_network(one) for one in PRIVATE_RANGES]
    near = [one for one in ranges if one.version == network.version and network.overlaps(one)]
    if not near:
        return {"public"}
    return {"private"} if any(contains(one, network) for one in near) else set()


def contains(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def test_every_range_near_a_private_one() -> None:
    for first, second, length in product(FIRST, SECOND, range(33)):
        text = f"{first}.{second}.0.0/{length}"
        assert sorts_of(text) - {"host-bits"} == expected(text), text


@given(st.ip_addresses(), st.integers(0, 128))
def test_any_range(address: object, length: int) -> None:
    text = f"{address}/{length if ':' in str(address) else length % 33}"
    assert sorts_of(text) - {"host-bits"} == expected(text)


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        (" 10.1.2.3", {"private"}),
        ("10.0.0.1/8 ", {"private", "host-bits"}),
        ("8.8.8.8", {"public"}),
        ("0.0.0.0/0", set()),
        ("FD00::1", {"private"}),
        ("10.0.0", set()),
        ("010.0.0.1", set()),
        ("", set()),
    ],
)
def test_sorts(text: str, sorts: set[str]) -> None:
    assert sorts_of(text) == sorts
