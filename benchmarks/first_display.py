"""From running a cell whose last line is `lesson.chat` to a chat one can write in.

    python -m benchmarks.first_display [--rounds 6]

Each time is that of a fresh kernel and page in a real JupyterLab. Two ways alternate in one run:
the widget's code is sent when the lesson is entered, as it is, or only with the first widget.
"""

import argparse
import statistics

from tests.lab.classroom import SETUP, Class, classroom

WAYS = {
    "code sent on entering": "",
    "code sent with the widget": (
        "import edu_widgets.notebook.shared_code as code\ncode.send_ahead = lambda kind: None\n"
    ),
}
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


def once(place: Class, before: str) -> float:
    """Measure milliseconds in a new notebook whose first cell runs `before` and enters."""
    setup = SETUP.format(folder=str(place.folder))
    lab = place.open_notebook([setup + before + ENTER, "lesson.chat"], None)
    try:
        lab.run_cell(0)
        lab.breathe()
        return float(lab.page.evaluate(SHOW))
    finally:
        lab.close()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=6)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    with classroom("py101") as place:
        for turn in range(rounds):
            for way in list(WAYS)[:: 1 if turn % 2 else -1]:
                times[way].append(once(place, WAYS[way]))
    for way, found in times.items():
        middle, low, high = statistics.median(found), min(found), max(found)
        print(f"{way:28} n={len(found):2}  median {middle:4.0f} ms  ({low:.0f}-{high:.0f})")


if __name__ == "__main__":
    main()
