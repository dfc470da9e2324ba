"""A store in Redis and in a file: `edu-widgets move`, and `--redis` of `backup` and `restore`."""

import contextlib
import tempfile
from pathlib import Path

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import backups
from edu_widgets.service.locks import alone_in
from edu_widgets.service.options import Redis
from edu_widgets.service.shared_store import extra
from edu_widgets.service.store import history, schema


def move(
    data_dir: Path, url: str, password: str | None, *, back: bool, allow_loss: bool = False
) -> str:
    """Move the store of a service that is stopped; returns a sentence on what was moved.

    The store that it was moved from stays, under another name: nobody goes on with it by mistake.

    Args:
        data_dir: The service's folder.
        url: The address of Redis.
        password: The password of Redis, if it is not part of the address.
        back: True for from Redis into the folder.
        allow_loss: True to use a Redis that may lose what it has acknowledged.

    Raises:
        InvalidArgument: there is nothing to move, or it cannot be moved now.
        ServiceUnavailable: the service runs, Redis cannot be used, or the two sides differ.
    """
    with extra():
        from edu_widgets.service.store.redis import link, moving  # noqa: PLC0415 - an extra
    redis, store = link.Link(url, password), data_dir / backups.STORE
    with alone_in(data_dir):
        if back:
            with backups.beside(store) as fresh, backups.told(store):
                moved = moving.to_file(redis, fresh)
                log, index, witness = history.side_files(store)
                backups.put_away(store, (log, index))
                witness.unlink(missing_ok=True)  # the channels begin a new history
                fresh.replace(store)
            kept = f"The service is in {store} now. What is in Redis is left as it is."
        else:
            if not store.is_file():
                raise InvalidArgument(f"There is no store of a service in {data_dir}.")
            with backups.told(store):
                _prepare(store)
                moved = moving.to_redis(store, redis, allow_loss=allow_loss)
                away = backups.put_away(store, history.side_files(store))
            kept = f"The service is in Redis now. Its file is kept as {away}."
    return (
        f"Moved, and compared: {moved.documents} documents, {moved.members} memberships and "
        f"{moved.pictures} pictures of {moved.courses} courses. {kept}"
    )


def backup(redis: Redis, target: Path) -> None:
    """Copy what several processes have in Redis into one file (0600); they may be running.

    The ballots of anonymous polls that are open are left out.

    Raises:
        InvalidArgument: there is no service in Redis, or the file cannot be written.
        ServiceUnavailable: Redis cannot be read.
    """
    with extra():
        from edu_widgets.service.store.redis import link, moving  # noqa: PLC0415 - an extra
    backups.check_target(target)
    with backups.beside(target) as fresh, backups.told(target):
        moving.copy(link.Link(redis.url, redis.password), fresh)
        fresh.replace(target)


def restore(redis: Redis, source: Path) -> None:
    """Put a backup into an empty Redis database; every channel begins a new history.

    Args:
        redis: The Redis, on which no service runs.
        source: A backup, of a store in Redis or in a file.

    Raises:
        InvalidArgument: the file is no backup, or Redis holds a service already.
        ServiceUnavailable: Redis cannot be used.
    """
    with extra():
        from edu_widgets.service.store.redis import link, moving  # noqa: PLC0415 - an extra
    server = link.Link(redis.url, redis.password)
    with tempfile.TemporaryDirectory() as folder, backups.told(source):
        copy = Path(folder) / backups.STORE
        backups.copy_of(source, copy)
        with contextlib.closing(schema.connect(copy)) as db:
            schema.prepare(db, copy, replaced=True)
        moving.to_redis(copy, server, allow_loss=redis.allow_loss)


def _prepare(store: Path) -> None:
    """Upgrade the file of an earlier version; a copy that was put back begins another history."""
    with contextlib.closing(schema.connect(store)) as db:
        schema.prepare(db, store, replaced=False)
