"""Where edu-widgets keeps its files: secrets, waiting messages, the embedded service's data."""

import os
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

VARIABLE = "EDU_WIDGETS_DATA_DIR"


def data_folder() -> Path:
    """`edu-widgets` in Jupyter's data folder, or what `EDU_WIDGETS_DATA_DIR` names."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(jupyter_data_dir()) / "edu-widgets"


def outbox_folder() -> Path:
    """Messages waiting to be sent."""
    return data_folder() / "outbox"


def people_folder() -> Path:
    """Secrets by which a service knows a person again."""
    return data_folder() / "people"


def service_folder(course: str) -> Path:
    """The embedded service of a course: its database, state and log."""
    return data_folder() / "services" / course
