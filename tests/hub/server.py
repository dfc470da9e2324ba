"""Stands for a person's server of JupyterHub, without Jupyter: it enters the class, and tells how.

    GET /user/<name>/           whoever they are in the class, or why they are not in it
    GET /user/<name>/say/TEXT   says it in the chat
    GET /user/<name>/heard/TEXT tells all that was said, once this was

With `BY_ANOTHER_WAY` it enters a second time, by the address that this names.
"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import edu_widgets as edu
from tests.waiting import PATIENCE, wait_until

ADDRESS = "EDU_WIDGETS_HUB_SERVICE"


def enter() -> list[edu.Lesson] | str:
    """Enter the class with nothing but what the Hub has given this process."""
    try:
        lessons = [edu.connect().wait_connected(PATIENCE)]
        another = os.environ.get("BY_ANOTHER_WAY")
        if another:
            os.environ[ADDRESS] = another
            lessons.append(edu.connect().wait_connected(PATIENCE))
    except edu.EduWidgetsError as error:
        return f"{type(error).__name__}: {error}"
    return lessons


def told(lesson: edu.Lesson) -> list[str]:
    me = lesson.user
    return [me.user_id, me.role, lesson.status().transport]


def heard(lesson: edu.Lesson, text: str) -> list[str]:
    def all_of_it() -> list[str]:
        return [message.content for message in lesson.chat.messages]

    wait_until(lambda: text in all_of_it(), text)
    return all_of_it()


class Answers(BaseHTTPRequestHandler):
    """Answers every request, without asking for a token: only a test can reach this server."""

    lessons: list[edu.Lesson] | str

    def do_GET(self) -> None:
        path = unquote(self.path.removeprefix(os.environ["JUPYTERHUB_SERVICE_PREFIX"]))
        body = json.dumps(self._answer(*path.partition("/"))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, what: str, _: str, text: str) -> object:
        lessons = type(self).lessons
        if isinstance(lessons, str):
            return lessons
        if what == "say":
            return lessons[-1].chat.send(text).wait(PATIENCE)
        if what == "heard":
            return [heard(lesson, text) for lesson in lessons]
        return [told(lesson) for lesson in lessons]

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def main() -> None:
    Answers.lessons = enter()
    where = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    ThreadingHTTPServer((where.hostname or "", where.port or 0), Answers).serve_forever()


if __name__ == "__main__":
    main()
