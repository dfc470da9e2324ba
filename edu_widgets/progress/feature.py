"""The manifest of progress."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

_STEPS = "M2.5 4.2h11M2.5 4.2h6M2.5 8h11M2.5 11.8h11M5.5 2.7v3M10.5 6.5v3M7 10.3v3"

FEATURE = Manifest(
    name="progress",
    words={
        "en": Words(
            "Progress of {course}",
            tab="Progress",
            unread="{n} new hint|{n} new hints",
        ),
        "tr": Words(
            "{course} dersinde ilerleme",
            tab="İlerleme",
            unread="{n} yeni ipucu",
        ),
    },
    channels={"course": ("progress",)},
    documents=("edu_widgets.progress.documents", "edu_widgets.progress.commands"),
    service="edu_widgets.progress.service:FEATURE",
    widget="edu_widgets.progress.widget:ProgressBoard",
    realtime="edu_widgets.progress.realtime:ProgressMessages",
    record="edu_widgets.progress.record_source:ProgressOfRecord",
    headlines="edu_widgets.progress.notification_sources:Hints",
    ipython="edu_widgets.progress.magic:register",
    tab=Tab(_STEPS, place=32, needs="progress", projected=True),
    script="edu_widgets:static/progress.js",
)
