"""Runs a notebook's first cells in its own kernel, so that it opens with a class in progress."""

import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.blocking.client import BlockingKernelClient
from nbformat.sign import NotebookNotary

from edu_widgets.protocol.errors import ServiceUnavailable

TAG = "demo"
"""The tag of cells that are run before the notebook is shown."""

_TIMEOUT = 60


def rehearse(notebook: Path, connection_file: Path, data_dir: Path) -> None:
    """Run the tagged cells, save their outputs in the file, and sign it as trusted.

    Raises:
        ServiceUnavailable: a cell failed; the message quotes its error.
    """
    nb = nbformat.read(notebook, as_version=4)
    client = BlockingKernelClient(connection_file=str(connection_file))
    client.load_connection_file()
    client.start_channels()
    try:
        _wait_ready(client)
        for cell in nb.cells:
            if TAG in cell.metadata.get("tags", []):
                _run(client, cell)
    finally:
        client.stop_channels()
    nbformat.write(nb, notebook)
    notary = NotebookNotary(data_dir=str(data_dir))
    try:
        notary.sign(nb)
    finally:
        notary.store.close()


def _wait_ready(client: BlockingKernelClient) -> None:
    """Wait until the kernel answers on both channels.

    jupyter_client's own `wait_for_ready` takes a kernel for dead if its heartbeat is a second
    late, as on a busy computer.
    """
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline:
        client.kernel_info()
        try:
            client.get_shell_msg(timeout=1)
            client.get_iopub_msg(timeout=1)
        except queue.Empty:
            continue
        return
    msg = f"The notebook's kernel did not answer within {_TIMEOUT} s. Try the demo again."
    raise ServiceUnavailable(msg)


def _run(client: BlockingKernelClient, cell: Any) -> None:
    outputs: list[Any] = []
    reply = client.execute_interactive(
        cell.source, timeout=_TIMEOUT, output_hook=_collector(outputs), allow_stdin=False
    )
    content = reply["content"]
    if content["status"] != "ok":
        msg = f"The demo's notebook failed: {content.get('ename')}: {content.get('evalue')}"
        raise ServiceUnavailable(msg)
    cell.execution_count = content["execution_count"]
    cell.outputs = outputs


def _collector(outputs: list[Any]) -> Callable[[dict[str, Any]], None]:
    kinds = {"stream", "display_data", "execute_result"}

    def collect(message: dict[str, Any]) -> None:
        if message["header"]["msg_type"] in kinds:
            outputs.append(nbformat.v4.output_from_msg(message))

    return collect
