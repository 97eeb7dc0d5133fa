"""A session with an editor: its documents are checked in a thread of their own.

What was changed last is checked first, once the user has stopped typing for a
moment, and then the other documents, whose findings may depend on it.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.workspace import TextDocument

from .._version import __version__
from ..base.errors import InputError
from .checking import Checker
from .diagnostics import MOST, diagnostic_of, note
from .documents import path_of, unit_of
from .knowledge import Knowledge
from .positions import Positions
from .stream import Input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, BinaryIO, TypeVar

    from ..findings.finding import Finding
    from ..tree.source import Span
    from .checking import Checked

    T = TypeVar("T")

NAME = "cloudtrail-policylint"
"""The name of the server, and of its section in the settings of an editor."""
DELAY = 0.04
"""Seconds without a change after which a document is checked."""


class _Protocol(LanguageServerProtocol):
    """The protocol, with an answer to a request whose parameters are wrong: pygls gives none."""

    def structure_message(self, data: dict[str, Any]) -> object:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" in data and isinstance(data.get("id"), str | int):
                self._send_response(data["id"], error=error.to_response_error())
            raise


class PolicyServer(LanguageServer):
    """The state of one session: open documents, their findings, and what is still to be checked."""

    def __init__(self) -> None:
        super().__init__(NAME, __version__, protocol_cls=_Protocol)
        self.checker = Checker()
        self.knowledge = Knowledge()
        self.first_options: object = None
        """What the client had for the server when it started it."""
        self.documents: dict[str, TextDocument] = {}
        """The open documents that are checked, by path."""
        self.findings: dict[str, tuple[int | None, tuple[Finding, ...]]] = {}
        """The version of each document that was checked last, and its findings."""
        self._thread = ThreadPoolExecutor(1, "check")
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._first: dict[str, None] = {}
        self._later: dict[str, None] = {}
        self._checking: asyncio.Task[None] | None = None
        self._said: set[str] = set()
        self._configured: object = {}

    def start_io(self, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None) -> None:
        """Serve the client at the other end of the two streams until it ends the session."""
        stream = Input(sys.stdin.buffer if stdin is None else stdin)
        super().start_io(cast("BinaryIO", stream), stdout)

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002
        """Log *error*: most are messages that are not of the protocol, and no user can act on them."""
        self.log(f"cannot handle a message: {type(error).__name__}: {str(error)[:300]}")

    # -- what handlers use

    def positions(self) -> Positions:
        """Conversion of positions as agreed with the client."""
        return Positions(self.workspace.position_encoding or "utf-16")

    def texts(self) -> dict[str, str]:
        """The texts of the open documents by path."""
        return {path: one.source.removeprefix("\ufeff") for path, one in self.documents.items()}

    def document(self, uri: str) -> tuple[str, str] | None:
        """The path and text of the open document *uri*; None if it is not checked."""
        for path, one in self.documents.items():
            if one.uri == uri:
                return path, one.source.removeprefix("\ufeff")
        return None

    def has_findings(self, fits: Callable[[Span], bool], path: str) -> bool:
        """Whether the document *path* may have a finding at a place that *fits*."""
        findings = self._current_findings(path)
        return findings is None or any(fits(finding.span) for finding in findings)

    def findings_at(self, path: str, offset: int) -> list[Finding]:
        """The findings at *offset* of the document *path*, of long ones those that start in its line."""
        found = self._current_findings(path) or ()
        at = [one for one in found if one.span.start <= offset <= one.span.end]
        return [one for one in at if "\n" not in one.span.source.text[one.span.start : offset]]

    def _current_findings(self, path: str) -> tuple[Finding, ...] | None:
        """The findings of the document *path*; None if it has changed since it was checked."""
        version, findings = self.findings.get(path, (None, ()))
        return findings if version == self.documents[path].version else None

    async def in_thread(self, act: Callable[[], T]) -> T:
        """The result of *act*, called where documents are checked: the engine has one user at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)

    def log(self, message: str) -> None:
        """Write *message* to the client's log."""
        self.window_log_message(types.LogMessageParams(types.MessageType.Warning, message))

    def say(self, message: str) -> None:
        """Show *message* to the user, once."""
        if message not in self._said:
            self._said.add(message)
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))

    # -- checking

    def warm_up(self) -> None:
        """Load what the first check needs while the client reads the answer to its first message."""
        self._thread.submit(self.checker.warm_up)

    def open(self, document: TextDocument) -> None:
        """Check *document* from now on."""
        path = path_of(document)
        if path is not None:
            self.documents[path] = document
            self._plan(path)

    def changed(self, uri: str) -> None:
        """Check the document *uri* again, as soon as it stays as it is for a moment."""
        found = self.document(uri)
        if found is None:
            return
        path = found[0]
        timer = self._timers.pop(path, None)
        if timer is not None:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[path] = loop.call_later(DELAY, self._plan, path)

    def close(self, uri: str) -> None:
        """Forget the document *uri*; others see its file from now on."""
        found = self.document(uri)
        if found is None:
            return
        path = found[0]
        del self.documents[path]
        self.findings.pop(path, None)
        timer = self._timers.pop(path, None)
        if timer is not None:
            timer.cancel()
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        self.check_all()

    def check_all(self) -> None:
        """Check all documents again: settings or other files have changed."""
        self._later.update(dict.fromkeys(self.documents))
        self._start()

    async def settings_changed(self) -> None:
        """Read settings and rules again and check all documents."""
        self._said.clear()
        await self.in_thread(self.checker.forget)
        self.check_all()

    async def configure(self, options: object) -> None:
        """Use the *options* that the editor has for this server."""
        if not isinstance(options, dict):
            return
        own = options.get(NAME, options)
        if own == self._configured:
            return
        self._configured = own
        self._said.clear()
        before = tuple(self.documents)  # what is opened from here on is checked after this
        try:
            await self.in_thread(
                lambda: self.checker.configure(own if isinstance(own, dict) else {})
            )
        except InputError as error:
            self.say(str(error))
        self._later.update(dict.fromkeys(before))
        self._start()

    def _plan(self, path: str) -> None:
        self._timers.pop(path, None)
        if path in self.documents:
            self._first[path] = None
            self._later.update({other: None for other in self.documents if other != path})
            self._start()

    def _start(self) -> None:
        if self._checking is None:
            self._checking = asyncio.get_running_loop().create_task(self._check())

    async def _check(self) -> None:
        """Check what is to be checked until nothing is left."""
        try:
            while self._first or self._later:
                waiting = self._first or self._later
                path = next(iter(waiting))
                texts = self.texts()
                unit = unit_of(path, texts) if path in texts else ()
                for one in (path, *unit):
                    self._first.pop(one, None)
                    self._later.pop(one, None)
                if unit:
                    await self._check_unit(unit, texts)
        finally:
            self._checking = None

    async def _check_unit(self, unit: Sequence[str], texts: Mapping[str, str]) -> None:
        versions = {path: self.documents[path].version for path in unit}
        try:
            checked = await self.in_thread(lambda: self.checker.check(unit, texts))
        except Exception as error:  # noqa: BLE001 - one document must not end the session
            reason = str(error).partition("\n")[0][:300]
            self.say(f"internal error: {type(error).__name__}: {reason}; please report it")
            return
        for message in checked.errors:
            self.say(message)
        for path, version in versions.items():
            document = self.documents.get(path)
            if document is not None and document.version == version:
                self._publish(path, document, checked)

    def _publish(self, path: str, document: TextDocument, checked: Checked) -> None:
        positions = self.positions()
        found = checked.findings[path]
        shown = [diagnostic_of(finding, positions) for finding in found[:MOST]]
        if path in checked.notes:
            shown.append(note(checked.notes[path]))
        if len(found) > MOST:
            shown.append(note(f"{len(found) - MOST} more findings are not shown"))
        self.findings[path] = document.version, found
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(document.uri, shown, document.version)
        )
