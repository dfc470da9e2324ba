"""Checks of an exercise: read from a block of code, and run in the kernel of whoever runs them."""

from __future__ import annotations

import _thread
import ast
import contextlib
import linecache
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, TracebackType
from typing import Any

from edu_widgets.progress.disclosure import message_of, type_of
from edu_widgets.protocol.errors import InvalidArgument

SECONDS = 10.0
"""Seconds that one check may run."""

AGAIN = 1.0
"""Seconds after which one that has caught its interrupt is interrupted again."""

_UNDER_WAY = 0.05
_MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Check:
    """One check: a name, and its code as it stands in the block."""

    name: str
    code: str
    tree: ast.stmt
    asked: bool
    """True if it is an expression that has to be true."""


@dataclass(slots=True)
class Result:
    """The outcome of a check: `passed`, `failed`, `stopped` after its time, or `not run`.

    `type` and `message` are what may be told of its error.
    """

    name: str
    state: str = "not run"
    error: BaseException | None = None
    type: str = ""
    message: str = ""


class NotTrueError(AssertionError):
    """The expression of a check is false."""


def parsed(code: str, where: str = "") -> list[Check]:
    """Return the checks of a block: each statement is one.

    `name: expression` is an expression with a name, which has to be true; so does an expression
    that is no call.

    Raises:
        InvalidArgument: it is no Python, or there is nothing in it.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        at = f", line {line}" if line else ""
        told = getattr(error, "msg", None) or "it cannot be read"
        raise InvalidArgument(f"{where}The checks are no Python{at}: {told}.") from None
    found = [_check(statement, code) for statement in tree.body]
    if not found:
        raise InvalidArgument(f"{where}There is no check in it: each statement is one.")
    return found


def _check(statement: ast.stmt, code: str) -> Check:
    source = ast.get_source_segment(code, statement) or ast.unparse(statement)
    match statement:
        case ast.AnnAssign(ast.Name(id_), annotation, None):
            name = id_.replace("_", " ").strip() or id_
            asked = ast.copy_location(ast.Expr(annotation), statement)
            return Check(name[:_MAX_NAME], source, asked, asked=True)
    if isinstance(statement, ast.Expr):
        asked_for = not isinstance(statement.value, ast.Call | ast.Constant | ast.Await)
        return Check(_first_line(source), source, statement, asked_for)
    said = statement.msg if isinstance(statement, ast.Assert) else None
    if isinstance(said, ast.Constant) and isinstance(said.value, str) and said.value.strip():
        return Check(" ".join(said.value.split())[:_MAX_NAME], source, statement, asked=False)
    return Check(_first_line(source), source, statement, asked=False)


def _first_line(source: str) -> str:
    line, _, more = source.strip().partition("\n")
    line = line.strip()
    return f"{line[: _MAX_NAME - 1]}…" if more or len(line) > _MAX_NAME else line


def run(
    checks: Sequence[Check],
    namespace: Mapping[str, Any],
    *,
    exercise: str = "",
    code: str = "",
    published: frozenset[str] = frozenset(),
    seconds: float = SECONDS,
) -> list[Result]:
    """Run checks one after the other in a copy of a namespace; return what each came to.

    Names that a check sets are not set outside; objects that it changes are changed. A check that
    runs for longer than `seconds` is interrupted, and those after it are not run. In another
    thread than the main one nothing can be interrupted.

    Args:
        checks: The checks.
        namespace: The names they see.
        exercise: The exercise's name, for tracebacks.
        code: The block they stand in, for tracebacks.
        published: Words that may be told of an error's message.
        seconds: The time that each check has.
    """
    names = dict(namespace)
    file = f"<check {exercise}>"
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    results = [Result(check.name) for check in checks]
    with _interruptible() as limited:
        for check, result in zip(checks, results, strict=True):
            _run_one(check, result, names, file, published, seconds if limited else None)
            if result.state == "stopped":
                break
    return results


def _run_one(
    check: Check,
    result: Result,
    names: dict[str, Any],
    file: str,
    published: frozenset[str],
    seconds: float | None,
) -> None:
    limit = _Limit(seconds)
    try:
        try:
            limit.begin()
            if _outcome(check, names, file) is False:
                raise NotTrueError  # noqa: TRY301 - as an assertion in the check would
        except BaseException as error:  # noqa: BLE001 - any of them fails the check
            result.error = error
            if not limit.over:
                result.type = (
                    "AssertionError" if isinstance(error, NotTrueError) else type_of(error)
                )
                result.message = message_of(error, published)
        finally:
            limit.end()
    except KeyboardInterrupt as error:  # it came between the check's end and that of its time
        limit.end()
        result.error = result.error or error
    if limit.over or isinstance(result.error, KeyboardInterrupt):
        result.state, result.type, result.message = "stopped", "", ""
    else:
        result.state = "passed" if result.error is None else "failed"


def _outcome(check: Check, names: dict[str, Any], file: str) -> bool:
    """Run a check; return False if it asks for something that is not so."""
    if not check.asked or not isinstance(check.tree, ast.Expr):
        exec(_compiled(ast.Module([check.tree], []), file, "exec"), names)  # noqa: S102 - its purpose
        return True
    value = eval(_compiled(ast.Expression(check.tree.value), file, "eval"), names)  # noqa: S307
    return bool(value)


def _compiled(tree: Any, file: str, mode: str) -> CodeType:
    code: CodeType = compile(ast.fix_missing_locations(tree), file, mode, dont_inherit=True)
    return code


def own_frames(error: BaseException) -> TracebackType | None:
    """Return an exception's traceback from the check's first line on."""
    found = error.__traceback__
    while found is not None and not found.tb_frame.f_code.co_filename.startswith("<check "):
        found = found.tb_next
    return found


@contextlib.contextmanager
def _interruptible() -> Iterator[bool]:
    """Let SIGINT raise KeyboardInterrupt; False where it cannot reach this thread."""
    if threading.current_thread() is not threading.main_thread():
        yield False
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield True
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


def _interrupt() -> None:
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


class _Limit:
    """Interrupts the main thread after some seconds, again and again until it has ended."""

    def __init__(self, seconds: float | None, interrupt: Callable[[], None] = _interrupt) -> None:
        self._seconds = seconds
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.over = False
        """True once the time was over before the end."""

    def begin(self) -> None:
        """Begin to count the time."""
        if self._seconds is not None:
            threading.Thread(target=self._watch, name="edu-widgets check", daemon=True).start()

    def _watch(self) -> None:
        wait = self._seconds
        while not self._ended.wait(wait):
            with self._lock:
                if self._ended.is_set():
                    return
                self.over = True
                self._interrupt()
            wait = AGAIN

    def end(self) -> None:
        """End it: afterwards no interrupt comes any more."""
        while not self._ended.is_set():
            with contextlib.suppress(KeyboardInterrupt), self._lock:
                self._ended.set()
        if self.over:  # the last one may be under way still
            with contextlib.suppress(KeyboardInterrupt):
                time.sleep(_UNDER_WAY)
