"""Writes what a package has beside its modules; the build calls it, and it needs nothing but click."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from cli.complete.shells import script
from cli.main import pushnotif
from cli.manual.pages import pages
from cli.render.roff import roff

COMPLETIONS = MappingProxyType(
    {
        "bash": "bash-completion/completions/pushnotif",
        "zsh": "zsh/site-functions/_pushnotif",
        "fish": "fish/vendor_completions.d/pushnotif.fish",
    }
)
"""Where shells look for their scripts, below ``share``."""


def write_shared_data(folder: Path, *, version: str, date: str = "") -> dict[Path, str]:
    """Write manual pages and completion scripts into a folder; return where each belongs below ``share``.

    ``date`` is that of the version, '' if it has none yet. Raises OSError.
    """
    texts = {
        f"man/man1/{page.name}.1": roff(page, version=version, date=date)
        for page in pages(pushnotif).values()
    }
    texts |= {place: script(pushnotif, shell) for shell, place in COMPLETIONS.items()}
    written = {}
    for place, text in texts.items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
        written[path] = place
    return written
