"""What takes long is tried in full each night: `.github/workflows/nightly.yml`."""

import os

NIGHTLY = bool(os.environ.get("EDU_NIGHTLY"))
