"""Causes that a lesson's status and `edu-widgets doctor` name alike, a sentence each."""

from edu_widgets.client.view import ClientNumbers

CLOCK_OFF = 30.0
"""Seconds that two clocks may differ before it is worth a word."""

NO_SUBSHELLS = (
    "This kernel has no subshells: what is typed on the page waits until the running cell has "
    "ended; what others write arrives all the same."
)
GET_SUBSHELLS = "ipykernel 7 with JupyterLab 4.4 or newer has them; then restart the kernel."
SET_CLOCK = (
    "Let this computer set its clock by itself. Lessons go by the service's time; tokens of a "
    "platform and certificates go by this clock."
)
_INSTEAD = {"event stream": "the event stream", "long poll": "long polls"}


def clock_off(ahead: float) -> str:
    """Return a sentence on a clock that is wrong; "" for one that is right.

    Args:
        ahead: Seconds that the service's clock is ahead of this computer's.
    """
    if abs(ahead) < CLOCK_OFF:
        return ""
    return (
        f"This computer's clock is {_long(abs(ahead))} {'behind' if ahead > 0 else 'ahead of'} "
        "the service's."
    )


def instead(transport: str, why_not: str) -> str:
    """Return a sentence on what a lesson runs over in place of a WebSocket; "" if over one."""
    named = _INSTEAD.get(transport)
    if named is None:
        return ""
    return f"{why_not or 'No WebSocket gets through.'} The lesson runs over {named} instead."


def causes(numbers: ClientNumbers, *, subshells: bool) -> list[str]:
    """Return what a lesson's status says beside its state: the network's, clock's and kernel's.

    Args:
        numbers: The connection's.
        subshells: False in a kernel without them.
    """
    live = numbers.state == "live"
    told = [instead(numbers.transport, numbers.why_not) if live else "", clock_off(numbers.ahead)]
    return [sentence for sentence in (*told, "" if subshells else NO_SUBSHELLS) if sentence]


def _long(seconds: float) -> str:
    for size, one in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            number = round(seconds / size)
            return f"{number} {one}{'' if number == 1 else 's'}"
    return f"{seconds:.0f} seconds"
