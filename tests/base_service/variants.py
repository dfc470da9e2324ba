"""The differences between services that speak the same messages."""

from dataclasses import dataclass


@dataclass
class Variants:
    """Everything is off at first, and may be changed while the service runs."""

    token: str = "s3cret-token"
    """The one token that is accepted."""

    # -- who is let in
    refuse_with: str = "4001"
    """How a wrong token is refused: `401` or `403` (HTTP), `4001` or `1008` (a close code),
    `close` (closed with 1000 before any frame), `abort` (the line goes dead before any frame),
    `error` (an `error` frame, then 4001)."""
    token_in_query_only: bool = False
    """Look for the token where the document's client puts it, and nowhere else."""
    any_subprotocol: bool = False
    """Accept whatever subprotocol a client offers, as Node's `ws` does."""

    # -- how messages travel
    echo_to_others_only: bool = False
    rewrite_ids: bool = False
    """A message gets the service's own id and time."""
    wrap: bool = False
    """Send `chat_message` inside a `message`."""
    noise: bool = False
    """Send frames of unknown types in between."""
    acknowledge_heartbeats: bool = True
    own_types: frozenset[str] = frozenset()
    """Types that are in no document, which it hands to everybody as they came."""

    # -- history
    has_history: bool = True
    history_delay: float = 0.0
    """Seconds."""

    # -- what goes wrong
    handshake_delay: float = 0.0
    """Seconds."""
    lose_before_storing: int = 0
    """So many messages are lost together with their connection."""
    lose_after_storing: int = 0
    """So many messages are stored, but their connection is lost before the echo."""

    # -- what there is
    websocket: bool = True
    stream: bool = True
    posts: bool = True
