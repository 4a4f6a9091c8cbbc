"""`python -m cli` is `pushnotif`."""

from cli.main import main

main()
