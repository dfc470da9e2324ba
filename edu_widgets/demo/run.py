"""`edu-widgets demo`: starts a service, classmates and JupyterLab, and ends them at Ctrl-C."""

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from edu_widgets import folders
from edu_widgets.client.course import CourseClient, Person
from edu_widgets.client.invites import Invite, MembershipFiles, join
from edu_widgets.client.runtime.pool import Pool
from edu_widgets.client.runtime.threads import callbacks, network, stop_threads
from edu_widgets.demo.classmates import CAST, LABEL, Classmates, Pace
from edu_widgets.demo.lab import notebooks_folder, plain_environment, running_lab
from edu_widgets.demo.lessons import DEFAULT, LESSONS, DemoLesson
from edu_widgets.demo.opinions import Opinions
from edu_widgets.polls import files
from edu_widgets.service import launch, owner
from edu_widgets.service.arguments import port

DEFAULT_PORT = 8899


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options."""
    parser.add_argument(
        "--lesson", choices=LESSONS, default=DEFAULT, help="what is taught (default: %(default)s)"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the addresses")
    parser.add_argument(
        "--port",
        type=port,
        metavar="N",
        default=DEFAULT_PORT,
        help="JupyterLab's port, or one near it if that is taken (default: %(default)s)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C; return the exit code."""
    if not _has_jupyterlab():
        sys.stderr.write(
            "The demo needs JupyterLab, which is not installed here. "
            "Install it with: pip install jupyterlab ipykernel\n"
        )
        return 1
    lesson = LESSONS[args.lesson]
    missing = [name for name in lesson.needs if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"This lesson needs {' and '.join(missing)}. "
            f"Install with: pip install {' '.join(missing)}\n"
        )
        return 1
    ended = threading.Event()
    with _ended_by_signals(ended), tempfile.TemporaryDirectory(prefix="edu-widgets-") as name:
        folder = Path(name)
        os.environ[folders.VARIABLE] = str(folder / "edu-widgets")
        with contextlib.ExitStack() as stack:
            stack.callback(stop_threads)
            _say("Starting the class …")
            info = stack.enter_context(_service(lesson.course))
            invite = Invite(info.url, lesson.course, info.invite)
            classmates = enter(invite, lesson)
            stack.callback(classmates.stop)
            classmates.start()
            environment = {**plain_environment(), "EDU_WIDGETS_INVITE": str(invite)}
            lab = stack.enter_context(running_lab(folder, args.port, environment))
            from edu_widgets.demo.rehearse import rehearse  # noqa: PLC0415 - needs JupyterLab

            for notebook in (lesson.instructor, lesson.student):
                kernel = lab.start_kernel(notebook)
                rehearse(lab.folder / notebook, lab.connection_file(kernel), lab.data_dir)
            lab.lay_out(lesson.instructor, lesson.student)
            _say(f"JupyterLab:  {lab.url}")
            _say(f"Service:     {info.url}")
            _say(f"Invite:      {invite}")
            _say("Ctrl-C ends everything.")
            if not args.no_browser:
                webbrowser.open(lab.url)
            ended.wait()
            _say("\nEnding the class …")
    return 0


@contextlib.contextmanager
def _service(course: str) -> Iterator[owner.ServiceInfo]:
    """Run the embedded service for the time of the demo."""
    folder = folders.service_folder(course)
    info = launch.start(course, folder, watch_pid=os.getpid())
    try:
        yield info
    finally:
        launch.stop(info)


def enter(invite: Invite, lesson: DemoLesson, pace: Pace | None = None) -> Classmates:
    """Make simulated classmates, who enter by the invite as other people do."""
    thread = network()
    pool = Pool(thread)
    people = MembershipFiles(folders.people_folder())
    members = []
    for first_name in CAST:
        member, target = join(invite, f"{first_name} {LABEL}", people)
        client = CourseClient(
            invite.course,
            target,
            Person(member.user_id, member.name, member.role),
            pool,
            thread,
            callbacks(),
        )
        client.start()
        members.append(client)
    for client in members:
        client.wait_connected()
    known = (
        files.load(notebooks_folder() / "questions" / lesson.questions) if lesson.questions else []
    )
    rng = random.Random()  # noqa: S311 - not used for secrets
    return Classmates(members, lesson, Opinions(known, rng), rng, pace)


@contextlib.contextmanager
def _ended_by_signals(ended: threading.Event) -> Iterator[None]:
    """Set `ended` at Ctrl-C or SIGTERM; a second one raises `KeyboardInterrupt`."""

    def end(signum: int, frame: FrameType | None) -> None:
        del frame
        if ended.is_set():
            raise KeyboardInterrupt(signum)
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_jupyterlab() -> bool:
    return find_spec("jupyterlab") is not None


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
