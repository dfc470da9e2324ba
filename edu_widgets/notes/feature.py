"""The notes' manifest."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

FEATURE = Manifest(
    name="notes",
    words={
        "en": Words("Notes of {course}", tab="Notes", unread="{n} new"),
        "tr": Words("{course} notları", tab="Notlar", unread="{n} yeni"),
    },
    # The seed's word, which it has in its lessons' channels.
    channels={"course": ("notes_sharing",), "lesson": ("notes_sharing",)},
    documents=("edu_widgets.notes.documents", "edu_widgets.notes.commands"),
    service="edu_widgets.notes.service:FEATURE",
    widget="edu_widgets.notes.widget:SharedNotes",
    record="edu_widgets.notes.record_source:NotesOfRecord",
    tab=Tab(
        "M3.5 2.5h9v8l-3 3h-6zM9.5 13.5v-3h3M5.8 5.5h4.4M5.8 8h3",
        place=35,
        needs="notes_sharing",
        projected=True,
        narrow=True,
    ),
    script="edu_widgets:static/notes.js",
)
