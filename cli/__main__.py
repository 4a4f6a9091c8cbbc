"""`python -m cli` is `pushnotif`."""

from cli.start import main

main()
