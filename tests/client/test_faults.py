"""Nothing is lost, whatever goes wrong: by each way, with a seed that a failure names."""

from __future__ import annotations

import os
import random
from pathlib import Path

from tests.client.fault_run import KILLS, LINES, Run

SEED = "EDU_WIDGETS_FAULTS_SEED"
"""The variable with the seed of a run that is to be repeated."""

MESSAGES = 10_000


def test_nothing_is_lost_and_everybody_ends_equal(tmp_path: Path) -> None:
    seed = int(os.environ.get(SEED) or random.randrange(1_000_000))
    with Run(tmp_path, seed, MESSAGES) as run:
        outcome = run.play()
    assert not outcome.wrong, f"{SEED}={seed}: {outcome}"
    # A kernel may be killed before a message is on its disk, or before it has noted an answer.
    assert MESSAGES * 0.95 < outcome.acked <= outcome.kept <= outcome.written >= MESSAGES
    assert set(outcome.faults) == {*LINES, *KILLS}
