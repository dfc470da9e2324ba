"""The stream's manifest."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

_SCREEN = "M2 3h12v8.5H2zM5.5 14h5M7 5.2v4.1l3.4-2z"

FEATURE = Manifest(
    name="stream",
    words={
        "en": Words("Stream of {course}", tab="Stream", note="live"),
        "tr": Words("{course} yayını", tab="Yayın", note="canlı"),
    },
    channels={"course": ("stream",)},
    documents=("edu_widgets.stream.documents", "edu_widgets.stream.commands"),
    service="edu_widgets.stream.service:FEATURE",
    widget="edu_widgets.stream.widget:LiveStream",
    headlines="edu_widgets.stream.notification_sources:Beginnings",
    tab=Tab(_SCREEN, place=27, needs="stream", projected=True, narrow=True),
    script="edu_widgets:static/stream.js",
    extras=("hls",),
    late=True,
)
