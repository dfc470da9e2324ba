"""The options of a widget: its height and its language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edu_widgets.protocol.errors import InvalidArgument

DEFAULT_HEIGHT = 420
"""Pixels."""

_HEIGHTS = (160, 4_000)
_LANGUAGES = ("", "en", "tr")


def checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return a widget's options, with the defaults of those that are missing.

    Args:
        options: `height` in pixels, `lang`; others are left out.

    Raises:
        InvalidArgument: an option has no valid value.
    """
    height, lang = options.get("height", DEFAULT_HEIGHT), options.get("lang", "")
    if isinstance(height, bool) or not isinstance(height, int):
        msg = f"height must be a number of pixels, not {height!r:.40}."
        raise InvalidArgument(msg)
    low, high = _HEIGHTS
    if not low <= height <= high:
        msg = f"height must be {low} to {high} pixels, not {height}."
        raise InvalidArgument(msg)
    if lang not in _LANGUAGES:
        msg = f"lang must be 'en', 'tr' or '' (the page's language), not {lang!r:.40}."
        raise InvalidArgument(msg)
    return {"height": height, "lang": lang}
