"""PN607 metadata-dict-split."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule, gather
from dovecot_conf.positions import Span
from drivers.rules.metadata.stores import stores

_WRITER = "imap"


class MetadataDictSplit(Rule):
    """Deliveries read METADATA elsewhere than IMAP writes it.

    Clients switch push on with SETMETADATA, so the entry is where the dict of `imap` is. A delivery
    looks into the dict of `lmtp` or `lda`; with another one there it finds nothing, and notifies nobody.

    Bad:

    ```2.3
    mail_attribute_dict = file:%h/dovecot-attributes
    protocol lmtp {
      mail_attribute_dict = file:%h/attributes-of-lmtp
    }
    ```

    ```2.4
    mail_attribute {
      dict file {
        path = %{home}/dovecot-attributes
      }
    }
    protocol lmtp {
      mail_attribute {
        dict file {
          path = %{home}/attributes-of-lmtp
        }
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

    Set the dict once, outside of all `protocol { }`, and take it out of the blocks. Keep the one of
    `imap`, since it holds what clients have set.
    """

    code = "PN607"
    name = "metadata-dict-split"
    severity = Severity.WARNING

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Compare the dict of each protocol with that of imap."""
        found = stores(context)
        wanted = found.get(_WRITER)
        if wanted is None:
            return
        others: list[tuple[Span, str]] = []
        for protocol, store in found.items():
            if protocol != "doveadm" and store.text != wanted.text:
                span = store.span if store.span != wanted.span else context.main_span
                others.append((span, protocol))
        for span, protocols in gather(others):
            text = f"{context.named(protocols)} has another dict of METADATA than {_WRITER}"
            yield self.found(span, text, hint="set it once, outside of all protocols")
