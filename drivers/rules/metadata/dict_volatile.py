"""PN604 metadata-dict-volatile."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.metadata.stores import by_place, stores

_GONE = "is lost when the machine starts again"
_FOLDERS = {
    "/tmp/": f"{_GONE}, or sooner",
    "/var/tmp/": "is lost when the machine cleans up old files there",
    "/run/": _GONE,
    "/var/run/": _GONE,
    "/dev/shm/": _GONE,
}
"""What becomes of a file below each."""


class MetadataDictVolatile(Rule):
    """METADATA is kept where it doesn't last.

    What lies below `/run` or `/dev/shm` is gone after the next start of the machine, what lies below
    `/tmp` is that or is cleaned up by its age, as in `/var/tmp`. Then no user is switched on, until each
    client says so again. And everybody may make files in `/tmp`, `/var/tmp` and `/dev/shm`, also the one
    that Dovecot is about to make.

    Bad:

    ```2.3
    mail_attribute_dict = file:/tmp/attributes/%u
    ```

    ```2.4
    mail_attribute {
      dict file {
        path = /tmp/attributes/%{user}
      }
    }
    ```

    Good:

    ```2.3
    mail_attribute_dict = file:%h/dovecot-attributes
    ```

    ```2.4
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    ```

    How to fix:

    Keep the file where it lasts: in the user's home directory (`%h/` in 2.3, `%{home}/` in 2.4) or below
    `/var/lib`, there with the user's name in the path. Move the files that are still there along, else
    clients have to switch push on again.
    """

    code = "PN604"
    name = "metadata-dict-volatile"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the beginning of the path of each file."""
        for store in by_place(stores(context)):
            for folder, loss in _FOLDERS.items():
                if store.path.startswith(folder):
                    text = f"METADATA below {folder.rstrip('/')} {loss}"
                    yield self.found(
                        store.span, text, hint="keep it in the home directory, or below /var/lib"
                    )
