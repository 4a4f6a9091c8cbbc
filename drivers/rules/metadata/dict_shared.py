"""PN606 metadata-dict-shared."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.metadata.stores import by_place, stores


class MetadataDictShared(Rule):
    """All users have their METADATA in one file.

    It works, since every key has the GUID of a mailbox in it. But every change writes the whole file
    anew while all others wait for its lock, everybody's processes must be able to write it, and a mailbox
    that is copied with its GUID shares the entries of the original.

    Bad:

    ```2.3
    mail_attribute_dict = file:/var/lib/dovecot/attributes
    ```

    ```2.4
    mail_attribute {
      dict file {
        path = /var/lib/dovecot/attributes
      }
    }
    ```

    Good:

    ```2.3
    mail_attribute_dict = file:/var/lib/dovecot/attributes/%u
    ```

    ```2.4
    mail_attribute {
      dict file {
        path = /var/lib/dovecot/attributes/%{user}
      }
    }
    ```

    How to fix:

    Put the user's name into the path: `%u` in 2.3, `%{user}` in 2.4. Rename the old file first if its
    name is that of a folder now. Nothing is taken over from it: clients have to switch push on again.
    """

    code = "PN606"
    name = "metadata-dict-shared"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for absolute paths without any variable."""
        for store in by_place(stores(context)):
            if store.path.startswith("/") and "%" not in store.path:
                text = "all users share this file: every change writes it anew, under one lock"
                user = "%u" if context.version.value == "2.3" else "%{user}"
                yield self.found(store.span, text, hint=f"put {user} into the path")
