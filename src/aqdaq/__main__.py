"""``python -m aqdaq``."""

from aqdaq.cli.main import main

main()
