"""The folders of edu-widgets' files: secrets, waiting messages, the embedded service's data."""

import os
from pathlib import Path

VARIABLE = "EDU_WIDGETS_DATA_DIR"


def data_folder(named: str = "") -> Path:
    """`edu-widgets` in Jupyter's data folder, or what is named, here or in `VARIABLE`."""
    named = named or os.environ.get(VARIABLE, "")
    if named:
        return Path(named).expanduser()
    from jupyter_core.paths import jupyter_data_dir  # noqa: PLC0415 - slow to import

    return Path(jupyter_data_dir()) / "edu-widgets"


def outbox_folder(data: str = "", named: str = "") -> Path:
    """Messages waiting to be sent; `named` where they have a folder elsewhere."""
    return Path(named).expanduser() if named else data_folder(data) / "outbox"


def people_folder(data: str = "") -> Path:
    """Secrets by which a service knows a person again."""
    return data_folder(data) / "people"


def service_folder(course: str, data: str = "") -> Path:
    """The embedded service of a course: its database, state and log."""
    return data_folder(data) / "services" / course
