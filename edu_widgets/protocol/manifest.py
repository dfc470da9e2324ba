"""The manifest of a feature: everything that engines need to know of it, in one place.

A feature's `feature.py` holds one and imports nothing heavy; what is large is named by dotted names
and imported once it is needed. Engines read manifests (`edu_widgets.protocol.features`) and name no
feature.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from edu_widgets.protocol.errors import InvalidArgument

CORE = 1
"""The version of what `edu:core` offers to scripts: `CORE_VERSION` of js/src/core/index.ts."""

LANGUAGES = ("en", "tr")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}\Z")
_OBJECT = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a feature in one language.

    Where one and many differ, both are given with `|` between: `{n} hand|{n} hands`.

    Args:
        title: What its widget is called where it cannot be shown; with `{course}`.
        tab: The label of its tab.
        unread: What a count in its tab stands for; with `{n}`.
        note: What a dot in its tab stands for, where it may have one.
        show: What the figure that leads to its tab says to who does not see where it leads.
        figures: What stands behind each of its figures.
        switches: What its switches are called.
    """

    title: str
    tab: str = ""
    unread: str = "{n}"
    note: str = ""
    show: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch in the instructor's strip; all are on while a class sees the panel.

    Args:
        icon: As a tab's.
        attribute: The attribute of the widget that it turns, true or false.
    """

    icon: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A feature's tab in the panel.

    Args:
        icon: The name of one of the core's icons (`js/src/core/icons.tsx`), or the path of one on a
            grid of 16.
        place: Where it stands: tabs are sorted by this number, and then by name.
        needs: What the course's channel has to offer for the tab to be of use; "": nothing.
        projected: Whether a class may see it in projector mode.
        at_once: Whether its view is made with the panel, not when it is first looked at.
        narrow: Whether only its icon is shown where there is little room.
        figures: The icons of what instructors see of it in the strip, by the figures' names.
        leads: The name of the figure that leads to the tab, if one does.
        switches: What instructors can switch in the strip, by the switches' names.
    """

    icon: str
    place: int = 100
    needs: str = ""
    projected: bool = False
    at_once: bool = False
    narrow: bool = False
    figures: Mapping[str, str] = field(default_factory=dict)
    leads: str = ""
    switches: Mapping[str, Switch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A feature.

    Args:
        name: Its name; kinds of documents and types of messages begin with it, but for those of the
            built-in features.
        words: What is said of it, by language; English at least.
        attribute: What it is called in a lesson (`lesson.people`) and as a tab; "": its name.
        channels: What each kind of channel offers through it, by the channel table's names.
        documents: Modules that register its kinds of documents and its messages.
        service: The service's part, as `package.module:NAME`.
        widget: The class of its widget, as `package.module:Name`.
        headlines: A class that makes headlines of its documents for notifications, likewise.
        background: What runs beside each lesson from its start, called with the client, likewise.
        tab: Its tab in the panel, if it has one.
        script: The widget's ES module, as `package:path`.
        core: The version of `edu:core` that the script needs.
    """

    name: str
    words: Mapping[str, Words]
    attribute: str = ""
    channels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    documents: Sequence[str] = ()
    service: str = ""
    widget: str = ""
    headlines: str = ""
    background: str = ""
    tab: Tab | None = None
    script: str = ""
    core: int = CORE

    @property
    def is_built_in(self) -> bool:
        """Whether edu-widgets itself brings it."""
        return self.script.startswith("edu_widgets:")

    @property
    def called(self) -> str:
        """Its name in a lesson and among the tabs."""
        return self.attribute or self.name

    def says(self, language: str) -> Words:
        """What is said of it in a language; in English where it has no words of that one."""
        return self.words.get(language) or self.words["en"]

    def face(self) -> dict[str, object]:
        """What pages are told once of its tab: its looks and its words; empty without a tab."""
        tab = self.tab
        if tab is None:
            return {}
        return {
            "icon": tab.icon,
            "needs": tab.needs,
            "projected": tab.projected,
            "atOnce": tab.at_once,
            "narrow": tab.narrow,
            "figures": dict(tab.figures),
            "leads": tab.leads,
            "switches": {name: switch.icon for name, switch in tab.switches.items()},
            "words": {
                language: {
                    "tab": words.tab,
                    "unread": words.unread,
                    "note": words.note,
                    "show": words.show,
                    "figures": dict(words.figures),
                    "switches": dict(words.switches),
                }
                for language, words in self.words.items()
            },
        }

    def check(self) -> None:
        """See that it can be used.

        Raises:
            InvalidArgument: a field cannot be used, or it needs a newer core; the message says so.
        """
        wrong = [text for text in (self.name, self.called) if not _NAME.match(text)]
        if wrong:
            msg = f"{wrong[0]!r:.60} cannot be a feature's name: 1 to 32 of a-z, 0-9 and '_'."
            raise InvalidArgument(msg)
        if "en" not in self.words:
            raise InvalidArgument(f"The feature {self.name} has no words in English (`en`).")
        for what in (self.service, self.widget, self.headlines, self.background):
            if what and not _OBJECT.match(what):
                msg = f"{what!r:.80} of the feature {self.name} is no 'package.module:name'."
                raise InvalidArgument(msg)
        if self.core > CORE:
            msg = (
                f"The feature {self.name} needs version {self.core} of edu:core, and this "
                f"edu-widgets has {CORE}: install a newer edu-widgets."
            )
            raise InvalidArgument(msg)

    def register(self) -> None:
        """Import the modules that register its documents and messages."""
        for module in self.documents:
            import_module(module)


def load(name: str) -> Any:
    """What a manifest names as `package.module:name`.

    Raises:
        ImportError, AttributeError: there is no such thing.
    """
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
