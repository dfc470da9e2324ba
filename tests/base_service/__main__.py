"""Run the service: `python -m tests.base_service --port 3001 --token s3cret`."""

import argparse
import asyncio
import contextlib
import signal
from dataclasses import fields

from tests.base_service.running import start
from tests.base_service.service import BaseService
from tests.base_service.variants import Variants


def variants(arguments: list[str] | None = None) -> tuple[Variants, str, int]:
    """The variants given on the command line: each is an option of its own name."""
    parser = argparse.ArgumentParser(prog="python -m tests.base_service", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3001)
    for field in fields(Variants):
        name = f"--{field.name.replace('_', '-')}"
        if isinstance(field.default, bool):
            parser.add_argument(name, default=field.default, action=argparse.BooleanOptionalAction)
        else:
            parser.add_argument(name, default=field.default, type=type(field.default))
    given = vars(parser.parse_args(arguments))
    host, port = given.pop("host"), given.pop("port")
    return Variants(**given), host, port


async def main() -> None:
    """Serve until told to stop."""
    chosen, host, port = variants()
    runner, port = await start(BaseService(chosen), host, port)
    print(f"ws://{host}:{port}", flush=True)  # noqa: T201 - whoever started it reads this
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: there it is ended from outside
            loop.add_signal_handler(number, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
