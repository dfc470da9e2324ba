"""The manifest of a feature: everything that engines need to know about it, in one place.

A feature's `feature.py` holds its manifest and imports nothing heavy; large parts are named by
dotted names and imported at their first use. Engines read manifests
(`edu_widgets.protocol.features`) and name no feature.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.patterns import pattern

CORE = 1
"""Version of the interface `edu:core` for scripts: `CORE_VERSION` of js/src/core/index.ts."""

_NAME = pattern(r"[a-z][a-z0-9_]{0,31}\Z")
_OBJECT = pattern(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Words:
    """The texts about a feature in one language.

    Where singular and plural differ, both are given with `|` between: `{n} hand|{n} hands`.

    Args:
        title: The widget's title where the widget cannot be shown; with `{course}`.
        tab: The label of its tab.
        unread: The meaning of a count in its tab; with `{n}`.
        note: The meaning of a dot in its tab, where it may have one.
        show: The accessible label of the figure that leads to its tab.
        figures: The label behind each of its figures.
        switches: The labels of its switches.
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
        icon: The icon, named as for a tab.
        attribute: The widget's attribute that the switch sets, true or false.
    """

    icon: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Tab:
    """A feature's tab in the panel.

    Args:
        icon: The name of one of the core's icons (`js/src/core/icons.tsx`), or the path of one on a
            grid of 16.
        place: The sort position: tabs are sorted by this number, then by name.
        needs: The channel feature without which the tab is of no use; "": none.
        projected: True if a class may see the tab in projector mode.
        at_once: True to make its view together with the panel, False at its first showing.
        narrow: True to show only its icon where there is little room.
        figures: The icons of the figures that instructors see in the strip, by the figures' names.
        tones: The tones of these icons, `"ok"` or `"mark"`, by the figures' names; others are grey.
        leads: The name of the figure that leads to the tab, if one does.
        switches: The instructors' switches in the strip, by name.
    """

    icon: str
    place: int = 100
    needs: str = ""
    projected: bool = False
    at_once: bool = False
    narrow: bool = False
    figures: Mapping[str, str] = field(default_factory=dict)
    tones: Mapping[str, str] = field(default_factory=dict)
    leads: str = ""
    switches: Mapping[str, Switch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A feature.

    Args:
        name: The name; kinds of documents and types of messages begin with it, except those of the
            built-in features.
        words: Its texts, by language; English at least.
        attribute: The name in a lesson (`lesson.people`) and of the tab; "": the feature's name.
        channels: The channel features it adds, by kind of channel, with the channel table's names.
        documents: Modules that register its kinds of documents and its messages.
        service: The service's part, as `package.module:NAME`.
        widget: The class of its widget, as `package.module:Name`.
        headlines: A class that makes headlines of its documents for notifications, likewise.
        realtime: A class that tells of the feature by messages of the basic service, for
            `RealtimeClient`, given one of its channels, likewise.
        background: A callable run with each lesson from its start, given the client, likewise.
        record: A callable that gives what it has for a lesson's record, a `RecordSource`, and for
            its report if it is a `ReportSource` too, given the client, likewise.
        position: A callable that tells the number of the cell that the lesson is at, 0 if it is at
            none, given the client, likewise.
        ipython: A callable that adds to an IPython shell, as a magic, given the shell, likewise.
        statuses: A class that tells how people say they are, `edu_widgets.notebook.statuses`,
            likewise.
        asks: A class that tells what the class is asked, `edu_widgets.notebook.questions`, which is
            answered in its widget, given the client, likewise.
        late: True if its widget shows the lesson later than it happens: a `Late` of
            `edu_widgets.notebook.widget_context`.
        directory: True if its widget knows people by name: a `Directory` of
            `edu_widgets.notebook.widget_context`.
        tab: Its tab in the panel, if it has one.
        script: The widget's ES module, as `package:path`.
        extras: Names of ES modules that a page loads only where it uses them. `parts` of
            `package:board.js` is `package:board.parts.js`; the page calls it `<feature>.parts`.
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
    realtime: str = ""
    background: str = ""
    record: str = ""
    position: str = ""
    ipython: str = ""
    statuses: str = ""
    asks: str = ""
    late: bool = False
    directory: bool = False
    tab: Tab | None = None
    script: str = ""
    extras: Sequence[str] = ()
    core: int = CORE

    @property
    def is_built_in(self) -> bool:
        """True if edu-widgets itself brings the feature."""
        return self.script.startswith("edu_widgets:")

    @property
    def called(self) -> str:
        """The feature's name in a lesson and among the tabs."""
        return self.attribute or self.name

    def says(self, language: str) -> Words:
        """Return the texts in a language, or in English where it has none in that language."""
        return self.words.get(language) or self.words["en"]

    def face(self) -> dict[str, object]:
        """Return the look and texts of its tab, sent to pages once; empty without a tab."""
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
            "tones": dict(tab.tones),
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
        """Check that the manifest can be used.

        Raises:
            InvalidArgument: a field cannot be used, or the feature needs a newer core.
        """
        wrong = [text for text in (self.name, self.called) if not _NAME.match(text)]
        if wrong:
            msg = f"{wrong[0]!r:.60} cannot be a feature's name: 1 to 32 of a-z, 0-9 and '_'."
            raise InvalidArgument(msg)
        if "en" not in self.words:
            raise InvalidArgument(f"The feature {self.name} has no words in English (`en`).")
        for what in self._named():
            if what and not _OBJECT.match(what):
                msg = f"{what!r:.80} of the feature {self.name} is no 'package.module:name'."
                raise InvalidArgument(msg)
        if self.core > CORE:
            msg = (
                f"The feature {self.name} needs version {self.core} of edu:core, and this "
                f"edu-widgets has {CORE}: install a newer edu-widgets."
            )
            raise InvalidArgument(msg)

    def _named(self) -> tuple[str, ...]:
        """Return the names of the parts that are imported at their first use."""
        parts = (self.service, self.widget, self.headlines, self.realtime, self.background)
        return (*parts, self.record, self.position, self.ipython, self.statuses, self.asks)

    def register(self) -> None:
        """Import the modules that register its documents and messages."""
        for module in self.documents:
            import_module(module)


def load(name: str) -> Any:
    """Import the object that a manifest names as `package.module:name`.

    Raises:
        ImportError, AttributeError: there is no such module or object.
    """
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)
