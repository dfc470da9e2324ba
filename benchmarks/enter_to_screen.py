"""From Enter in one browser to the message on another's screen: two JupyterLab pages, two kernels.

Measured idle, while both kernels are in `time.sleep`, and while both run a pure-Python loop.
Beside it, in the same run, the floor: a bare anywidget with a background thread and a TCP relay.

    python -m benchmarks.enter_to_screen [--messages 60]
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import statistics
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.lab.classroom import Person, classroom
from tests.lab.harness import LabPage

SLEEP = "import time\nwhile not __import__('pathlib').Path({gate!r}).exists():\n    time.sleep(0.5)"
LOOP = (
    "import pathlib, time\nend = time.monotonic() + 0.5\nx = 0\n"
    "while True:\n"
    "    x = (x * 31 + 7) % 1000003\n"
    "    if time.monotonic() > end:\n"
    "        if pathlib.Path({gate!r}).exists():\n            break\n"
    "        end = time.monotonic() + 0.5"
)

FLOOR = """
import socket, threading, anywidget
from edu_widgets.notebook import comms

class Floor(anywidget.AnyWidget):
    _esm = '''
    export default {
      render({ model, el }) {
        el.className = 'floor';
        const input = el.appendChild(document.createElement('input'));
        const list = el.appendChild(document.createElement('div'));
        window.__floor = {};
        input.addEventListener('keydown', (event) => {
          event.stopPropagation();
          if (event.key !== 'Enter') return;
          window.__sent = performance.timeOrigin + performance.now();
          model.send({ text: input.value });
        });
        model.on('msg:custom', ({ text }) => {
          list.textContent = text;
          requestAnimationFrame(() => {
            window.__floor[text] = performance.timeOrigin + performance.now();
          });
        });
      },
    };
    '''

floor = Floor()
comms.keep_on_subshell(floor.comm)
floor_socket = socket.create_connection(("127.0.0.1", PORT))
floor_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
floor.on_msg(lambda w, content, b: floor_socket.sendall((content["text"] + chr(10)).encode()))

def floor_read():
    comms.ready_thread()
    for line in floor_socket.makefile("r"):
        comms.push(floor, {"text": line.strip()})

threading.Thread(target=floor_read, daemon=True).start()
floor
"""

WATCH = """
() => {
  const root = [...document.querySelectorAll('*')]
    .map((e) => e.shadowRoot).find((r) => r?.querySelector('.edu.chat'));
  const seen = (window.__seen = {});
  const look = () => {
    for (const text of root.querySelectorAll('article .text')) {
      const said = text.textContent.trim();
      if (!(said in seen)) {
        seen[said] = 0;
        requestAnimationFrame(() => { seen[said] = performance.timeOrigin + performance.now(); });
      }
    }
  };
  look();
  new MutationObserver(look).observe(root, { subtree: true, childList: true });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') window.__entered = performance.timeOrigin + performance.now();
  }, true);
}
"""


@contextlib.contextmanager
def relay() -> Iterator[int]:
    """Run a TCP relay on loopback that sends every line to all clients; return its port."""
    server = socket.create_server(("127.0.0.1", 0))
    clients: list[socket.socket] = []

    def serve(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while data := client.recv(65536):
                for other in clients:
                    other.sendall(data)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = server.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients.append(client)
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(server.getsockname()[1])
    finally:
        server.close()
        for client in clients:
            client.close()


def add_floor(page: LabPage, port: int) -> None:
    """Show the bare widget in the notebook's first cell."""
    source = FLOOR.replace("PORT", str(port))
    page.page.evaluate(
        "(s) => __lab.panel().content.widgets[0].model.sharedModel.setSource(s)", source
    )
    page.run_cell(0)
    page.page.locator(".floor input").wait_for()


def measure(sender: Person, reader: Person, n: int, label: str) -> list[float]:
    """Measure milliseconds from Enter to the other screen, `n` times."""
    times = []
    for number in range(n):
        text = f"{label} {number}"
        sender.box.fill(text)
        sender.lab.page.evaluate("() => { window.__entered = 0; }")
        sender.box.press("Enter", no_wait_after=True)
        shown = reader.lab.wait_for("(text) => window.__seen[text] || false", text)
        entered = sender.lab.page.evaluate("() => window.__entered")
        times.append(float(shown) - float(entered))
    return times


def busy(people: list[Person], code: str, gate: Path) -> None:
    """Let every kernel run a cell until `gate` exists."""
    for person in people:
        script = code.format(gate=str(gate))
        person.lab.page.evaluate("(code) => void __lab.execute(code)", script)
        person.lab.wait_busy()


def measure_floor(sender: LabPage, reader: LabPage, n: int, label: str) -> list[float]:
    """Measure the same for the bare widget: an input, a thread, a relay, a line of text."""
    times = []
    for number in range(n):
        text = f"{label} {number}"
        sender.page.locator(".floor input").fill(text)
        sender.page.locator(".floor input").press("Enter", no_wait_after=True)
        shown = reader.wait_for("(text) => window.__floor[text] || false", text)
        times.append(float(shown) - float(sender.page.evaluate("() => window.__sent")))
    return times


def report(label: str, times: list[float]) -> None:
    ordered = sorted(times)
    p50 = statistics.median(ordered)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{label:<36} n={len(times)}  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  "
        f"min {ordered[0]:.1f}  max {ordered[-1]:.1f}",
        flush=True,
    )


def compare(label: str, sender: Person, reader: Person, n: int) -> None:
    """Measure ours and the floor in turn, a few messages each, under the same conditions."""
    ours: list[float] = []
    floor: list[float] = []
    while len(ours) < n:
        turn = f"{label} {len(ours)}"
        ours += measure(sender, reader, min(10, n - len(ours)), turn)
        floor += measure_floor(sender.lab, reader.lab, min(10, n - len(floor)), turn)
    report(f"{label}, edu-widgets", ours)
    report(f"{label}, floor", floor)
    print(f"{'':<36} ratio of medians {statistics.median(ours) / statistics.median(floor):.2f}")


def run(n: int) -> None:
    """Run once: idle, asleep, in a loop, each after a few messages to warm up."""
    with classroom("py101") as lesson, relay() as port:
        mira = lesson.instructor()
        ada = lesson.student("Ada")
        for person in (mira, ada):
            add_floor(person.lab, port)
            person.lab.page.evaluate(WATCH)
        measure(ada, mira, 5, "warm up")
        measure_floor(ada.lab, mira.lab, 5, "warm up")
        compare("idle", ada, mira, n)
        for label, code in (("time.sleep", SLEEP), ("a Python loop", LOOP)):
            gate = lesson.folder / label.replace(" ", "-")
            busy([mira, ada], code, gate)
            compare(f"both in {label}", ada, mira, n)
            gate.touch()
            for person in (mira, ada):
                person.lab.wait_kernel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=60)
    args = parser.parse_args()
    run(args.messages)


if __name__ == "__main__":
    main()
