"""Regular expressions that are compiled at their first use.

Compiling those of a page of Unicode costs milliseconds, and a kernel imports many modules of which
it uses a few.
"""

import re
from typing import Any, cast


class _Pattern:
    """Stands for a compiled pattern, and has what is asked of it from then on."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._made = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._made), name)
        setattr(self, name, value)
        return value


def pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern of a regular expression; an error in it shows at its first use."""
    return cast("re.Pattern[str]", _Pattern(text, flags))
