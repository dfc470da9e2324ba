"""Presence and names of people, as far as a base service has told them."""

MAX_NAMES = 50
"""Names that a room shows at most; none in a room of more than `MAX_NAMED` people."""

MAX_NAMED = 200
_MAX_KNOWN = 5_000


class Names:
    """Display names by user id, learned from messages and presence."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def learn(self, user_id: str, user_name: str) -> None:
        """Note a person's name; an id in place of a name is ignored."""
        if not user_name or user_name == user_id:
            return
        if len(self._names) >= _MAX_KNOWN and user_id not in self._names:
            del self._names[next(iter(self._names))]
        self._names[user_id] = user_name

    def of(self, user_id: str) -> str:
        """Return a person's name; empty if it is unknown."""
        return self._names.get(user_id, "")


class PeopleHere:
    """The people in one channel, except those who came before us and were never announced."""

    def __init__(self, me: str) -> None:
        self._me = me
        self._here: dict[str, None] = {}
        self._told = False

    def note(self, user_id: str, *, here: bool) -> None:
        """Note that a person came or went."""
        self._told = True
        if here and len(self._here) < _MAX_KNOWN:
            self._here[user_id] = None
        elif not here:
            self._here.pop(user_id, None)

    def forget(self) -> None:
        """Forget everybody: without a connection, arrivals and departures are not heard."""
        self._here.clear()
        self._told = False

    def count(self) -> int | None:
        """Return the number of people known to be here, me too; None if the service told none."""
        return len(self._here.keys() | {self._me}) if self._told else None

    def names(self, names: Names) -> tuple[str, ...]:
        """Return their names, as far as they are known."""
        if not self._told or len(self._here) > MAX_NAMED:
            return ()
        known = (names.of(user_id) for user_id in (self._me, *self._here))
        return tuple(dict.fromkeys(name for name in known if name))[:MAX_NAMES]
