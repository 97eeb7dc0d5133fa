"""Settings as lines of text, each with its origin."""

from __future__ import annotations

import os

from ..base import limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .lookup import NearestSettings

_WIDTH = 40


def setting_lines(settings: NearestSettings, path: str) -> Iterator[str]:
    """The settings for the file or folder *path* in YAML, with their origins as comments."""
    import json

    from .parse import NAMES

    found = settings.of(path) if os.path.isdir(path) else settings.of_file(path)
    origins = dict(found.origins)
    yield f"# {path}"
    for name in NAMES:
        value = getattr(found, name.replace("-", "_"))
        if name in ("severity", "kinds", "sets"):
            value = dict(value)
        elif name == "per-path":
            value = {
                one.pattern: {"ignore": one.ignore, "severity": dict(one.severity)} for one in value
            }
        elif name == "deployed":
            value = {one.pattern: {"regions": one.regions, "account": one.account} for one in value}
        elif name == "suppress":
            keys = ("rule", "path", "owner", "sid", "reason", "expires")
            value = [{key: text for key in keys if (text := getattr(one, key))} for one in value]
        elif name == "expect":
            value = found.expect_file or [
                {one.form: one.actions, "who": one.who, "on": one.on, "reason": one.reason}
                for one in value
            ]
        line = (
            f"{name}:" if name == "limits" else f"{name}: {json.dumps(value, ensure_ascii=False)}"
        )
        yield f"{line:<{_WIDTH}} # {origins.get(name, 'default')}"
        if name == "limits":
            yield from (f"  {key}: {value.of(key)}" for key in limits.NAMES)
