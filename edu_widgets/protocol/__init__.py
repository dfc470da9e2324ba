"""The wire protocol: envelope, registry of types, table of codes. No input or output here.

The envelope and the shared types are the seed platform's; the response header `Edu-Widgets: 1`
marks a service that adds to them.
"""

from edu_widgets.protocol import admission, linking
from edu_widgets.protocol.codes import Code, is_retry, meaning
from edu_widgets.protocol.documents import Cursor, Document
from edu_widgets.protocol.envelope import (
    HEADER,
    MAX_FRAME,
    MAX_SERVICE_FRAME,
    VERSION,
    Envelope,
    decode,
    decode_data,
    encode,
    is_text,
)
from edu_widgets.protocol.ids import is_id, uuid7
from edu_widgets.protocol.registry import (
    REGISTRY,
    CommandType,
    DocumentKind,
    FrameType,
    Registry,
)

__all__ = [
    "HEADER",
    "MAX_FRAME",
    "MAX_SERVICE_FRAME",
    "REGISTRY",
    "VERSION",
    "Code",
    "CommandType",
    "Cursor",
    "Document",
    "DocumentKind",
    "Envelope",
    "FrameType",
    "Registry",
    "admission",
    "decode",
    "decode_data",
    "encode",
    "is_id",
    "is_retry",
    "is_text",
    "linking",
    "meaning",
    "uuid7",
]
