"""Regular expressions that are compiled when they are first used.

Python compiles one in the time in which it reads a small policy, and a run
over a few files meets half of those that its modules have.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
        """The compiled *pattern*."""
        ...

else:

    class regex:  # noqa: N801 - to its users it is a function
        """What ``re.compile`` returns for the same arguments, as far as its methods are concerned."""

        def __init__(self, pattern: str, flags: int = 0) -> None:
            self._given = pattern, flags

        def __getattr__(self, name: str) -> Any:
            """Compile it; the methods then are attributes like any other, and this is not asked again."""
            compiled = re.compile(*self._given)
            for method in ("finditer", "fullmatch", "match", "search", "split", "sub"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)
