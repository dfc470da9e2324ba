"""A class behind a double of JupyterHub, in a thread of this process, as kernels reach it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from edu_widgets.service import addresses
from edu_widgets.service.jupyterhub.groups import Access, GroupRule
from tests.client.real_service import RealService

from .double import Hub, token

PREFIX = "/services/class"
TEACHERS = (GroupRule("teachers"),)


class HubClass(RealService):
    """The service of a class, below its path on the Hub."""

    def __init__(
        self, folder: Path, hub: Hub, courses: Sequence[str] = ("py101",), **more: Any
    ) -> None:
        address = replace(addresses.address(None), path=PREFIX)
        access = Access("class", courses, TEACHERS)
        own = {"address": address, "courses": tuple(courses), "jupyterhub": (hub, access)}
        super().__init__(folder, **(own | more))

    def environment(self, name: str, port: int | None = None) -> dict[str, str]:
        """The variables of somebody's server, as far as they count here."""
        return {
            "JUPYTERHUB_API_TOKEN": token(name),
            "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_USER": name,
            "EDU_WIDGETS_HUB_SERVICE": f"http://127.0.0.1:{port or self.port}{PREFIX}",
        }
