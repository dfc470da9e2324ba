"""Write docs/configuration.md anew, or check that it is up to date."""

import argparse
import sys
from pathlib import Path

from edu_widgets.configuration.page import COMMAND, FILE, page


def main() -> int:
    """Run the command; return 1 if `--check` found a difference."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, tell what differs")
    options = parser.parse_args()
    path = Path(__file__).parents[2] / FILE
    text = page()
    if path.is_file() and path.read_text("utf-8") == text:
        return 0
    if not options.check:
        path.write_text(text, "utf-8", newline="\n")
    sys.stdout.write(f"{FILE} {'is out of date' if options.check else 'written'}\n")
    return 1 if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
