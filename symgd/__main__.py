"""``python -m symgd``: the same as the command ``symgd``."""

from .cli import main

raise SystemExit(main())
