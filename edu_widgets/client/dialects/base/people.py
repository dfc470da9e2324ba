"""Who is here, and what people are called, as far as a base service has told."""

MAX_NAMES = 50
"""Names that are told; none in a room of more than `MAX_NAMED` people."""

MAX_NAMED = 200
_MAX_KNOWN = 5_000


class Names:
    """Display names by user id, as messages and greetings tell them."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def learn(self, user_id: str, user_name: str) -> None:
        """Someone goes by this name; an id is none."""
        if not user_name or user_name == user_id:
            return
        if len(self._names) >= _MAX_KNOWN and user_id not in self._names:
            del self._names[next(iter(self._names))]
        self._names[user_id] = user_name

    def of(self, user_id: str) -> str:
        """What someone is called; empty if nobody said."""
        return self._names.get(user_id, "")


class PeopleHere:
    """Who is in one channel. Nothing is known of those who came before us and were not told."""

    def __init__(self, me: str) -> None:
        self._me = me
        self._here: dict[str, None] = {}
        self._told = False

    def note(self, user_id: str, *, here: bool) -> None:
        """Someone came or went."""
        self._told = True
        if here and len(self._here) < _MAX_KNOWN:
            self._here[user_id] = None
        elif not here:
            self._here.pop(user_id, None)

    def forget(self) -> None:
        """The connection is gone: who comes and goes is not heard any more."""
        self._here.clear()
        self._told = False

    def count(self) -> int | None:
        """How many are known to be here, oneself included; None if the service does not tell."""
        return len(self._here.keys() | {self._me}) if self._told else None

    def names(self, names: Names) -> tuple[str, ...]:
        """What they are called, where that is known."""
        if not self._told or len(self._here) > MAX_NAMED:
            return ()
        known = (names.of(user_id) for user_id in (self._me, *self._here))
        return tuple(dict.fromkeys(name for name in known if name))[:MAX_NAMES]
