"""Addresses that people wrote: which may become links, and where a bare one stands in a text."""

import re
from collections.abc import Iterator

_MAX_HREF = 2_000

# The whole address has to fit: no control characters, no blanks, no quotes, no backslash. A
# scheme must stand there as it is, since nothing is decoded after this check.
_HOST = r"https?://(?P<host>[^\x00-\x20\x7f-\xa0/?#\"'<>\\`()\[\]{}|^%*,;]+)"
_REST = r"(?:[/?#][^\x00-\x20\x7f-\xa0\"<>\\`]*)?"
_WEB = re.compile(_HOST + _REST, re.IGNORECASE)
_ADDRESS = r"[^\x00-\x20\x7f-\xa0\"'<>\\?@/]+"
_MAIL = re.compile(f"mailto:{_ADDRESS}@{_ADDRESS}", re.IGNORECASE)
_PAIRS = {")": "(", "]": "[", "}": "{"}


def safe_href(href: object) -> str | None:
    """`href` if it may become a link, else None.

    Allowed are absolute `http:`, `https:` and `mailto:` addresses of at most 2,000 characters.
    Relative ones are not (they would point into the Jupyter server), nor are those with a user
    name (`https://bank.example@evil.example`), which exist to mislead.
    """
    if not isinstance(href, str) or len(href) > _MAX_HREF or not href.isprintable():
        return None
    web = _WEB.fullmatch(href)
    if web:
        return None if "@" in web["host"] else href
    return href if _MAIL.fullmatch(href) else None


def destination(href: str, text: str) -> str:
    """Return the target of a link for display behind its text; "" where the text says it.

    It is the host as a browser spells it (`xn--…` where letters of other scripts are in it), or
    the address of a mail.
    """
    shown = text.strip().casefold()
    web = _WEB.fullmatch(href)
    if web is None:
        address = href.partition(":")[2]
        return "" if shown.removeprefix("mailto:") == address.casefold() else address
    host = _in_ascii(web["host"])
    said = shown.partition("://")[2] if shown.startswith(("https://", "http://")) else shown
    rest = said.removeprefix(host)
    told = said.startswith(host) and (not rest or rest[0] in "/?#") and not set(rest) & set(" \n")
    return "" if told else host


def _in_ascii(host: str) -> str:
    host = host.casefold()
    if host.isascii():
        return host
    name, colon, port = host.partition(":")
    try:
        return name.encode("idna").decode() + colon + port
    except UnicodeError:
        return host


def find_links(text: str) -> Iterator[tuple[str, bool]]:
    """Cut `text` into pieces, each with whether it is an address to be linked as it stands."""
    end = 0
    for found in _WEB.finditer(text):
        start = found.start()
        href = _without_tail(found[0])
        if (start and text[start - 1].isalnum()) or safe_href(href) is None:
            continue
        if start > end:
            yield text[end:start], False
        yield href, True
        end = start + len(href)
    if end < len(text):
        yield text[end:], False


def _without_tail(href: str) -> str:
    """Without the punctuation of the sentence around it: a dot, a bracket it did not open."""
    counts = {char: href.count(char) for pair in _PAIRS.items() for char in pair}
    end = len(href)
    while end:
        last = href[end - 1]
        opener = _PAIRS.get(last)
        if opener is None and last not in ".,;:!?'*_~":
            break
        if opener is not None and counts[last] <= counts[opener]:
            break
        if opener is not None:
            counts[last] -= 1
        end -= 1
    return href[:end]
