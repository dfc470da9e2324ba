"""The board's manifest."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

FEATURE = Manifest(
    name="board",
    words={
        "en": Words("Board of {course}", tab="Board"),
        "tr": Words("{course} tahtası", tab="Tahta"),
    },
    channels={"course": ("board",)},
    documents=("edu_widgets.board.documents", "edu_widgets.board.commands"),
    service="edu_widgets.board.service:FEATURE",
    widget="edu_widgets.board.widget:SharedBoard",
    tab=Tab(
        "M2.5 3h11v8h-11zM8 11v2.5M5 13.5h6M5 8.2c1.5-3 2.6-3 3 0s1.5 1 3-1.6",
        place=22,
        needs="board",
        projected=True,
        narrow=True,
    ),
    script="edu_widgets:static/board.js",
)
