"""Long tests, tried in full each night: `.github/workflows/nightly.yml`."""

import os

NIGHTLY = bool(os.environ.get("EDU_NIGHTLY"))


def examples(number: int) -> int:
    """The number of a property's examples: all of them at night, a third by day."""
    return number if NIGHTLY else max(number // 3, 20)
