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
    for raw in _objects(_texts(stream)):
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


def _objects(texts: Iterator[str]) -> Iterator[Mapping[str, Any]]:
    """The records in JSON: one, a list, those of ``Records`` or ``Events``, or one after another."""
    decoder = json.JSONDecoder()
    rest, at, ended = "", 0, False
    inside = False
    while True:
        while at < len(rest) and rest[at] in _SPACE:
            at += 1
        if not inside and at < len(rest):
            start = _start_of_list(rest, at)
            if start is None and not ended and len(rest) - at < _PIECE:
                pass  # the list may come with the next piece
            else:
                inside = True
                at = start if start is not None else at
                continue
        if inside and at < len(rest):
            if rest[at] in "]}":  # the end of the list; what comes behind it is none of its records
                at += 1
                continue
            try:
                value, at = decoder.raw_decode(rest, at)
                yield from _records_in(value)
                continue
            except (ValueError, RecursionError) as error:
                if ended or isinstance(error, RecursionError) or len(rest) - at > MAX_RECORD:
                    where = "nested too deep" if isinstance(error, RecursionError) else str(error)
                    raise UnreadableMessageError(f"not JSON that can be read: {where}") from None
        if ended:
            return
        piece = next(texts, None)
        ended = piece is None
        rest, at = rest[at:] + (piece or ""), 0


_LIST = regex(r'\{\s*"(?:Records|Events|events)"\s*:\s*\[|\[')


def _start_of_list(text: str, at: int) -> int | None:
    """Where the first record begins in *text*, if it begins with a list of them."""
    found = _LIST.match(text, at)
    return found.end() if found is not None else None


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
    return _word(identity, "arn") or _word(identity, "invokedBy") or _word(identity, "accountId")


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
