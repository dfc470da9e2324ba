"""The connection to Redis: one, used by one thread, which never repeats a command by itself.

The outcome of a command whose answer was lost is unknown: who sent it has to send it again under
the same id, which the script recognises. So nothing is retried here.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError
from redis.retry import Retry

from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable

CONNECT_S = 3.0
ANSWER_S = 5.0
"""Seconds in which Redis has to answer; a write to a slow disk takes that long at most."""

_WAIT_S = 0.1
"""Seconds after which a subscription sees that it is to end."""

_SCRIPTS = ("commit", "replace", "lead")


class LinkError(Exception):
    """Redis cannot be reached or did not answer; the outcome of a request is unknown."""


class Link:
    """A connection, made on first use and again after a failure."""

    def __init__(self, url: str, password: str | None = None) -> None:
        """Read the URL; a password may be given apart from it.

        Raises:
            InvalidArgument: it is none of Redis.
        """
        options: dict[str, Any] = {
            "socket_connect_timeout": CONNECT_S,
            "socket_timeout": ANSWER_S,
            "retry": Retry(NoBackoff(), 0),
            "health_check_interval": 0,
        }
        if password is not None:
            options["password"] = password
        try:
            self._pool = redis.ConnectionPool.from_url(url, **options)
        except ValueError as error:
            msg = (
                "The address of Redis cannot be read. It is redis://HOST:PORT/NUMBER, "
                "rediss:// with TLS, or unix:///PATH."
            )
            raise InvalidArgument(msg) from error
        self.database = int(self._pool.connection_kwargs.get("db") or 0)
        self.where = _where(self._pool.connection_kwargs)
        self.run = ""
        """The present run of Redis: another one after each of its starts."""
        self._connection: Any = None
        self._owed = 0
        """Answers that were not read yet."""
        self._hashes: dict[str, bytes] = {}

    def ready(self) -> None:
        """Connect, if the connection is not up; `run` is right afterwards.

        Raises:
            LinkError: Redis cannot be reached.
        """
        if self._connection is not None:
            return
        connection: Any = self._pool.make_connection()
        try:
            connection.connect()
            self._connection = connection
            info = self.call("INFO", "server")
            self.run = _field(info, "run_id")
            for name in _SCRIPTS:
                text = resources.files(__package__).joinpath(f"{name}.lua").read_bytes()
                self._hashes[name] = self.call("SCRIPT", "LOAD", text)
        except (RedisError, OSError) as error:
            self.drop()
            raise LinkError(f"Redis at {self.where} cannot be used: {error}") from error

    def drop(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        self._owed = 0
        if connection is not None:
            with contextlib.suppress(RedisError, OSError):
                connection.disconnect()

    def script(self, name: str, keys: Sequence[str], *arguments: bytes | str) -> list[Any]:
        """Return the command that runs a script."""
        return ["EVALSHA", self._hashes[name], len(keys), *keys, *arguments]

    def call(self, *command: Any) -> Any:
        """Run one command.

        Raises:
            LinkError: the connection failed.
            ResponseError: Redis refused it.
        """
        (answer,) = self.calls([command])
        if isinstance(answer, ResponseError):
            raise answer
        return answer

    def calls(self, commands: Sequence[Sequence[Any]]) -> list[Any]:
        """Send commands at once; returns their answers, a refusal as a `ResponseError`.

        Raises:
            LinkError: the connection failed; each may have been run or not.
        """
        assert not self._owed, "what was sent before has to be answered first"  # noqa: S101
        self.send(commands)
        return self.answers(len(commands))

    def send(self, commands: Sequence[Sequence[Any]]) -> None:
        """Send commands; their answers have to be read by `answers` before any other call.

        Raises:
            LinkError: the connection failed; each may have been run or not.
        """
        self.ready()
        with self._in_order():
            packed = self._connection.pack_commands(commands)
            self._connection.send_packed_command([b"".join(packed)])
        self._owed += len(commands)

    def answers(self, count: int) -> list[Any]:
        """Return the answers to so many commands that were sent, a refusal as a `ResponseError`.

        Raises:
            LinkError: the connection failed; each may have been run or not.
        """
        self._owed -= count
        with self._in_order():
            return [self._answer() for _ in range(count)]

    @contextlib.contextmanager
    def _in_order(self) -> Iterator[None]:
        """End the connection if something fails: answers may be left in it."""
        try:
            yield
        except (RedisError, OSError) as error:
            self.drop()
            raise LinkError(f"Redis at {self.where} does not answer: {error}") from error
        except BaseException:
            self.drop()
            raise

    def _answer(self) -> Any:
        try:
            return self._connection.read_response()
        except ResponseError as error:
            return error


def check(link: Link, *, allow_loss: bool) -> str:
    """Check that Redis keeps what it acknowledges; returns what it promises, for the operator.

    Raises:
        ServiceUnavailable: it cannot be reached, or may lose what it has acknowledged.
    """
    try:
        link.ready()
        aof = _field(link.call("INFO", "persistence"), "aof_enabled") == "1"
        memory = link.call("INFO", "memory")
        policy = _field(memory, "maxmemory_policy")
        evicts = _field(memory, "maxmemory") not in ("0", "") and policy != "noeviction"
        sync = _setting(link, "appendfsync") if aof else ""
    except (LinkError, ResponseError) as error:
        msg = f"{error}. See that it runs, and that the address and password are right."
        raise ServiceUnavailable(msg) from error
    if not allow_loss and not aof:
        raise ServiceUnavailable(
            f"Redis at {link.where} keeps no append-only file: what is said in class would be lost "
            "when it stops. Set `appendonly yes` and `appendfsync always`, or start with "
            "--allow-loss."
        )
    if not allow_loss and evicts:
        raise ServiceUnavailable(
            f"Redis at {link.where} deletes data when its memory is full (maxmemory-policy "
            f"{policy}). Set `maxmemory-policy noeviction`, or start with --allow-loss."
        )
    return {
        "always": "Nothing that is acknowledged is lost when Redis or its machine stops.",
        "everysec": "Up to one second may be lost when the machine of Redis loses its power.",
        "no": "What the system has not written yet is lost when the machine of Redis stops.",
    }.get(sync, "Redis does not tell what it promises (appendfsync)." if aof else "Data may go.")


def _setting(link: Link, name: str) -> str:
    try:
        found = link.call("CONFIG", "GET", name)
    except ResponseError:  # not allowed to us
        return ""
    pairs = found if isinstance(found, dict) else dict(zip(found[::2], found[1::2], strict=True))
    return next((_text(value) for value in pairs.values()), "")


def _field(info: Any, name: str) -> str:
    lines = (line.partition(":") for line in _text(info).splitlines())
    return next((value.strip() for key, _, value in lines if key == name), "")


def _text(raw: Any) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def _where(options: dict[str, Any]) -> str:
    """Return the address without the password."""
    if "path" in options:
        return str(options["path"])
    return f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"


class Subscription:
    """A thread that hands on published entries, and says when some may be missing."""

    def __init__(
        self,
        url: str,
        patterns: Sequence[str],
        heard: Callable[[str, bytes], None],
        missed: Callable[[], None],
        password: str | None = None,
    ) -> None:
        options = {} if password is None else {"password": password}
        self._client = redis.Redis.from_url(
            url,
            **options,
            protocol=2,  # of version 3, redis-py logs and looks up more for each message
            socket_connect_timeout=CONNECT_S,
            socket_timeout=ANSWER_S,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=2,
        )
        self._patterns, self._heard, self._missed = patterns, heard, missed
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="edu-widgets-heard", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set():
            try:
                self._listen()
            except (RedisError, OSError):
                self._end.wait(0.2)
        self._client.close()

    def _listen(self) -> None:
        client: Any = self._client
        with client.pubsub(ignore_subscribe_messages=False) as channel:
            channel.psubscribe(*self._patterns)
            while not self._end.is_set():
                message = channel.get_message(timeout=_WAIT_S)
                if message is None:
                    continue
                if message["type"] == "psubscribe":
                    self._missed()
                elif message["type"] == "pmessage":
                    self._heard(_text(message["channel"]), message["data"])
