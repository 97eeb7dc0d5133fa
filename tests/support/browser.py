"""Chromium without a window, driven by the DevTools protocol over a pipe; and a server for it.

The protocol is described at https://chromedevtools.github.io/devtools-protocol/ (seen
2026-11-26): with ``--remote-debugging-pipe`` the browser reads commands from file descriptor 3
and writes to 4, each message JSON with a NUL at its end.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import select
import shutil
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE = 120
"""Seconds until a browser that does not answer counts as stuck."""


class Browser:
    """One tab of a browser, with all that its pages request and complain about."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading, self._writing = reading, writing
        self._buffer = b""
        self._numbers = itertools.count(1)
        self.requested: list[str] = []
        """The addresses that pages and their workers requested."""
        self.complaints: list[str] = []
        """Errors and warnings of the console, and exceptions."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self._watch(self._session)
        self.call("Page.enable")

    def call(self, method: str, **given: Any) -> Any:
        """The result of *method*, called for the tab."""
        number = self._send(method, given, getattr(self, "_session", None))
        while True:
            message = self._next()
            if message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]

    def open(self, address: str) -> None:
        """Show the page at *address*."""
        self.call("Page.navigate", url=address)
        self.wait_for(f"document.readyState === 'complete' && location.href === {address!r}")

    def value(self, expression: str) -> Any:
        """The value of *expression*, which is JavaScript."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait_for(self, expression: str) -> Any:
        """The value of *expression* as soon as it is true."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := self.value(expression):
                return found
            time.sleep(0.05)
        raise AssertionError(f"never true: {expression}")

    def write(self, text: str) -> None:
        """Type *text* into the element that has the focus."""
        self.call("Input.insertText", text=text)

    def _watch(self, session: str) -> None:
        """Follow what *session* requests and complains about, and the workers that it starts."""
        for method in ("Network.enable", "Runtime.enable", "Log.enable"):
            self._send(method, {}, session)
        more = {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}
        self._send("Target.setAutoAttach", more, session)
        self._send("Runtime.runIfWaitingForDebugger", {}, session)

    def _send(self, method: str, given: dict[str, Any], session: str | None) -> int:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": given}
        if session is not None:
            message["sessionId"] = session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        return number

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reading], [], [], PATIENCE)
            assert ready, "the browser does not answer"
            read = os.read(self._reading, 1 << 20)
            assert read, "the browser has ended"
            self._buffer += read
        first, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(first)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Target.attachedToTarget" and hasattr(self, "_session"):
            self._watch(told["sessionId"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"]))
        elif method == "Runtime.consoleAPICalled" and told["type"] in (
            "error",
            "warning",
            "assert",
        ):
            self.complaints.append(str(told["args"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.complaints.append(str(told["entry"]))


@contextmanager
def browser(profile: Path, *options: str) -> Iterator[Browser]:
    """A browser with its files in *profile*, ended afterwards."""
    assert PROGRAM is not None
    to_read, to_write = os.pipe(), os.pipe()
    command = [
        PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--remote-debugging-pipe", f"--user-data-dir={profile}", *options, "about:blank",
    ]  # fmt: skip
    # bash puts the pipes where the browser looks for them.
    place = f'exec "$@" 3<&{to_read[0]} 4>&{to_write[1]}'
    process = subprocess.Popen(
        ["bash", "-c", place, "bash", *command],
        pass_fds=(to_read[0], to_write[1]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read[0])
    os.close(to_write[1])
    try:
        yield Browser(to_write[0], to_read[1])
    finally:
        process.terminate()
        process.wait()
        os.close(to_write[0])
        os.close(to_read[1])


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is there
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server for the files of *folder*, ended afterwards."""
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
