"""`service.json`: the address of a running service and its owner's secret.

Kernels read it, and must not load the service for that.
"""

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from edu_widgets.protocol.folders import read_file

FILE = "service.json"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The content of `service.json`, which a service writes into its folder."""

    instance: str
    pid: int
    port: int
    url: str
    """Its URL from this computer."""
    public_url: str
    """The URL before `/<course>` in an invite."""
    reach: str
    owner_secret: str = field(repr=False)
    courses: tuple[str, ...] = ()
    invites: dict[str, str] = field(default_factory=dict, repr=False)
    started: float = 0.0
    version: str = ""
    address: str = "loopback"
    """The `--address` it was started with."""
    keep: bool = False
    rate_limits: bool = True
    channels: dict[str, Any] = field(default_factory=dict)
    """The rows of the channel table that differ from the defaults."""
    service_id: str = ""
    """The service's id, the same at any address; "" if a version without service ids runs."""
    former_url: str = ""
    """Its `url` when a version without service ids ran last; "" if none did."""


def read(data_dir: Path) -> ServiceState | None:
    """Read the state that the last service of a folder wrote; `None` if it cannot be read."""
    try:
        raw = json.loads(read_file(data_dir / FILE))
        raw["courses"] = tuple(raw["courses"])
        known = {name: raw[name] for name in ServiceState.__dataclass_fields__ if name in raw}
        return ServiceState(**known)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def write(data_dir: Path, state: ServiceState) -> None:
    """Replace the file atomically; only the user of this process may read it.

    Raises:
        OSError: the folder cannot be written.
    """
    # mkstemp makes the file with mode 0600, so that others can never read it.
    handle, name = tempfile.mkstemp(dir=data_dir, prefix=".service-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(state), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(data_dir / FILE)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
