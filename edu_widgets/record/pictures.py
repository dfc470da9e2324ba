"""Pictures in a record: embedded as far as there is room, so that the page stays one to be sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.pictures import fetch_all, picture_html
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.record.page import LEFT_OUT, WORDS, Part

MOST = 5_000_000
"""Bytes of a record with its pictures."""

_PLACE = re.compile(r'<img data-picture="([^"]*)" alt="([^"]*)"[^>]*>')


def with_pictures(client: CourseClient, text: str, parts: Iterable[Part], lang: str) -> str:
    """Return a record with its pictures: the smallest, so that as many as can be are in it.

    Args:
        client: The participant's connection to the course.
        text: The page, with the places of its pictures.
        parts: Its entries.
        lang: `en` or `tr`.
    """
    words = WORDS[lang]
    entries = (entry for part in parts for entry in part.entries)
    refs = {ref.hash: ref for entry in entries for ref in entry.pictures}
    places = [hash_ for hash_, _ in _PLACE.findall(text)]
    chosen = _that_fit(refs, places, MOST - len(text.encode()))
    found = fetch_all(client, chosen)
    fits = {ref.hash for ref in chosen}

    def put(place: re.Match[str]) -> str:
        hash_, alt = place[1], place[2]
        if hash_ in found:
            return picture_html(refs[hash_], found[hash_], alt)
        why = words["not_loaded" if hash_ in fits else "no_room"]
        return f"<p><em>{escape(why)}{': ' if alt else ''}{alt}</em></p>"

    missing = sum(hash_ not in found for hash_ in places)
    told = words["left_out"].format(n=missing, all=len(places))
    text = text.replace(LEFT_OUT, f"<p>{escape(told)}</p>" if missing else "", 1)
    return _PLACE.sub(put, text)


def _that_fit(refs: dict[str, BlobRef], places: list[str], room: int) -> list[BlobRef]:
    """Return the pictures for which there is room, each as often as it stands there."""
    fit = []
    for ref in sorted(refs.values(), key=lambda ref: ref.bytes):
        room -= places.count(ref.hash) * (ref.bytes * 4 // 3 + 4)
        if room < 0:
            break
        fit.append(ref)
    return fit
