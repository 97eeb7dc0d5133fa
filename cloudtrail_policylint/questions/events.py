"""CloudTrail's records of denied requests, and decoded authorization messages.

A log file is read piece by piece: records are kept only as distinct denials with a count.
Sources: CloudTrail User Guide, "CloudTrail record contents"; AWS STS API Reference,
``DecodeAuthorizationMessage``.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import zlib
from functools import lru_cache

from ..base.lazy_regex import regex
from ..base.record import record, replaced
from .messages import DECODED, EVENT, MAX_MESSAGE, Denial, UnreadableMessageError, read_message
from .refusals import BY_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from .refusals import Refusal

MAX_DISTINCT = 10_000
"""Distinct denials that are told apart; further ones are counted together."""
MAX_RECORD = 4_000_000
"""Characters of one record; CloudTrail's have at most 256 kB ("CloudTrail record contents")."""
MAX_WORD = 2_048
"""Characters of a value that are kept, such as an ARN."""
MAX_REQUEST = 200
_PIECE = 1 << 20
_GZIP = b"\x1f\x8b"
_CODES = ("AccessDenied", "UnauthorizedOperation", "UnauthorizedAccess", "Client.Unauthorized", "AccessDeniedException", "NotAuthorized", "AuthorizationError")  # fmt: skip
_ADDRESS = regex(r"[0-9a-fA-F.:]{3,45}")
_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag", "email": "ses"}
"""Prefixes of actions of services whose event source begins with another name."""
_SPACE = " \t\r\n,"
_ANONYMOUS = "ANONYMOUS_PRINCIPAL"
"""The account of a record without credentials ("CloudTrail userIdentity element")."""
_DOMAIN = regex(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}")


@record
class Counted:
    """A denial, and how many records report it."""

    denial: Denial
    count: int


@record
class Events:
    """The denials of a file, most frequent first, how many records it has, and how many were left out."""

    denials: tuple[Counted, ...]
    records: int
    left_out: int


def is_records(start: bytes) -> bool:
    """Whether a file that begins with *start* may be records in JSON, compressed or not."""
    return start.startswith(_GZIP) or start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def read_events(
    stream: io.RawIOBase, progress: Callable[[int], None] = lambda _count: None
) -> Events:
    """The denials in *stream*; raises ``UnreadableMessageError`` for what is no JSON or has no denial.

    *progress* is called with the number of records that were read.
    """
    counts: dict[tuple[str, str, str, str, str], tuple[Denial, int]] = {}
    records = left_out = 0
    for raw in _Reader(_texts(stream)).records():
        records += 1
        if records % 1_000 == 0:
            progress(records)
        denial = denial_of(raw)
        if denial is None:
            continue
        name = denial.refusal.name if denial.refusal else denial.kind
        key = (denial.form, denial.principal, denial.action, denial.resource, name)
        if key in counts:
            counts[key] = (_with_common(counts[key][0], denial), counts[key][1] + 1)
        elif len(counts) < MAX_DISTINCT:
            counts[key] = (denial, 1)
        else:
            left_out += 1
    if not records:
        raise UnreadableMessageError("no record in this JSON: a CloudTrail event has eventName")
    found = sorted(counts.values(), key=lambda one: -one[1])
    return Events(tuple([Counted(*one) for one in found]), records, left_out)


def _with_common(one: Denial, other: Denial) -> Denial:
    """*one* with only what of its context *other* has too."""
    kept, new = one.context or {}, other.context or {}
    if all(new.get(key) == values for key, values in kept.items()):
        return one
    context = {key: values for key, values in kept.items() if new.get(key) == values}
    return replaced(one, context=context)


def _texts(stream: io.RawIOBase) -> Iterator[str]:
    """The text of *stream* piece by piece, decompressed."""
    buffered = io.BufferedReader(stream)
    opened: Any = buffered
    if buffered.peek(2)[:2] == _GZIP:
        opened = gzip.GzipFile(fileobj=buffered)
    text = io.TextIOWrapper(opened, encoding="utf-8-sig", errors="replace")
    try:
        while piece := text.read(_PIECE):
            yield piece
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableMessageError(f"not a gzip file that can be read: {error}") from None


_BEFORE, _INSIDE, _BEHIND, _ELSEWHERE = range(4)
"""Where a reader is: before records, among them, right behind a list of them, in what else there is."""


class _Reader:
    """Reads the records in JSON: one, those of lists, of ``Records`` or ``Events``, or one after another."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._decoder = json.JSONDecoder()
        self._rest, self._at, self._ended = "", 0, False
        self._state, self._is_in_list = _BEFORE, False

    def records(self) -> Iterator[Mapping[str, Any]]:
        """The records; raises ``UnreadableMessageError``."""
        while True:
            self._skip_space()
            if self._at < len(self._rest):
                if self._state != _INSIDE:
                    if self._has_moved():
                        continue
                elif self._rest[self._at] in "]}":
                    self._state = _BEHIND if self._is_in_list else _INSIDE
                    self._at += 1
                    continue
                else:
                    at = self._at
                    value = self._value()
                    if self._at > at:
                        yield from _records_in(value)
                        continue
            if self._ended:
                return
            piece = next(self._texts, None)
            self._ended = piece is None
            self._rest, self._at = self._rest[self._at :] + (piece or ""), 0

    def _skip_space(self) -> None:
        rest, at = self._rest, self._at
        skipped = _SPACE if self._state != _BEHIND else f"{_SPACE}]}}"
        while at < len(rest) and rest[at] in skipped:
            at += 1
        self._at = at

    def _has_moved(self) -> bool:
        """Whether a list begins here, or other text was left behind; else the next piece is needed."""
        is_elsewhere = self._state == _ELSEWHERE
        found = (_LOG.search if is_elsewhere else _LIST.match)(self._rest, self._at)
        if found is not None:
            self._state, self._is_in_list, self._at = _INSIDE, True, found.end()
            return True
        if is_elsewhere:
            self._at = max(self._at, len(self._rest) - _MAX_START)  # the end may begin a list
            return False
        if self._ended or len(self._rest) - self._at >= _PIECE:
            self._state = _INSIDE if self._state == _BEFORE else _ELSEWHERE
            return True
        return False

    def _value(self) -> Any:
        """The value that begins here; None, without a move, where the next piece is needed."""
        try:
            value, self._at = self._decoder.raw_decode(self._rest, self._at)
        except (ValueError, RecursionError) as error:
            is_deep = isinstance(error, RecursionError)
            if self._ended or is_deep or len(self._rest) - self._at > MAX_RECORD:
                where = "nested too deep" if is_deep else str(error)
                raise UnreadableMessageError(f"not JSON that can be read: {where}") from None
            return None
        return value


_LOG = regex(r'\{\s*"(?:Records|Events|events)"\s*:\s*\[')
_LIST = regex(r'\{\s*"(?:Records|Events|events)"\s*:\s*\[|\[')
_MAX_START = 200
"""Characters that the beginning of a log has at most."""


def _records_in(value: Any) -> Iterator[Mapping[str, Any]]:
    """The records in a value of the JSON: itself, or the one in CloudTrail's ``LookupEvents`` reply."""
    if not isinstance(value, dict):
        return
    if "eventVersion" in value:  # nearly always
        yield value
        return
    inner = value.get("CloudTrailEvent")
    if isinstance(inner, str):
        try:
            value = json.loads(inner)
        except (ValueError, RecursionError):
            return
    detail = value.get("detail") if isinstance(value, dict) else None
    if isinstance(detail, dict) and "eventName" in detail:  # as EventBridge delivers it
        value = detail
    lists = [value.get(name) for name in ("Records", "Events")] if isinstance(value, dict) else []
    for one in lists:
        if isinstance(one, list):
            for inner_value in one:
                yield from _records_in(inner_value)
            return
    if isinstance(value, dict):
        yield value


def denial_of(raw: Mapping[str, Any]) -> Denial | None:
    """The denial that the record *raw* reports; None for a record without one."""
    code = raw.get("errorCode")
    if not code or not isinstance(code, str):
        is_decoded = "DecodedMessage" in raw or {"allowed", "context"} <= raw.keys()
        return _decoded(raw) if is_decoded else None
    refusal, is_denial = _meaning(code)
    if not is_denial and refusal is None:
        return None
    found = Denial(EVENT, refusal=refusal)
    if is_denial:
        message = _word(raw, "errorMessage", MAX_MESSAGE)
        read = _said if len(message) <= MAX_WORD else _said.__wrapped__
        found = read(message) or found
    source, name = _word(raw, "eventSource"), _word(raw, "eventName")
    prefix = source.partition(".")[0]
    return replaced(
        found,
        principal=_principal(raw) or found.principal,
        action=found.action or f"{_PREFIXES.get(prefix, prefix)}:{name}",
        resource=found.resource or _resource(raw),
        context=_context(raw),
        refusal=found.refusal if found.refusal is not None else refusal,
    )


@lru_cache(maxsize=100)
def _meaning(code: str) -> tuple[Refusal | None, bool]:
    """The refusal of a set-up that *code* is, and whether it is a denial."""
    return BY_NAME.get(code), any(one.lower() in code.lower() for one in _CODES)


@lru_cache(maxsize=4_000)
def _said(message: str) -> Denial | None:
    """What the *message* of a record says, None if it cannot be read."""
    if message:
        with contextlib.suppress(UnreadableMessageError):
            return replaced(read_message(message), form=EVENT)
    return None


def _word(raw: Mapping[str, Any], name: str, most: int = MAX_WORD) -> str:
    value = raw.get(name)
    return value[:most] if isinstance(value, str) else ""


def _principal(raw: Mapping[str, Any]) -> str:
    """The ARN of who made the request: of a session, that of its role, which has the path."""
    identity = raw.get("userIdentity")
    if not isinstance(identity, dict):
        return ""
    session = identity.get("sessionContext")
    issuer = session.get("sessionIssuer") if isinstance(session, dict) else None
    if isinstance(issuer, dict) and _word(issuer, "type") == "Role" and _word(issuer, "arn"):
        return _word(issuer, "arn")
    account = _word(identity, "accountId")
    if account == _ANONYMOUS:
        return "anonymous"
    return _word(identity, "arn") or _word(identity, "invokedBy") or _provider(raw) or account


def _provider(raw: Mapping[str, Any]) -> str:
    """Who vouches for the caller of a record of AssumeRoleWithWebIdentity or AssumeRoleWithSAML."""
    given, identity = raw.get("requestParameters"), raw["userIdentity"]
    name = _word(given, "principalArn") if isinstance(given, dict) else ""
    name = name or _word(identity, "identityProvider")
    return name if name.startswith("arn:") or _DOMAIN.fullmatch(name) else ""


def _resource(raw: Mapping[str, Any]) -> str:
    """What the request was about, by the record's resources or the parameters of the request."""
    resources = raw.get("resources")
    for one in resources if isinstance(resources, list) else ():
        if isinstance(one, dict):
            arn = _word(one, "ARN") or _word(one, "arn")
            if arn:
                return arn
    given = raw.get("requestParameters")
    if not isinstance(given, dict):
        return ""
    bucket = _word(given, "bucketName")
    if bucket:
        key = _word(given, "key")
        return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"
    for name in (
        "name",
        "trailName",
        "trailNameOrARN",
        "resourceArn",
        "roleArn",
        "keyId",
        "topicArn",
    ):
        if _word(given, name):
            return _word(given, name)
    return ""


def _context(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The condition keys that the record tells."""
    found: dict[str, tuple[str, ...]] = {}
    address, region = _word(raw, "sourceIPAddress"), _word(raw, "awsRegion")
    if _ADDRESS.fullmatch(address) and "vpcEndpointId" not in raw:
        found["aws:SourceIp"] = (address,)
    if region:
        found["aws:RequestedRegion"] = (region,)
    if _word(raw, "vpcEndpointId"):
        found["aws:SourceVpce"] = (_word(raw, "vpcEndpointId"),)
    identity = raw.get("userIdentity")
    session = identity.get("sessionContext") if isinstance(identity, dict) else None
    attributes = session.get("attributes") if isinstance(session, dict) else None
    mfa = attributes.get("mfaAuthenticated") if isinstance(attributes, dict) else None
    if mfa in ("true", "false", True, False):
        found["aws:MultiFactorAuthPresent"] = (str(mfa).lower(),)
    agent = _word(raw, "userAgent")
    if agent:
        found["aws:UserAgent"] = (agent[:MAX_REQUEST],)
    return found


def _decoded(raw: Mapping[str, Any]) -> Denial | None:
    """The denial of a decoded authorization message."""
    value: Any = raw
    inner = raw.get("DecodedMessage")
    if isinstance(inner, str):
        try:
            value = json.loads(inner)
        except (ValueError, RecursionError):
            raise UnreadableMessageError("the decoded message is not JSON") from None
    context = value.get("context") if isinstance(value, dict) else None
    if not isinstance(context, dict):
        raise UnreadableMessageError("the decoded message has no context")
    principal = context.get("principal")
    keys = {}
    for one in _items(context.get("conditions")):
        name = _word(one, "key")
        values = [_word(each, "value") for each in _items(one.get("values"))]
        if name and values:
            keys[name] = tuple(values)
    return Denial(
        DECODED,
        _word(principal, "arn") if isinstance(principal, dict) else "",
        _word(context, "action"),
        _word(context, "resource"),
        explicit=value.get("explicitDeny") is True,
        context=keys,
    )


def _items(value: Any) -> list[dict[str, Any]]:
    items = value.get("items") if isinstance(value, dict) else None
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
