"""The manifest of cells."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

FEATURE = Manifest(
    name="cells",
    words={
        "en": Words("Cells of {course}", tab="Cells", unread="{n} new cell|{n} new cells"),
        "tr": Words("{course} hücreleri", tab="Hücreler", unread="{n} yeni hücre"),
    },
    channels={"course": ("cells",)},
    documents=("edu_widgets.cells.documents", "edu_widgets.cells.commands"),
    service="edu_widgets.cells.service:FEATURE",
    widget="edu_widgets.cells.widget:LiveCells",
    record="edu_widgets.cells.record_source:CellsOfRecord",
    position="edu_widgets.cells.mirror:position",
    ipython="edu_widgets.cells.magic:register",
    tab=Tab("cell", place=25, needs="cells", projected=True),
    script="edu_widgets:static/cells.js",
)
