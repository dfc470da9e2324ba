"""The store in Redis that several processes share; it needs the extra `redis`."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service.options import Redis

if TYPE_CHECKING:
    from edu_widgets.service.store.redis.store import RedisStore


@contextlib.contextmanager
def extra() -> Iterator[None]:
    """Tell of an import that fails what has to be installed.

    Raises:
        InvalidArgument: a module is missing.
    """
    try:
        yield
    except ImportError as error:
        raise InvalidArgument("For a store in Redis install `edu-widgets[redis]`.") from error


def open_store(redis: Redis, data_dir: Path) -> "RedisStore":
    """Open the store as one of its processes, which has the folder `data_dir`.

    Raises:
        ServiceUnavailable: Redis cannot be used, or may lose what it has acknowledged.
        InvalidArgument: the extra is not installed, or the address cannot be read.
    """
    with extra():
        from edu_widgets.service.store.redis.store import RedisStore  # noqa: PLC0415 - an extra
    return RedisStore(
        redis.url,
        data_dir,
        redis.ballot_keys,
        password=redis.password,
        allow_loss=redis.allow_loss,
    )


def open_idle(redis: Redis, data_dir: Path) -> "RedisStore":
    """Open the store while no process runs on it.

    Raises:
        ServiceUnavailable: as `open_store`; or a process runs on it.
        InvalidArgument: see `open_store`.
    """
    with extra():
        from edu_widgets.service.store.redis import link, moving  # noqa: PLC0415 - an extra
    moving.check_idle(link.Link(redis.url, redis.password))
    return open_store(redis, data_dir)
