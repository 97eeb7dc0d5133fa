"""Regular expressions that are compiled when they are first used.

``regex(...)`` is used like ``re.compile(...)``. Compiling one takes as long as
checking a small policy, and a run over a few files uses only half of those in
the modules it loads.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AnyStr

    def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """The compiled *pattern*."""
        ...

else:

    class regex:  # noqa: N801 - to its users it is a function
        """A stand-in for the compiled pattern, with its methods."""

        def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
            self._given = pattern, flags

        def __getattr__(self, name: str) -> Any:
            """Compile, and keep the methods as attributes, so that this runs only once."""
            compiled = re.compile(*self._given)
            for method in ("finditer", "fullmatch", "match", "search", "split", "sub"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)
