"""Handlers of pages' intents about the people who share a kernel."""

from __future__ import annotations

from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.viewers.company import Company
from edu_widgets.protocol.channels import person_name
from edu_widgets.protocol.errors import Forbidden


class ViewerIntents:
    """Handles what the pages of one widget ask about viewers."""

    def __init__(self, company: Company) -> None:
        self._company = company

    @on_intent("viewer.name")
    def _name(self, intent: Intent) -> None:
        name = person_name(intent.text("name"))
        self._company.name(self._session(intent), name)

    @on_intent("viewer.deny")
    def _deny(self, intent: Intent) -> None:
        self._company.deny(self._session(intent))

    @on_intent("viewer.link")
    def _link(self, intent: Intent) -> None:
        self._company.link(self._session(intent), intent.text("code"))

    @on_intent("viewer.same")
    def _tell_apart(self, intent: Intent) -> None:
        self._company.same(self._session(intent), intent.text("id"), same=intent.switch())

    @on_intent("viewer.remove")
    def _remove(self, intent: Intent) -> None:
        if not self._company.is_owner(self._session(intent)):
            raise Forbidden("Only whose notebook it is decides who takes part through it.")
        self._company.remove(intent.text("id"))

    def _session(self, intent: Intent) -> str:
        return self._company.session(intent.page)
