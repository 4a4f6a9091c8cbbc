"""The command line: one file per command, and the renderers. The only room that prints."""

__version__ = "0.1.0"
