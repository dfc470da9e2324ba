"""One running service: makes its parts, takes a port, writes the state file, and ends it."""

import asyncio
import logging
import os
import secrets
import time
from dataclasses import replace
from functools import partial
from importlib import metadata
from types import TracebackType
from typing import Self, cast

from aiohttp import web

from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.protocol.folders import reason
from edu_widgets.protocol.proofs import Verifier, new_secret
from edu_widgets.service import (
    addresses,
    client_address,
    features,
    goodbye,
    http_connections,
    listening,
    logs,
    processes,
    state,
)
from edu_widgets.service.admission import Admission
from edu_widgets.service.app import application, http_log
from edu_widgets.service.audit import FILE as AUDIT
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import changed_rows
from edu_widgets.service.connection_writer import GOODBYE_S
from edu_widgets.service.context import ServiceContext
from edu_widgets.service.following import Following
from edu_widgets.service.forwarding import Forwarding
from edu_widgets.service.gate import Gate, Gates
from edu_widgets.service.hub import Hub
from edu_widgets.service.jupyterhub import roles as hub_roles
from edu_widgets.service.jupyterhub.people import HubPeople
from edu_widgets.service.linking import LinkedMembers
from edu_widgets.service.neighbours import Neighbours
from edu_widgets.service.options import Options
from edu_widgets.service.people import OWNER, Members
from edu_widgets.service.roles import tell_in_the_end
from edu_widgets.service.rules import Person
from edu_widgets.service.shared_store import open_store
from edu_widgets.service.steady_time import go_on_from, now_ms
from edu_widgets.service.store import StoredInvite
from edu_widgets.service.store.sharing import SharedStore
from edu_widgets.service.store.sqlite import SqliteStore

_log = logging.getLogger("edu_widgets.service")

HOST = Person(OWNER, "", "instructor")
"""The owner of the service, as the sender of its own changes to admission."""

FIRST_PORT = 8765
PORTS = 100

SWEEP_S = 600.0
FIRST_SWEEP_S = 5.0
"""Seconds until the first sweep: soon after the start, for many services run for one lesson."""

CHECK_S = 600.0
"""Seconds between checks of the whole store, to find damage in parts that nobody reads."""

LOOK_S = 5.0
"""Seconds between checks that the store's files are in place, also while nothing is written."""

KEEP_ALIVE_S = 75.0
"""Seconds that an idle HTTP connection is kept open: longer than proxies keep theirs."""

END_S = 3.0
"""Seconds that requests have as the service ends: some wait for a body, or until they are paid."""

TOMBSTONES_KEPT_MS = 30 * 24 * 3600 * 1000


class Server:
    """`async with Server(options) as server:` serves on the running loop."""

    state: state.ServiceState

    def __init__(self, options: Options) -> None:
        self._options = options
        self._watched = set(options.watch)
        self._stop = asyncio.Event()
        self.hub_people: HubPeople | None = None
        self._forwarding: Forwarding | None = None

    async def __aenter__(self) -> Self:
        """Start the service.

        Raises:
            ServiceUnavailable: the folder, the store or the port cannot be used.
            InvalidArgument: a feature cannot be loaded.
        """
        options = self._options
        options.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        loaded = features.installed(options.features) + features.load(options.modules)
        self.store = _store(options)
        self._audit = Audit(options.data_dir / AUDIT)
        self.hub = Hub(
            self.store,
            courses=options.courses,
            config=options.config,
            features=loaded,
            audit=self._audit,
            lease_s=options.lease_s,
        )
        try:
            await self._open()
        except BaseException as error:
            await self._let_go()
            if isinstance(error, OSError):
                msg = f"The folder {options.data_dir} cannot be written: {reason(error)}."
                raise ServiceUnavailable(msg) from error
            raise
        return self

    async def _open(self) -> None:
        options, store = self._options, self.store
        before = state.read(options.data_dir)
        secret = before.owner_secret if before else new_secret()
        key = Verifier.of(secret)
        await store.replace_key(Verifier.of_earlier(secret).key_id, key)
        await store.add_person(OWNER, key)
        go_on_from(await store.latest())
        context = self._context()
        self.hub.asks |= self.admission.asks()
        if options.redis is not None:
            shared = cast("SharedStore", store)
            self._following = Following(self.hub)
            self._neighbours = Neighbours(self.hub, shared)
            context.forwarding = self._forwarding = Forwarding(shared, self.hub.supervisor)
        self.hub.asks |= LinkedMembers(self.hub).asks()
        self.hub.lessons |= await store.lessons()
        invites = {c: (await self.admission.present(c)).code for c in options.courses}
        for course in options.courses if options.roster is not None else ():
            await self.admission.set_roster(course, options.roster, HOST)
        await self._set_up(context)
        port = await self._listen(before.port if before else FIRST_PORT)
        self.hub.start()
        if self._forwarding is not None:
            self._neighbours.start()
            self._forwarding.start()
        self.state = state.ServiceState(
            instance=context.instance,
            pid=os.getpid(),
            port=port,
            url=addresses.local_url(options.address.bind, port),
            public_url=options.address.base_url(port),
            reach=options.address.reach,
            owner_secret=secret,
            service_id=(await store.service()).id,
            former_url=_former_url(before),
            courses=options.courses,
            invites=invites,
            started=time.time(),
            version=context.version,
            address=options.address.asked,
            keep=options.keep,
            rate_limits=options.config.rate_limits,
            channels=changed_rows(options.config),
        )
        state.write(options.data_dir, self.state)
        self._keep_going()

    def _context(self) -> ServiceContext:
        """Make the parts that requests need."""
        options, config = self._options, self._options.config
        people = Members(
            self.store,
            options.courses,
            partial(tell_in_the_end, self.hub),
            options.address.hosts,
            config.max_new_per_minute if config.rate_limits else None,
        )
        self.admission = Admission(
            self.hub,
            people,
            lambda: self.state.public_url,
            self._invite_renewed,
            options.invite_ms,
        )
        if options.jupyterhub is not None:
            count, follow = self.hub.metrics.asked_jupyterhub, partial(hub_roles.follow, self.hub)
            self.hub_people = HubPeople(*options.jupyterhub, count, follow)
        return ServiceContext(
            self.hub,
            people,
            self.admission,
            options.address,
            secrets.token_hex(8),
            metadata_version(),
            options.keys,
            self._watched.add,
            options.install_hint,
            self.hub_people,
        )

    async def _set_up(self, context: ServiceContext) -> None:
        """Make the HTTP server and the gates of its connections."""
        address = self._options.address
        app = application(context, address.prefix)
        if self._forwarding is not None:
            self._forwarding.answers = partial(http_connections.answered, app)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=http_log,
            handle_signals=False,
            keepalive_timeout=KEEP_ALIVE_S,
            shutdown_timeout=END_S,
        )
        await self._runner.setup()
        most = listening.most_connections()
        self.gates = Gates(
            self.hub.budgets,
            self.hub.metrics,
            most=most,
            most_unproven=min(self._options.config.max_unproven_connections, most // 2),
            is_proxy=partial(client_address.is_proxy, where=address),
        )

    def _keep_going(self) -> None:
        """Start the periodic tasks."""
        every, linger_s = self.hub.supervisor.every, self._options.linger_s
        every(SWEEP_S, "Sweeping the store", self._sweep, first=FIRST_SWEEP_S)
        every(CHECK_S, "Reading the whole store", self.store.check_whole)
        every(LOOK_S, "Asking the store", self.hub.vitals.ask)
        every(LOOK_S, "Turning the log over", self._turn_log_over)
        if self.hub_people is not None:
            every(LOOK_S, "Asking JupyterHub again", self._ask_jupyterhub)
        if not self._options.keep:
            self._alone_since = asyncio.get_running_loop().time()
            every(min(1.0, max(0.05, linger_s / 4)), "Looking who is here", self._watch)

    def _invite_renewed(self, invite: StoredInvite) -> None:
        """Write a new invite to the state file, from which kernels show it."""
        invites = self.state.invites | {invite.course: invite.code}
        self.state = replace(self.state, invites=invites)
        state.write(self._options.data_dir, self.state)

    async def _listen(self, wished: int) -> int:
        bind, demanded = self._options.address.bind, self._options.port
        # The old port first: clients reconnect there after a restart.
        ports = (
            [demanded] if demanded is not None else [wished, *range(FIRST_PORT, FIRST_PORT + PORTS)]
        )
        problem: OSError | None = None
        for port in ports:
            try:
                self._listener, taken = await listening.listen(self._gate, bind, port)
            except OSError as error:
                problem = error
            else:
                return taken
        raise addresses.unusable(bind, ports, problem)

    def _gate(self) -> Gate:
        assert self._runner.server is not None  # noqa: S101 - it is set up
        return Gate(self._runner.server, self.gates)

    # -- the end ----------------------------------------------------------------

    def stop(self) -> None:
        """Request the end of the service."""
        self._stop.set()

    async def stopped(self) -> None:
        """Wait until `stop` was called."""
        await self._stop.wait()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close members as restarting, store queued commands, release all resources."""
        await self.leave()
        await self._let_go()

    async def leave(self) -> None:
        """Let nobody in any more; if there are other processes, let the members go there."""
        self._listener.close()
        if self._forwarding is not None and not self._neighbours.alone:
            await goodbye.say(self.hub)

    async def _let_go(self) -> None:
        listener = getattr(self, "_listener", None)
        if listener is not None:
            listener.close()
        await self.hub.close()
        if self._forwarding is not None:
            self._neighbours.close()
            await self._forwarding.close(GOODBYE_S)
        runner = getattr(self, "_runner", None)
        if runner is not None:
            await runner.shutdown()
            await runner.cleanup()
        if self.hub_people is not None:
            await self.hub_people.close()
        await self.store.close()
        self._audit.close()

    # -- clocks -----------------------------------------------------------------

    async def _sweep(self) -> None:
        now = now_ms()
        await self.store.sweep(now, now - TOMBSTONES_KEPT_MS)
        for table, rows in (await self.store.sizes()).items():
            self.hub.metrics.rows.labels(table).set(rows)

    async def _ask_jupyterhub(self) -> None:
        if self.hub_people is not None:
            await self.hub_people.check(tuple(self.hub.members))

    async def _turn_log_over(self) -> None:
        logs.turn_over(self._options.data_dir)

    async def _watch(self) -> None:
        now = asyncio.get_running_loop().time()
        self._watched = {pid for pid in self._watched if processes.alive(pid)}
        if self._watched or self.hub.members:
            self._alone_since = now
        elif now - self._alone_since >= self._options.linger_s:
            self.stop()


def _store(options: Options) -> SqliteStore:
    """Open the store.

    Raises:
        ServiceUnavailable: it cannot be used.
        InvalidArgument: what Redis needs is not installed, or its address is none.
    """
    redis = options.redis
    if redis is None:
        return SqliteStore(options.data_dir / "service.db")
    store = open_store(redis, options.data_dir)
    _log.info("%s", store.promise)
    return store


def _former_url(before: state.ServiceState | None) -> str:
    """Return the service's URL when a version without service ids ran last; "" if none did."""
    if before is None or before.service_id:
        return before.former_url if before else ""
    return before.url


def metadata_version() -> str:
    """Return the installed version, for display."""
    try:
        return metadata.version("edu-widgets")
    except metadata.PackageNotFoundError:
        return "0"
