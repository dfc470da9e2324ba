"""What a search for names does not tell apart: case, accents, the Turkish ı and i."""

from edu_widgets.protocol import folding


def fold(text: str) -> str:
    """`text` as it is compared, its white space single."""
    return " ".join(folding.fold(text).split())
