"""Rules of progress, and the class's counts."""

from edu_widgets.progress import commands
from edu_widgets.progress.documents import Exercise, ExerciseProgress
from edu_widgets.progress.service import counting, exercises, hints, reports
from edu_widgets.progress.service.linking import link
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.service.features import Feature
from edu_widgets.service.timers import Watch

FEATURE = Feature(
    "progress",
    rules={
        commands.SET_EXERCISE.name: exercises.set_,
        commands.DELETE_EXERCISE.name: exercises.delete,
        commands.REPORT_PROGRESS.name: reports.report,
        commands.SEND_HINT.name: hints.send,
    },
    erase=hints.erase,
    link=link,
    on_tick=counting.on_tick,
    watches=(
        Watch((ExerciseProgress.kind,), staff_channel, counting.note),
        Watch((Exercise.kind,), course_channel, counting.note_exercise),
    ),
)
