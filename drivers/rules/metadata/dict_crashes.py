"""PN610 metadata-dict-crashes."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.versions import Version
from drivers.rules.metadata.stores import by_place, stores


class MetadataDictCrashes(Rule):
    """This dict kills the process that sets METADATA.

    Dovecot 2.3 panics when an entry is set in `memcached:`, which can only be read. With `redis:` the
    value is written, and the process dies afterwards (seen with doveadm of 2.3.19); behind the dict server
    (`proxy::NAME`) redis works.

    Bad:

    ```2.3
    mail_attribute_dict = memcached:host=127.0.0.1
    ```

    Good:

    ```2.3
    mail_attribute_dict = proxy::metadata
    dict {
      metadata = redis:host=127.0.0.1
    }
    ```

    How to fix:

    For `memcached:`, use a file (`file:%h/dovecot-attributes`) instead, or redis behind the dict server.
    For `redis:`, give the dict a name in `dict { }`, and set `mail_attribute_dict = proxy::NAME`.
    """

    code = "PN610"
    name = "metadata-dict-crashes"
    severity = Severity.ERROR
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at the drivers."""
        for store in by_place(stores(context)):
            if store.driver == "memcached":
                text = "Dovecot panics when METADATA is set in memcached, which can only be read"
                yield self.found(store.span, text, hint="use file, or redis behind proxy")
            elif store.driver == "redis":
                text = "Dovecot 2.3 crashes after it has set METADATA in redis directly"
                hint = "name it in dict { } and use proxy::NAME"
                yield self.found(store.span, text, hint=hint, severity=Severity.WARNING)
