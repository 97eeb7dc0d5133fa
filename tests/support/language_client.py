"""A client of the language server that speaks the protocol itself, over a pair of pipes."""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING, Any

from cloudtrail_policylint.editor.server import new_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

PATIENCE = 60.0
"""The most seconds to wait for a message: a busy machine is slow."""


class Client:
    """Starts a server in a thread; messages are JSON as in the specification.

    *settings* answer ``workspace/configuration``; None if the client does not support that.
    """

    def __init__(self, *, settings: Any = None, options: Any = None, **capabilities: Any) -> None:
        to_server, self._send_to = os.pipe()
        self._receive_from, from_server = os.pipe()
        self._reader, self._writer = os.fdopen(to_server, "rb"), os.fdopen(from_server, "wb")
        self._out, self._in = os.fdopen(self._send_to, "wb"), os.fdopen(self._receive_from, "rb")
        self.server = new_server()
        self.settings = settings
        self._options = options
        self._capabilities = capabilities
        self.messages: list[dict[str, Any]] = []
        """All that came from the server."""
        self._arrived = threading.Condition()
        self._next = 0
        self._versions: dict[str, int] = {}
        self._threads = [
            threading.Thread(
                target=self.server.start_io, args=(self._reader, self._writer), daemon=True
            ),
            threading.Thread(target=self._listen, daemon=True),
        ]

    def __enter__(self) -> Client:
        for thread in self._threads:
            thread.start()
        workspace = {"configuration": self.settings is not None}
        capabilities = {"workspace": workspace, **self._capabilities}
        self.initialized = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": capabilities,
                "initializationOptions": self._options,
            },
        )
        self.notify("initialized", {})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.request("shutdown", None)
        self._out.close()
        self._threads[0].join(PATIENCE)
        self._writer.close()
        self._threads[1].join(PATIENCE)
        self._reader.close()
        self._in.close()

    # -- messages

    def raw(self, data: bytes) -> None:
        """Send *data* as it is."""
        self._out.write(data)
        self._out.flush()

    def send(self, message: Any) -> None:
        body = json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: Any) -> Any:
        """The result of a request; an error is raised."""
        answer = self.ask(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def ask(self, method: str, params: Any) -> dict[str, Any]:
        """The answer to a request, be it an error."""
        self._next += 1
        number = self._next
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return self.wait(lambda one: one.get("id") == number and "method" not in one)

    def wait(self, fits: Callable[[dict[str, Any]], bool], after: int = 0) -> dict[str, Any]:
        """The first message that *fits*, of those that came after the first *after* ones."""
        until = time.monotonic() + PATIENCE
        with self._arrived:
            while True:
                for message in self.messages[after:]:
                    if fits(message):
                        return message
                after = len(self.messages)
                left = until - time.monotonic()
                assert left > 0, "no such message came"
                self._arrived.wait(left)

    def _listen(self) -> None:
        while header := self._in.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = self._in.readline()
            message = json.loads(self._in.read(length))
            self._answer(message)
            with self._arrived:
                self.messages.append(message)
                self._arrived.notify_all()

    def _answer(self, message: dict[str, Any]) -> None:
        if "id" in message and "method" in message:
            asks_settings = message["method"] == "workspace/configuration"
            result = [self.settings] if asks_settings else None
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": result})

    # -- documents

    def open(self, path: Path | str, text: str, language: str = "") -> list[dict[str, Any]]:
        """Open a document; its first diagnostics."""
        uri, before = uri_of(path), len(self.messages)
        self._versions[uri] = 1
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return self.diagnostics(path, before)

    def change(self, path: Path | str, text: str) -> list[dict[str, Any]]:
        """Replace the text of a document; its diagnostics then."""
        uri, before = uri_of(path), len(self.messages)
        self._versions[uri] += 1
        document = {"uri": uri, "version": self._versions[uri]}
        changes = {"textDocument": document, "contentChanges": [{"text": text}]}
        self.notify("textDocument/didChange", changes)
        return self.diagnostics(path, before)

    def close(self, path: Path | str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri_of(path)}})

    def diagnostics(self, path: Path | str, after: int = 0) -> list[dict[str, Any]]:
        """The first diagnostics of the document *path* in a message after the first *after* ones."""
        uri = uri_of(path)
        message = self.wait(
            lambda one: (
                one.get("method") == "textDocument/publishDiagnostics"
                and one["params"]["uri"] == uri
                and one["params"].get("version", 0) == self._versions[uri]
            ),
            after,
        )
        found: list[dict[str, Any]] = message["params"]["diagnostics"]
        return found

    def about(self, path: Path | str, line: int, character: int) -> dict[str, Any]:
        """The parameters of a request about a position."""
        position = {"line": line, "character": character}
        return {"textDocument": {"uri": uri_of(path)}, "position": position}


def uri_of(path: Path | str) -> str:
    return path if isinstance(path, str) else path.as_uri()
