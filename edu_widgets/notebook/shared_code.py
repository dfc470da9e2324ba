"""The browser's code as the kernel hands it out: once a kernel, however many widgets it shows.

Each file is a model without a view. A widget's trait refers to the models of what it needs, and
its loader (js/src/loader.ts) takes the text from them.
"""

from __future__ import annotations

import hashlib
import os
import sys

import ipywidgets
import traitlets

from edu_widgets.notebook import comms, inside
from edu_widgets.notebook.bundles import bundle, files_of
from edu_widgets.protocol.errors import EduWidgetsError

_VERSION = 12
"""Characters of a content's hash that tell one version of a file from another."""


class SharedCode(ipywidgets.Widget):  # type: ignore[misc]  # it has no types
    """A file of browser code; pages find it by its model's id."""

    name = traitlets.Unicode().tag(sync=True)
    version = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.version!r})"


_models: dict[tuple[int, str, str], SharedCode] = {}
"""By process (a forked child must not use its parent's), name and version."""


def reference(name: str, text: str) -> str:
    """A trait's reference to the model of this code; the model is opened if it is not open."""
    version = hashlib.sha256(text.encode()).hexdigest()[:_VERSION]
    key = (os.getpid(), name, version)
    model = _models.get(key)
    if model is None or model.comm is None or inside.is_closed(model.comm):
        if model is not None:
            model.close()  # a page has closed its comm, as with "close all widgets"
        model = _models[key] = SharedCode(name=name, version=version, text=text)
    return f"IPY_MODEL_{model.model_id}"


def send_ahead(kind: str) -> None:
    """Send a kind of widget's code before the first one is shown, which then shows sooner.

    Does nothing outside a kernel. Code that is missing is told of by the widget that needs it.
    """
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    if getattr(get_ipython(), "kernel", None) is None:
        return
    comms.keep_reading()
    try:
        for name in files_of(kind):
            reference(name, bundle(name))
    except EduWidgetsError:
        return
