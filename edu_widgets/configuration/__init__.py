"""The settings of edu-widgets: traitlets with the platform's names and defaults.

They are read when they are needed, never on import. Of several sources the nearest counts: a
call's keywords, its `config=`, the environment, Jupyter's configuration files, the defaults.
"""

from edu_widgets.configuration.inforce import Configuration, load
from edu_widgets.configuration.settings import (
    SETTINGS,
    Channels,
    EduWidgets,
    Setting,
    Sse,
    WebSocket,
)

__all__ = [
    "SETTINGS",
    "Channels",
    "Configuration",
    "EduWidgets",
    "Setting",
    "Sse",
    "WebSocket",
    "load",
]
