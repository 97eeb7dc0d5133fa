"""IP addresses and ranges in conditions: which of them the internet does not route."""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

PRIVATE_RANGES = (
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
"""Private, loopback and link-local ranges (RFC 1918, 1122, 3927, 4193 and 4291)."""
_FIRST_NUMBERS = frozenset(
    [one.partition(".")[0] for one in PRIVATE_RANGES if "." in one],
)
"""Those of IPv4 addresses that may be private."""
_SHORTEST = 8
"""All private ranges of IPv4 have a prefix of as many bits, their first number, or more."""


def may_be_private(text: str) -> bool:
    """Whether *text*, at a glance, may be a private address or range: most are not."""
    return ":" in text or text.partition(".")[0].strip() in _FIRST_NUMBERS


@lru_cache(maxsize=1024)  # several rules ask about each value
def sorts_of(text: str) -> frozenset[str]:
    """What sort of address or range *text* is: ``private``, ``public``, ``host-bits``; empty if it is none.

    A range that is only partly private is neither private nor public.
    """
    network = network_of(text)
    if network is None:
        return frozenset()
    found = set()
    near = []
    if network.prefixlen < _SHORTEST or may_be_private(text):
        near = [one for one in _private_networks() if _overlap(network, one)]
    if not near:
        found.add("public")
    elif any(network.prefixlen >= one.prefixlen for one in near):
        found.add("private")
    address, slash, _ = text.strip().partition("/")
    if slash and address and not _is_first(address, network):
        found.add("host-bits")
    return frozenset(found)


def range_of(text: str) -> str:
    """*text* with the first address of its range; as it is if it is no range."""
    network = network_of(text)
    address, slash, length = text.strip().partition("/")
    if network is None or not slash or _is_first(address, network):
        return text
    return f"{network.network_address}/{length}"


def network_of(text: str) -> IPv4Network | IPv6Network | None:
    """The range that *text* stands for, one address counting as a range; None if it is none."""
    from ipaddress import ip_network

    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _private_networks() -> list[IPv4Network | IPv6Network]:
    from ipaddress import ip_network

    return [ip_network(one) for one in PRIVATE_RANGES]


def _overlap(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    return one.version == other.version and one.overlaps(other)


def _is_first(address: str, network: IPv4Network | IPv6Network) -> bool:
    from ipaddress import ip_address

    return ip_address(address) == network.network_address
