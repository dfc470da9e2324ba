"""`python -m edu_widgets.service`."""

from edu_widgets.service.serve import main

raise SystemExit(main())
