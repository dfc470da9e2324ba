"""From running a cell whose last line is `lesson.chat` to a chat one can write in.

    python -m benchmarks.first_display [--rounds 6]

Each time is that of a fresh kernel and page in a real JupyterLab.
"""

import argparse
import statistics

from tests.lab.classroom import SETUP, Class, classroom

ENTER = "lesson = edu.host('py101', name='Mira').wait_connected()\n"

SHOW = """async () => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
  const start = performance.now();
  const found = new Promise((done) => {
    const look = () => {
      const hosts = [...document.querySelectorAll("*")];
      const shown = hosts.some((host) => host.shadowRoot?.querySelector(".edu.chat textarea"));
      if (shown) done(performance.now() - start);
      else setTimeout(look, 4);
    };
    look();
  });
  jupyterapp.commands.execute("notebook:run-cell");
  return await found;
}"""


def once(place: Class) -> float:
    """Measure milliseconds in a new notebook whose first cell enters."""
    setup = SETUP.format(folder=str(place.folder))
    lab = place.open_notebook([setup + ENTER, "lesson.chat"], None)
    try:
        lab.run_cell(0)
        lab.breathe()
        return float(lab.page.evaluate(SHOW))
    finally:
        lab.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    rounds = parser.parse_args().rounds
    with classroom("py101") as place:
        times = [once(place) for _ in range(rounds)]
    middle, low, high = statistics.median(times), min(times), max(times)
    print(f"n={len(times):2}  median {middle:4.0f} ms  ({low:.0f}-{high:.0f})")


if __name__ == "__main__":
    main()
