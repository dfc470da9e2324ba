"""The panel's manifest."""

from edu_widgets.protocol.manifest import Manifest, Words

FEATURE = Manifest(
    name="panel",
    words={"en": Words("Lesson panel of {course}"), "tr": Words("{course} ders paneli")},
    widget="edu_widgets.panel.widget:CoursePanel",
    script="edu_widgets:static/panel.js",
)
