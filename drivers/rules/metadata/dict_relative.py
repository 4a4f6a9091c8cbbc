"""PN605 metadata-dict-relative."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from drivers.rules.metadata.stores import by_place, stores


class MetadataDictRelative(Rule):
    """The path of the dict of METADATA begins nowhere.

    A relative path is looked up in the directory where the process happens to be: for `imap` and `lmtp`
    Dovecot's own runtime directory, where users may not write ("file_dotlock_open(attributes) failed:
    Permission denied"), for `doveadm` another one.

    Bad:

    ```2.3
    mail_attribute_dict = file:dovecot-attributes
    ```

    ```2.4
    mail_attribute {
      dict file {
        path = dovecot-attributes
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

    Begin the path with `/`, or with the home directory: `%h/` in 2.3, `%{home}/` in 2.4.
    """

    code = "PN605"
    name = "metadata-dict-relative"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for paths that begin neither with a slash nor with a variable or the home directory."""
        for store in by_place(stores(context)):
            if store.path and not store.path.startswith(("/", "~", "%", "$")):
                home = "%h" if context.version.value == "2.3" else "%{home}"
                text = "a relative path is looked up wherever the process happens to run"
                yield self.found(store.span, text, hint=f"begin it with / or with {home}/")
