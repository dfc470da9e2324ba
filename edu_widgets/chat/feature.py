"""The course chat's manifest."""

from edu_widgets.protocol.manifest import Manifest, Tab, Words

FEATURE = Manifest(
    name="chat",
    words={
        "en": Words("Course chat of {course}", tab="Chat", unread="{n} unread"),
        "tr": Words("{course} ders sohbeti", tab="Sohbet", unread="{n} okunmamış"),
    },
    channels={
        "course": ("chat", "reactions", "questions", "pictures"),
        "lesson": ("chat", "questions", "pictures"),
        "staff": ("chat", "reactions", "pictures"),
    },
    documents=("edu_widgets.chat.documents", "edu_widgets.chat.commands"),
    service="edu_widgets.chat.service:FEATURE",
    widget="edu_widgets.chat.widget:CourseChat",
    headlines="edu_widgets.chat.notification_sources:Mentions",
    record="edu_widgets.chat.record_source:MessagesOfRecord",
    tab=Tab("chat", place=10, needs="chat"),
    script="edu_widgets:static/chat.js",
    extras=("picker", "questions"),
)
