"""What is generated from the structs: JSON Schema, TypeScript, the page in docs/.

`python -m edu_widgets.protocol.export` writes the files anew, with `--check` it only tells
which of them differ. Nothing here is imported by the rest of the package.
"""

from edu_widgets.protocol.export.catalogue import Catalogue
from edu_widgets.protocol.export.page import page
from edu_widgets.protocol.export.schema import schema
from edu_widgets.protocol.export.typescript import typescript
from edu_widgets.protocol.registry import Registry

COMMAND = "python -m edu_widgets.protocol.export"


def generate(registry: Registry) -> dict[str, str]:
    """The generated files of a registry: their text by path below the project's folder.

    Raises:
        InvalidArgument: two structs would get the same name.
    """
    catalogue = Catalogue(registry)
    return {
        "docs/protocol.md": page(catalogue, COMMAND),
        "docs/protocol.schema.json": schema(catalogue),
        "js/src/protocol.ts": typescript(catalogue, COMMAND),
    }
