"""A service as a platform would write it, from the document alone: chat over WebSocket and SSE.

It knows nothing of edu-widgets and imports nothing of it. Run it with

    python -m tests.base_service --port 3001 --token s3cret

or, in a thread of a test, with `Running(Variants(…))`. How real services differ from each other
is in `Variants`; all of it is off at first.
"""

from tests.base_service.running import Running
from tests.base_service.variants import Variants

__all__ = ["Running", "Variants"]
