"""The board, which is not offered yet, in a Python of its own that registers its documents."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT


def test_the_board_keeps_its_rules() -> None:
    command = [sys.executable, "-m", "pytest", "-n0", "-q", "-p", "no:cacheprovider", "tests/board"]
    environment = os.environ | {"EDU_WIDGETS_BOARD": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
