"""The manifest of presence."""

from edu_widgets.protocol.manifest import Manifest, Switch, Tab, Words

_USERS = (
    "M8.4 5.4a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 0 1 4.8 0M1.8 13c.3-2.4 2-3.8 4.2-3.8s3.9 1.4 4.2 3.8"
    "M10.4 3.2a2.4 2.4 0 0 1 0 4.4M12 9.7c1.3.5 2.1 1.7 2.3 3.3"
)

FEATURE = Manifest(
    name="presence",
    attribute="people",
    words={
        "en": Words(
            "People of {course}",
            tab="People",
            unread="{n} hand waiting|{n} hands waiting",
            note="help is coming",
            show="show people",
            figures={"done": "done", "stuck": "stuck", "away": "away", "hands": "hand|hands"},
            switches={"hide_names": "Hide names"},
        ),
        "tr": Words(
            "{course} dersindeki kişiler",
            tab="Kişiler",
            unread="bekleyen {n} el",
            note="yardım geliyor",
            show="kişileri göster",
            figures={"done": "bitirdi", "stuck": "takıldı", "away": "uzakta", "hands": "el"},
            switches={"hide_names": "Adları gizle"},
        ),
    },
    channels={"course": ("presence",)},
    documents=("edu_widgets.presence.documents", "edu_widgets.presence.commands"),
    service="edu_widgets.presence.service:FEATURE",
    widget="edu_widgets.presence.widget:PresenceList",
    realtime="edu_widgets.presence.realtime:PeopleMessages",
    record="edu_widgets.presence.record_source:AttendanceOfRecord",
    background="edu_widgets.presence.away:AwayReporter",
    statuses="edu_widgets.presence.said:Said",
    directory=True,
    tab=Tab(
        _USERS,
        place=30,
        needs="presence",
        projected=True,
        figures={"done": "done", "stuck": "stuck", "away": "clock", "hands": "hand"},
        tones={"done": "ok", "stuck": "mark"},
        leads="hands",
        switches={"hide_names": Switch("hide", "hide_names")},
    ),
    script="edu_widgets:static/presence.js",
)
