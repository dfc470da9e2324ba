"""Files generated from structs and manifests: JSON Schema, TypeScript, the page in docs/.

`python -m edu_widgets.protocol.export` writes the files anew; with `--check` it only names the
files that differ. Nothing here is imported by the rest of the package.
"""

import json
from collections.abc import Sequence

from edu_widgets.protocol.export.catalogue import Catalogue
from edu_widgets.protocol.export.page import page
from edu_widgets.protocol.export.schema import schema
from edu_widgets.protocol.export.typescript import typescript
from edu_widgets.protocol.manifest import Manifest
from edu_widgets.protocol.registry import Registry

COMMAND = "python -m edu_widgets.protocol.export"


def generate(registry: Registry, features: Sequence[Manifest]) -> dict[str, str]:
    """Return the generated files of a registry and features: text by path in the project's folder.

    Raises:
        InvalidArgument: two structs would get the same name.
    """
    catalogue = Catalogue(registry)
    return {
        "docs/protocol.md": page(catalogue, COMMAND),
        "docs/protocol.schema.json": schema(catalogue),
        "js/features.json": _widgets(features),
        "js/src/protocol.ts": typescript(catalogue, COMMAND),
    }


def _widgets(features: Sequence[Manifest]) -> str:
    """Return the widgets built here as JSON, by feature, for the build and the gallery."""
    widgets = {
        manifest.name: {
            "entry": f"src/{manifest.name}/index.ts",
            "called": manifest.called,
            "titles": {language: words.title for language, words in manifest.words.items()},
            "tab": manifest.face() or None,
        }
        for manifest in features
        if manifest.is_built_in
    }
    return json.dumps(widgets, ensure_ascii=False, indent=2) + "\n"
