"""`python -m tui.cli` is `preferably`."""

from tui.cli import main

main()
