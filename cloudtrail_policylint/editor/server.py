"""The language server: answers the messages of an editor."""

from __future__ import annotations

import logging
import os
import sys

from lsprotocol import types
from pygls.workspace import TextDocument

from ..tree.source import SourceFile
from .diagnostics import EXPLAIN, SOURCE
from .session import NAME, PolicyServer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from typing import Any, TypeAlias

    Handler: TypeAlias = Callable[[PolicyServer, Any], Awaitable[object]]

WATCHED = (
    "**/.cloudtrail-policylint.{yaml,yml}",
    "**/.cloudtrail-policylint-baseline.json",
    "**/pyproject.toml",
    "**/*.{tf,tofu,tfvars}",
)
"""Files that change the findings of open documents without being open themselves."""


def serve() -> None:
    """Serve the editor on standard input and output until it closes them."""
    import gc

    gc.enable()  # which the command line turns off, because other commands end soon
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)  # it would write tracebacks
    # The server closes its output at the end; the command line still flushes its own.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
        new_server().start_io(sys.stdin.buffer, output)


def new_server() -> PolicyServer:
    """A server with all its features."""
    server = PolicyServer()
    for name, handler in HANDLERS.items():
        server.feature(name, OPTIONS.get(name))(_careful(handler))
    server.command(EXPLAIN)(_explain_command)
    return server


def _careful(handler: Handler) -> Callable[[PolicyServer, Any], Awaitable[object]]:
    """*handler*, with an error logged in one line and answered with nothing."""

    async def handle(ls: PolicyServer, params: Any) -> object:
        try:
            return await handler(ls, params)
        except Exception as error:  # noqa: BLE001 - the editor gets no traceback
            ls.log(f"{type(error).__name__}: {str(error)[:300]}")
            return None

    return handle


async def _initialize(server: PolicyServer, params: types.InitializeParams) -> None:
    server.first_options = params.initialization_options
    server.warm_up()


async def _initialized(server: PolicyServer, _params: object) -> None:
    workspace = server.client_capabilities.workspace
    watched = workspace.did_change_watched_files if workspace else None
    settings = workspace.did_change_configuration if workspace else None
    wanted: list[tuple[str, object]] = []
    if watched and watched.dynamic_registration:
        watchers = [types.FileSystemWatcher(glob) for glob in WATCHED]
        wanted.append(
            (
                types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                types.DidChangeWatchedFilesRegistrationOptions(watchers),
            )
        )
    if settings and settings.dynamic_registration:
        wanted.append(
            (
                types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                types.DidChangeConfigurationRegistrationOptions(NAME),
            )
        )
    if wanted:
        registrations = [types.Registration(name, name, options) for name, options in wanted]
        server.client_register_capability(types.RegistrationParams(registrations))
    await server.configure(server.first_options)
    await _pull_settings(server)


async def _settings(server: PolicyServer, params: types.DidChangeConfigurationParams) -> None:
    if not await _pull_settings(server):
        await server.configure(params.settings)


async def _pull_settings(server: PolicyServer) -> bool:
    """Ask the client for its settings, if it can be asked."""
    workspace = server.client_capabilities.workspace
    if workspace is None or not workspace.configuration:
        return False
    item = types.ConfigurationItem(section=NAME)
    found = await server.workspace_configuration_async(types.ConfigurationParams([item]))
    if found and found[0] is not None:
        await server.configure(found[0])
    return True


async def _watched(server: PolicyServer, params: types.DidChangeWatchedFilesParams) -> None:
    await _files_changed(server, [one.uri for one in params.changes])


async def _saved(server: PolicyServer, params: types.DidSaveTextDocumentParams) -> None:
    await _files_changed(server, [params.text_document.uri])


async def _files_changed(server: PolicyServer, uris: list[str]) -> None:
    paths = [TextDocument(uri, "").path for uri in uris]
    if any(server.checker.is_about_settings(path) for path in paths if path):
        await server.settings_changed()
    else:
        server.check_all()


async def _folders(server: PolicyServer, _params: object) -> None:
    await server.settings_changed()


async def _opened(server: PolicyServer, params: types.DidOpenTextDocumentParams) -> None:
    server.open(server.workspace.get_text_document(params.text_document.uri))


async def _changed(server: PolicyServer, params: types.DidChangeTextDocumentParams) -> None:
    server.changed(params.text_document.uri)


async def _closed(server: PolicyServer, params: types.DidCloseTextDocumentParams) -> None:
    server.close(params.text_document.uri)


async def _actions(
    server: PolicyServer, params: types.CodeActionParams
) -> list[types.CodeAction] | None:
    from .actions import Asked, fix_all, quick_fixes

    found = server.document(params.text_document.uri)
    if found is None:
        return None
    path, text = found
    positions, source = server.positions(), SourceFile(path, text)
    # Some clients name the findings of the line, wherever in it the cursor is.
    named = [one.range for one in params.context.diagnostics if one.source == SOURCE]
    ranges = [
        (positions.offset_of(source, one.start), positions.offset_of(source, one.end))
        for one in (params.range, *named)
    ]
    asked = Asked(path, server.texts(), ranges)
    actions: list[types.CodeAction] = []
    only = params.context.only
    if _wants(only, types.CodeActionKind.QuickFix) and server.has_findings(asked.touches, path):
        actions += await server.in_thread(lambda: quick_fixes(server.checker, asked, positions))
    if only and _wants(only, types.CodeActionKind.SourceFixAll):
        actions += await server.in_thread(lambda: fix_all(server.checker, asked, positions))
    return actions


def _wants(only: Sequence[types.CodeActionKind | str] | None, kind: types.CodeActionKind) -> bool:
    """Whether a client that asks for actions of the kinds *only* wants those of *kind*."""
    return not only or any((kind.value + ".").startswith(str.__add__(one, ".")) for one in only)


async def _explain(server: PolicyServer, rule_id: object) -> str | None:
    """Show the page of a rule to the user, and return it."""
    from ..report.pages import markdown_page

    rule = await server.in_thread(lambda: server.checker.rule_named(str(rule_id)))
    if rule is None:
        return None
    window = server.client_capabilities.window
    if rule.url and window and window.show_document and window.show_document.support:
        server.window_show_document(types.ShowDocumentParams(rule.url, external=True))
    else:
        text = f"{rule.id} {rule.name}: {rule.summary}. {rule.why} {rule.fix}"
        server.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))
    return markdown_page(rule, {})


async def _hover(server: PolicyServer, params: types.HoverParams) -> types.Hover | None:
    from .hover import hover_at

    found = server.document(params.text_document.uri)
    if found is None:
        return None
    positions, source = server.positions(), SourceFile(*found)
    offset = positions.offset_of(source, params.position)
    findings = server.findings_at(found[0], offset)
    return hover_at(source, offset, findings, server.knowledge, positions)


async def _completion(
    server: PolicyServer, params: types.CompletionParams
) -> types.CompletionList | None:
    from .completion import completions_at

    found = server.document(params.text_document.uri)
    if found is None:
        return None
    positions, source = server.positions(), SourceFile(*found)
    document = server.client_capabilities.text_document
    item = document.completion.completion_item if document and document.completion else None
    return completions_at(
        source,
        positions.offset_of(source, params.position),
        server.knowledge,
        positions,
        snippets=bool(item and item.snippet_support),
    )


async def _explain_command(ls: PolicyServer, *arguments: object) -> object:
    return await _careful(_explain)(ls, arguments[0] if arguments else None)


HANDLERS: dict[str, Handler] = {
    types.INITIALIZE: _initialize,
    types.INITIALIZED: _initialized,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: _settings,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _watched,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _folders,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.TEXT_DOCUMENT_CODE_ACTION: _actions,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_COMPLETION: _completion,
}
"""What answers each message."""
OPTIONS: dict[str, object] = {
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(
        [types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]
    ),
    types.TEXT_DOCUMENT_COMPLETION: types.CompletionOptions(['"', "'", ":", "["]),
}
"""What the server says about itself, by message."""
