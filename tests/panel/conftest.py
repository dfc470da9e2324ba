"""The tests of the panel use the same doubles as the widgets'."""

from tests.notebook.conftest import client, comms, named_bundles, no_widget_left

__all__ = ["client", "comms", "named_bundles", "no_widget_left"]
