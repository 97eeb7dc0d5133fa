"""Not a part: how long an editor waits for the language server.

``python -m benchmarks.editor`` starts ``lsp`` for each format, opens a file of some
200 lines, changes it, and asks for a hover, a completion and code actions. A command
after it is another server for CloudFormation: the two are measured in turn, without
what is asked: ``pip install cfn-lsp-extra; python -m benchmarks.editor cfn-lsp-extra``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import IO, TYPE_CHECKING, Any

from . import inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZES = {
    "CloudFormation JSON": 6_500,
    "CloudFormation YAML": 6_500,
    "Terraform jsonencode": 8_000,
    "Terraform data source": 6_000,
}
"""The bytes of about 200 lines of each format."""
TEMPLATES = ("CloudFormation JSON", "CloudFormation YAML")
CHANGES = 20
OURS = (sys.executable, "-m", "cloudtrail_policylint", "lsp")


class Editor:
    """A client of one server process."""

    def __init__(self, command: Sequence[str]) -> None:
        # What is installed is compiled; a checkout is too, from its second run on.
        compiled = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self._process = subprocess.Popen(
            command,
            env=compiled,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._number = 0

    def start(self) -> None:
        """Begin the session."""
        self.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.notify("initialized", {})

    def stop(self) -> None:
        """End the session and the server."""
        self.request("shutdown", None)
        self.notify("exit", None)
        self._process.wait(10)

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        """The answer to a request."""
        self._number += 1
        self._send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        while (message := self._receive()).get("id") != self._number:
            pass
        return message["result"]

    def diagnostics(self, version: int) -> Any:
        """The diagnostics of the document in its *version*."""
        while True:
            message = self._receive()
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                if params.get("version", version) == version:  # some servers do not say it
                    return params["diagnostics"]

    def _send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        stream = _stream(self._process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def _receive(self) -> dict[str, Any]:
        stream, length = _stream(self._process.stdout), 0
        while header := stream.readline().strip():
            name, _, value = header.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        found: dict[str, Any] = json.loads(stream.read(length))
        return found


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "it is a pipe"
    return stream


def measure(path: Path, command: Sequence[str] = OURS) -> dict[str, float]:
    """Milliseconds for each thing that an editor waits for with the file *path*."""
    text, uri = path.read_text(encoding="utf-8"), path.as_uri()
    began = time.perf_counter()
    editor = Editor(command)
    editor.start()
    started = time.perf_counter()
    document = {"uri": uri, "languageId": path.suffix[1:], "version": 1, "text": text}
    editor.notify("textDocument/didOpen", {"textDocument": document})
    found = editor.diagnostics(1)
    opened = time.perf_counter()
    changes = []
    for version in range(2, CHANGES + 2):
        # An action that does not exist, and the right one again.
        new = text.replace("cloudtrail:", f"cloudtrail:X{version}", 1) if version % 2 else text
        before = time.perf_counter()
        params = {"uri": uri, "version": version}
        editor.notify(
            "textDocument/didChange", {"textDocument": params, "contentChanges": [{"text": new}]}
        )
        editor.diagnostics(version)
        changes.append(time.perf_counter() - before)
    at = text.index("cloudtrail:") + len("cloudtrail:")
    line = text.count("\n", 0, at)
    place = {"line": line, "character": at - text.rfind("\n", 0, at) - 1}
    about = {"textDocument": {"uri": uri}, "position": place}
    asked = {}
    for name in ("hover", "completion") if command == OURS else ():
        before = time.perf_counter()
        editor.request(f"textDocument/{name}", about)
        asked[name] = time.perf_counter() - before
    if command == OURS:
        range_ = found[0]["range"] if found else {"start": place, "end": place}
        before = time.perf_counter()
        params = {"textDocument": {"uri": uri}, "range": range_, "context": {"diagnostics": []}}
        editor.request("textDocument/codeAction", params)
        asked["code actions"] = time.perf_counter() - before
    editor.stop()
    seconds = {
        "start": started - began,
        "first diagnostics after opening": opened - started,
        "diagnostics after a change": median(changes),
        **asked,
    }
    return {name: 1000 * value for name, value in seconds.items()}


def main() -> None:
    """Measure each format and print a table."""
    other = tuple(sys.argv[1:])
    servers = {"cloudtrail-policylint": OURS, **({other[0]: other} if other else {})}
    with tempfile.TemporaryDirectory() as folder:
        for form in TEMPLATES if other else SIZES:
            path = inputs.large(Path(folder), form, SIZES[form])
            lines = path.read_text(encoding="utf-8").count("\n")
            rounds = [
                {server: measure(path, command) for server, command in servers.items()}
                for _ in range(5)
            ]
            for server in servers:
                for name in rounds[0][server]:
                    value = median(one[server][name] for one in rounds)
                    print(f"{server}: {form} ({lines} lines): {name}: {value:.0f} ms")


if __name__ == "__main__":
    main()
