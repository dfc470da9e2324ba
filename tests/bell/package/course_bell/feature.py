"""The bell's manifest."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

FEATURE = Manifest(
    name="bell",
    words={
        "en": Words("Bell of {course}", tab="Bell", unread="{n} ring|{n} rings"),
        "tr": Words("{course} dersinin zili", tab="Zil", unread="{n} çalış"),
    },
    channels={"course": ("bell",)},
    documents=("course_bell.documents",),
    service="course_bell.service:FEATURE",
    widget="course_bell.widget:Bell",
    tab=Tab("bell", needs="bell"),
    script="course_bell:bell.js",
)
