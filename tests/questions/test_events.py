"""CloudTrail's records: one, lists, files, gzip; and memory that does not grow with them."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from cloudtrail_policylint.questions import events
from cloudtrail_policylint.questions.events import MAX_DISTINCT, MAX_WORD, read_events
from cloudtrail_policylint.questions.messages import DECODED, UnreadableMessageError

ROLE = "arn:aws:iam::111122223333:role/path/ops"
TRAIL = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit"


def event(**given: Any) -> dict[str, Any]:
    return {
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "192.0.2.1",
        "errorCode": "AccessDenied",
        "errorMessage": f"User: arn:aws:sts::111122223333:assumed-role/ops/x is not authorized to perform: "
        f"cloudtrail:StopLogging on resource: {TRAIL} because no identity-based policy allows the "
        "cloudtrail:StopLogging action",
        "userIdentity": {
            "type": "AssumedRole",
            "arn": "arn:aws:sts::111122223333:assumed-role/ops/x",
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "arn": ROLE},
                "attributes": {"mfaAuthenticated": "true"},
            },
        },
        **given,
    }


def read(text: str | bytes) -> events.Events:
    return read_events(io.BytesIO(text.encode() if isinstance(text, str) else text))  # type: ignore[arg-type]


def test_a_record_says_who_what_and_in_which_context() -> None:
    (found,) = read(json.dumps(event(vpcEndpointId="vpce-1"))).denials
    denial = found.denial
    assert (denial.principal, denial.action, denial.resource) == (
        ROLE,
        "cloudtrail:StopLogging",
        TRAIL,
    )
    assert (denial.kind, found.count) == ("identity", 1)
    assert denial.context == {
        "aws:RequestedRegion": ("eu-west-1",),
        "aws:SourceVpce": ("vpce-1",),
        "aws:MultiFactorAuthPresent": ("true",),
    }


SHAPES: dict[str, Callable[[Any], str]] = {
    "one": lambda records: "\n".join(map(json.dumps, records)),
    "list": json.dumps,
    "log": lambda records: json.dumps({"Records": records}),
    "indented": lambda records: json.dumps({"Records": records}, indent=4),
    "lookup": lambda records: json.dumps(
        {"Events": [{"CloudTrailEvent": json.dumps(one)} for one in records]}
    ),
    "next page": lambda records: json.dumps(
        {
            "Events": [{"CloudTrailEvent": json.dumps(one)} for one in records],
            "NextToken": "a==",
            "ResponseMetadata": {"RetryAttempts": 0, "HTTPHeaders": {"x": ["y"]}},
        },
        indent=2,
    ),
    "logs": lambda records: "".join(json.dumps({"Records": [one]}) for one in records),
    "pages": lambda records: "\n".join(
        json.dumps({"Events": [one], "NextToken": "a"}, indent=1) for one in records
    ),
    "lists": lambda records: "\n".join(json.dumps([one]) for one in records),
    "eventbridge": lambda records: "\n".join(json.dumps({"detail": one}) for one in records),
    "mark": lambda records: "\ufeff" + json.dumps({"Records": records}),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_each_shape_has_the_same_denials(
    shape: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_PIECE", size)
    other = event(errorMessage="User: x is not authorized to perform: cloudtrail:DeleteTrail")
    records = [event(), other, event(errorCode=None), other, {"eventName": "x"}]
    for text in (SHAPES[shape](records).encode(), gzip.compress(SHAPES[shape](records).encode())):
        found = read(text)
        assert [(one.denial.action, one.count) for one in found.denials] == [
            ("cloudtrail:DeleteTrail", 2),
            ("cloudtrail:StopLogging", 1),
        ]
        assert (found.records, found.left_out) == (5, 0)


def test_without_a_sentence_the_record_itself_is_asked() -> None:
    found = read(
        json.dumps(
            event(
                errorMessage=None,
                eventSource="s3.amazonaws.com",
                eventName="GetObject",
                requestParameters={"bucketName": "logs", "key": "a/b"},
            )
        )
    )
    (one,) = found.denials
    assert (one.denial.action, one.denial.resource) == ("s3:GetObject", "arn:aws:s3:::logs/a/b")


def test_a_refusal_of_a_set_up_is_a_denial() -> None:
    refused = event(errorCode="InsufficientS3BucketPolicyException", eventName="CreateTrail")
    (one,) = read(json.dumps(refused)).denials
    assert one.denial.refusal is not None


def test_a_decoded_message() -> None:
    decoded = {
        "allowed": False,
        "explicitDeny": True,
        "context": {
            "principal": {"arn": ROLE},
            "action": "ec2:RunInstances",
            "resource": "arn:aws:ec2:eu-west-1:111122223333:instance/*",
            "conditions": {
                "items": [{"key": "aws:Region", "values": {"items": [{"value": "eu-west-1"}]}}]
            },
        },
    }
    for text in (json.dumps(decoded), json.dumps({"DecodedMessage": json.dumps(decoded)})):
        (one,) = read(text).denials
        assert (one.denial.form, one.denial.principal) == (DECODED, ROLE)
        assert one.denial.explicit
        assert one.denial.context == {"aws:Region": ("eu-west-1",)}


@pytest.mark.parametrize(
    "text",
    ["[", "{", '{"Records": [', '{"Records": [{]}', "[]", "[1, 2]", "[" * 100_000, b"\x1f\x8b\x08\x00rubbish",
     '{"DecodedMessage": "x"}', gzip.compress(b'{"Records": [{"a": 1}]}', mtime=0)[:-12]],
)  # fmt: skip
def test_what_is_no_record_is_refused(text: str | bytes) -> None:
    with pytest.raises(UnreadableMessageError):
        read(text)


@pytest.mark.parametrize("value", [1, None, [], "x", {"a": []}])
def test_a_record_may_have_anything_in_it(value: Any) -> None:
    for key in [*event(), "requestParameters", "resources", "CloudTrailEvent", "detail", "Records"]:
        try:
            read(json.dumps([{**event(), key: value}]))
        except UnreadableMessageError:
            assert key in ("Records", "CloudTrailEvent")


class Endless(io.RawIOBase):
    """Records of *count* events, made when they are read."""

    def __init__(self, count: int, *, distinct: bool) -> None:
        self._pieces = self._made(count, distinct)
        self._rest = b'{"Records": ['

    def _made(self, count: int, distinct: bool) -> Any:  # noqa: FBT001
        for number in range(count):
            one = event(requestParameters={"name": f"t{number}"}, errorMessage=None)
            if not distinct:
                one["requestParameters"] = {"name": "t"}
            yield json.dumps(one).encode() + (b"," if number + 1 < count else b"]}")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._pieces, b"")
        piece = self._rest[: len(buffer)]
        self._rest = self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def peak(count: int, *, distinct: bool) -> int:
    tracemalloc.start()
    found = read_events(Endless(count, distinct=distinct))
    assert found.records == count
    assert sum(one.count for one in found.denials) + found.left_out == count
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


def test_memory_does_not_grow_with_the_records() -> None:
    assert peak(12_000, distinct=False) < 1.5 * peak(6_000, distinct=False) + 1_000_000


def test_distinct_denials_are_told_apart_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_DISTINCT >= 10_000
    monkeypatch.setattr(events, "MAX_DISTINCT", 5)
    found = read_events(Endless(9, distinct=True))
    assert (len(found.denials), found.left_out) == (5, 4)


def test_records_of_one_denial_tell_what_all_of_them_have() -> None:
    records = [event(sourceIPAddress="192.0.2.1"), event(sourceIPAddress="192.0.2.2")]
    (one,) = read(json.dumps(records)).denials
    assert one.count == 2
    assert one.denial.context == {
        "aws:RequestedRegion": ("eu-west-1",),
        "aws:MultiFactorAuthPresent": ("true",),
    }


def test_no_value_of_a_record_is_kept_at_any_length() -> None:
    long = "x" * 1_000_000
    identity = {"type": "IAMUser", "arn": long}
    text = json.dumps(
        event(errorMessage=long, userIdentity=identity, requestParameters={"name": long})
    )
    (one,) = read(text).denials
    assert max(map(len, (one.denial.principal, one.denial.resource))) == MAX_WORD
