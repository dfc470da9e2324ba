"""Arguments of commands: numbers with their ranges, and errors in one sentence."""

import argparse
import math
import sys
from collections.abc import Callable
from typing import NoReturn

from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument

WRONG_ARGUMENT = 2
FAILED = 1
INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """A parser that reports a wrong argument in one sentence."""

    def error(self, message: str) -> NoReturn:
        """Print the error and exit with code 2."""
        sys.stderr.write(f"{self.prog}: {message.rstrip('.')}. {self.prog} --help tells more.\n")
        sys.exit(WRONG_ARGUMENT)


def told(work: Callable[[], int]) -> int:
    """Run a command and return its exit code; an error is printed as one sentence.

    The exit code is 2 for an argument that cannot be used, 1 for other errors of ours, 130 for an
    interrupt.
    """
    try:
        return work()
    except EduWidgetsError as error:
        sys.stderr.write(f"edu-widgets: {error}\n")
        return WRONG_ARGUMENT if isinstance(error, InvalidArgument) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def port(text: str) -> int:
    """Parse a port; 0 stands for any free one."""
    return _whole(text, 0, 65535, "a port is a whole number from 1 to 65535, or 0 for a free one")


def pid(text: str) -> int:
    """Parse the id of a process."""
    return _whole(text, 1, 2**31 - 1, "a process has a whole number of 1 or more")


def seconds(text: str) -> float:
    """Parse a duration in seconds."""
    return _number(text, 10 * 365 * 86_400, "seconds are a number of 0 or more")


def hours(text: str) -> float:
    """Parse a duration in hours."""
    return _number(text, 10 * 365 * 24, "hours are a number from 0 to 87600")


def days(text: str) -> float:
    """Parse a duration in days."""
    return _number(text, 36_500, "days are a number from 0 to 36500")


def _whole(text: str, least: int, most: int, said: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{said}, not {text!r:.80}")
    return number


def _number(text: str, most: float, said: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= most:
        raise argparse.ArgumentTypeError(f"{said}, not {text!r:.80}")
    return number
