"""A kernel that answers one request sees the next: see `comms.keep_reading`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.nightly import NIGHTLY
from tests.shell_requests import client_of, run, running_kernel, stranded

# As they are, these leave about one of thirty such requests unseen.
AFFECTED = ["ipykernel-7.0", "ipykernel-7.3"] if NIGHTLY else ["ipykernel-7.0"]


@pytest.mark.parametrize("name", AFFECTED)
def test_no_request_is_stranded_once_a_lesson_is_entered(name: str, bundles: Path) -> None:
    del bundles
    with running_kernel(name) as kernel, client_of(kernel) as first, client_of(kernel) as second:
        run(first, "from edu_widgets.notebook.comms import keep_reading; keep_reading()")
        assert stranded(first, second, rounds=300, patience=20.0) == 0
