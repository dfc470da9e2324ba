"""The stream, which is not offered yet, in a Python of its own that registers its documents."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT


def test_the_stream_keeps_its_rules() -> None:
    options = ["-n0", "-q", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, "tests/stream"]
    environment = os.environ | {"EDU_WIDGETS_STREAM": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
