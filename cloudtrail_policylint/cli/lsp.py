"""The command ``lsp``: the language server, for editors."""

from __future__ import annotations

from ..base.errors import UsageError
from .output import EXIT_OK

_MISSING = (
    "lsp: the language server needs pygls: pip install 'cloudtrail-policylint[lsp]' "
    "(or pipx inject cloudtrail-policylint pygls)"
)


def lsp() -> int:
    """Serve an editor until it ends the session; return the exit code."""
    try:
        from ..editor.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol", "attrs", "cattrs"):
            raise
        raise UsageError(_MISSING) from None
    serve()
    return EXIT_OK
