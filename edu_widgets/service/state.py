"""`service.json`: how a running service is found again, and what only its owner may know.

Standard library only: kernels read it, and must not load the service for that.
"""

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "service.json"


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What a service writes about itself into its folder."""

    instance: str
    pid: int
    port: int
    url: str
    """Where this computer reaches it."""
    public_url: str
    """What stands before `/<course>` in an invite."""
    reach: str
    owner_secret: str = field(repr=False)
    courses: tuple[str, ...] = ()
    invites: dict[str, str] = field(default_factory=dict, repr=False)
    started: float = 0.0
    version: str = ""
    address: str = "loopback"
    """What it was asked to be reached by."""
    keep: bool = False
    rate_limits: bool = True
    channels: dict[str, Any] = field(default_factory=dict)
    """The rows of the channel table that are not the defaults."""
    service_id: str = ""
    """Which service this is, wherever it runs; "" if a version that knows no such thing runs."""
    former_url: str = ""
    """Its `url` when such a version ran last."""


def read(data_dir: Path) -> ServiceState | None:
    """What the last service here wrote; `None` if there is nothing readable."""
    try:
        raw = json.loads((data_dir / FILE).read_text(encoding="utf-8"))
        raw["courses"] = tuple(raw["courses"])
        known = {name: raw[name] for name in ServiceState.__dataclass_fields__ if name in raw}
        return ServiceState(**known)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(data_dir: Path, state: ServiceState) -> None:
    """Replace the file at once, readable by its owner only.

    Raises:
        OSError: the folder cannot be written.
    """
    # mkstemp makes it 0600 from the start: there is no moment at which others could read it.
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
