"""The polls' manifest."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

FEATURE = Manifest(
    name="polls",
    words={
        "en": Words("Polls of {course}", tab="Polls", unread="{n} to vote in"),
        "tr": Words("{course} anketleri", tab="Anketler", unread="oy bekleyen {n}"),
    },
    channels={"course": ("polls",), "staff": ("polls",)},
    documents=("edu_widgets.polls.documents", "edu_widgets.polls.commands"),
    service="edu_widgets.polls.service:FEATURE",
    widget="edu_widgets.polls.widget:LivePolls",
    headlines="edu_widgets.polls.notification_sources:Openings",
    asks="edu_widgets.polls.asked:AskedPolls",
    ipython="edu_widgets.polls.magic:register",
    record="edu_widgets.polls.record_source:PollsOfRecord",
    tab=Tab("poll", place=20, needs="polls", projected=True),
    script="edu_widgets:static/polls.js",
    extras=("form",),
)
