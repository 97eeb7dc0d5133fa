"""How long ``why`` takes on compressed CloudTrail events, and how much memory: events are generated."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MEGABYTE = 1_000_000
A_PIECE = 2_000
"""Events that are compressed at a time."""
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}


def main() -> None:
    """Generate the events, explain them, and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=10, help="size of the compressed file")
    parser.add_argument("--distinct", type=int, default=1_000, help="distinct denials in it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.json.gz"
        count, size = written(path, options.megabytes * MEGABYTE, options.distinct)
        (Path(folder) / "policy.json").write_text(json.dumps(POLICY))
        command = [sys.executable, "-m", "cloudtrail_policylint", "why", path.name, "policy.json"]
        began = time.monotonic()
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
        subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
        took = time.monotonic() - began
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{count:,} events, {size / MEGABYTE:,.0f} MB compressed: {took:.1f} s, {most:.0f} MiB")


def written(path: Path, size: int, distinct: int) -> tuple[int, int]:
    """Write events to *path* until it has *size* bytes; their number, and the bytes."""
    generator = random.Random(1)
    count = 0
    with path.open("wb") as file:
        file.write(gzip.compress(b'{"Records": ['))
        while file.tell() < size:
            events = [event(generator, distinct) for _ in range(A_PIECE)]
            text = ",".join(map(json.dumps, events))
            file.write(gzip.compress((("," if count else "") + text).encode(), 1))
            count += A_PIECE
        file.write(gzip.compress(b"]}"))
        return count, file.tell()


def event(generator: random.Random, distinct: int) -> dict[str, Any]:
    """One event; a third of them are denials."""
    number = generator.randrange(distinct)
    denied = generator.random() < 1 / 3
    arn = f"arn:aws:cloudtrail:eu-west-1:111122223333:trail/t{number}"
    return {
        "eventVersion": "1.11",
        "eventTime": "2026-11-26T08:00:00Z",
        "eventID": f"{generator.getrandbits(128):032x}",
        "eventSource": "cloudtrail.amazonaws.com",
        "eventName": "StopLogging",
        "awsRegion": "eu-west-1",
        "sourceIPAddress": f"192.0.2.{generator.randrange(256)}",
        "userAgent": "aws-cli/2.31.0",
        "requestParameters": {"name": arn},
        "errorCode": "AccessDenied" if denied else None,
        "errorMessage": "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: "
        f"cloudtrail:StopLogging on resource: {arn}"
        if denied
        else None,
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{generator.getrandbits(64):016X}",
            "arn": "arn:aws:iam::111122223333:user/ann",
        },
        "requestID": f"{generator.getrandbits(128):032x}",
    }


if __name__ == "__main__":
    main()
