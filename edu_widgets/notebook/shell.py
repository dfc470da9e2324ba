"""Extension of an IPython shell: short errors, completion of our objects, features' magics."""

from __future__ import annotations

import logging
from typing import Any

from edu_widgets.notebook import tracebacks
from edu_widgets.protocol import manifest as manifests
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.features import installed

_log = logging.getLogger(__name__)


def meet(shell: Any) -> None:
    """Extend a shell, but as to features only before its next cell.

    Reading the manifests takes a while, which an import should not.
    """
    _prepare(shell)

    def before_cell(_info: object) -> None:
        shell.events.unregister("pre_run_cell", before_cell)
        _add_features(shell)

    shell.events.register("pre_run_cell", before_cell)


def extend(shell: Any) -> None:
    """Have a shell show errors short, complete our objects, and know the features' magics."""
    _prepare(shell)
    _add_features(shell)


def _prepare(shell: Any) -> None:
    from IPython.utils.generics import complete_object  # noqa: PLC0415 - only in its shell

    tracebacks.shorten(shell)
    complete_object.register(Tidy, _names)


def _add_features(shell: Any) -> None:
    for feature in installed():
        if feature.ipython:
            try:
                manifests.load(feature.ipython)(shell)
            except Exception as error:
                if feature.is_built_in:
                    raise
                _log.warning("The feature %s adds nothing to the shell: %r", feature.name, error)


def _names(shown: Tidy, _found: list[str]) -> list[str]:
    """Return what an object says itself: IPython would add what it finds in its classes."""
    return dir(shown)
