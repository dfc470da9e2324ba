"""The whole lesson in one widget: its four widgets as tabs, with what is new in each."""

from typing import Literal

Tab = Literal["chat", "polls", "people", "notifications"]
"""The names of the tabs."""
