"""`python -m service.cli` is `doseline`."""

import sys

from service.cli import main

sys.exit(main())
