"""Regular expressions that are compiled at their first use.

Compiling patterns with long Unicode ranges takes milliseconds, and a kernel imports many modules
of which it uses a few.
"""

import re
from typing import Any, cast


class _Pattern:
    """A stand-in for a compiled pattern; takes over each attribute of it at its first use."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._made = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._made), name)
        setattr(self, name, value)
        return value


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Return a pattern that is compiled at its first use; an error in it shows only then."""
    return cast("re.Pattern[str]", _Pattern(text, flags))
