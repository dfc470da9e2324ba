"""The notifications' manifest."""

from edu_widgets.protocol.manifest import Manifest, Switch, Tab, Words

FEATURE = Manifest(
    name="notifications",
    words={
        "en": Words(
            "Notifications of {course}",
            tab="Notifications",
            unread="{n} unread",
            switches={"quiet": "Do not disturb"},
        ),
        "tr": Words(
            "{course} bildirimleri",
            tab="Bildirimler",
            unread="{n} okunmamış",
            switches={"quiet": "Rahatsız etme"},
        ),
    },
    # The seed's words: `alerts` is what instructors send, `updates` one's own list and its marks.
    channels={"notifications": ("alerts", "updates")},
    documents=("edu_widgets.notifications.documents", "edu_widgets.notifications.commands"),
    service="edu_widgets.notifications.service:FEATURE",
    widget="edu_widgets.notifications.widget:NotificationPane",
    tab=Tab(
        "bell",
        place=40,
        at_once=True,
        narrow=True,
        switches={"quiet": Switch("belloff", "do_not_disturb")},
    ),
    script="edu_widgets:static/notifications.js",
)
