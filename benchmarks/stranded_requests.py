"""Requests that a kernel of ipykernel 7.0 to 7.3 does not see, and the remedy for it.

Two clients ask a kernel; the second's request comes about when the first's is answered. A request
that has no answer after two seconds, and has it at once when one more comes, was stranded. See
`edu_widgets.notebook.comms`.

    python -m benchmarks.stranded_requests --kernel ipykernel-7.3 --rounds 500
"""

from __future__ import annotations

import argparse

from tests.lab.harness import KERNELS
from tests.shell_requests import client_of, run, running_kernel, stranded

_PATIENCE = 2.0
_REMEDY = "from edu_widgets.notebook import comms; comms.keep_reading()"


def measure(name: str, rounds: int, *, remedy: bool) -> int:
    """Return the number of stranded requests, with two requests a round."""
    with running_kernel(name) as kernel, client_of(kernel) as first, client_of(kernel) as second:
        if remedy:
            run(first, _REMEDY)
        return stranded(first, second, rounds, _PATIENCE)


def main() -> None:
    """Print the figures of each kernel, without the remedy and with it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", action="append", choices=list(KERNELS))
    parser.add_argument("--rounds", type=int, default=500)
    options = parser.parse_args()
    for name in options.kernel or KERNELS:
        for remedy in (False, True):
            found = measure(name, options.rounds, remedy=remedy)
            how = "with the remedy" if remedy else "as it is"
            asked = 2 * options.rounds
            print(f"{name:14} {how:15} {found:3} of {asked:,} requests stranded", flush=True)


if __name__ == "__main__":
    main()
