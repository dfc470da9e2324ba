"""Descriptions of structs and fields in the source: docstrings, and strings below fields."""

import ast
import inspect
import textwrap
from functools import cache

import msgspec

from edu_widgets.protocol import seed


def of_struct(struct: type[msgspec.Struct]) -> str:
    """Return a struct's docstring, each paragraph on one line; "" if it has none of its own."""
    text = inspect.cleandoc(struct.__dict__.get("__doc__") or "")
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def of_field(struct: type[msgspec.Struct], name: str) -> str:
    """Return the string below a field, else the seed's description of its name, else ""."""
    return _below_fields(struct).get(name) or seed.FIELDS.get(name, "")


@cache
def _below_fields(struct: type[msgspec.Struct]) -> dict[str, str]:
    found: dict[str, str] = {}
    for cls in reversed(struct.__mro__):
        if issubclass(cls, msgspec.Struct) and cls is not msgspec.Struct:
            found |= _in_source(cls)
    return found


def _in_source(struct: type[msgspec.Struct]) -> dict[str, str]:
    try:
        source = textwrap.dedent(inspect.getsource(struct))
    except OSError:  # made by defstruct, or typed in a notebook
        return {}
    (definition,) = ast.parse(source).body
    if not isinstance(definition, ast.ClassDef):
        return {}
    found = {}
    for field, below in zip(definition.body, definition.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
    return found
