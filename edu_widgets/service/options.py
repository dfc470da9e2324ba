"""The options of a service, as it is started with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edu_widgets.service import addresses
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.jupyterhub.api import UserApi
from edu_widgets.service.jupyterhub.groups import Access
from edu_widgets.service.rooms import LEASE_S
from edu_widgets.service.tokens import Key


@dataclass(frozen=True, slots=True)
class Redis:
    """A Redis that several processes share; see `store.redis.store.RedisStore`."""

    url: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    ballot_keys: Path | None = None
    allow_loss: bool = False


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a service. `port=None`: the port used last in the folder, else the first free."""

    courses: tuple[str, ...]
    data_dir: Path
    address: addresses.Address = field(default_factory=lambda: addresses.address(None))
    port: int | None = None
    config: ServiceConfig = field(default_factory=ServiceConfig)
    keys: tuple[Key, ...] = ()
    features: str = ""
    """The allowed features of those installed (see `features.installed`); "": all."""
    modules: tuple[str, ...] = ()
    """Dotted names of the modules of further features."""
    invite_ms: int = 0
    watch: tuple[int, ...] = ()
    linger_s: float = 600.0
    install_hint: str = ""
    """Installation instructions for an invite's page; "": the general ones."""
    keep: bool = True
    roster: Sequence[str] | None = None
    lease_s: float = LEASE_S
    jupyterhub: tuple[UserApi, Access] | None = None
    """Asks JupyterHub, and decides about its people, where the service is behind one."""
    redis: Redis | None = None
    """The store that several processes share; `None`: a file in the folder."""
