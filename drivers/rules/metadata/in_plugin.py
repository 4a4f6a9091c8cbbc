"""PN603 metadata-in-plugin."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version

_SETTINGS = ("mail_attribute_dict", "imap_metadata")


class MetadataInPlugin(Rule):
    """A setting of METADATA stands in `plugin { }`, where nobody reads it.

    `mail_attribute_dict` and `imap_metadata` are settings of Dovecot itself. In `plugin { }` they are
    taken for a plugin's, without a word, and METADATA stays switched off: "Mailbox attributes not enabled".

    Bad:

    ```2.3
    plugin {
      mail_attribute_dict = file:%h/dovecot-attributes
    }
    ```

    Good:

    ```2.3
    mail_attribute_dict = file:%h/dovecot-attributes
    ```

    How to fix:

    Move the setting out of `plugin { }`: `mail_attribute_dict` to the top level, `imap_metadata` there or
    into `protocol imap { }`.
    """

    code = "PN603"
    name = "metadata-in-plugin"
    severity = Severity.WARNING
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the names among the keys of `plugin { }`."""
        for name, value, _protocols in context.plugin_values(lambda name, _text: name in _SETTINGS):
            span = value.node.key_span if value.node is not None else value.span
            text = f"{name} has no effect in plugin {{ }}"
            yield self.found(span, text, hint="write it outside of the block")
