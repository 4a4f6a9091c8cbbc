"""PN608 metadata-proxy-unknown."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.near import nearest
from dovecot_conf.versions import Version
from drivers.rules.metadata.stores import by_place, stores


class MetadataProxyUnknown(Rule):
    """The dict server has no dict of this name.

    `proxy::NAME` asks the dict server, which knows the names in `dict { }` (2.4: `dict_server { }`).
    For any other it logs "Unconfigured dictionary name" and hangs up: METADATA can neither be set nor
    read, and nobody is notified.

    Bad:

    ```2.3
    mail_attribute_dict = proxy::metadata
    dict {
      attributes = redis:host=127.0.0.1
    }
    ```

    ```2.4
    mail_attribute {
      dict proxy {
        name = metadata
      }
    }
    dict_server {
      dict attributes {
        driver = redis
        redis_host = 127.0.0.1
      }
    }
    ```

    Good:

    ```2.3
    mail_attribute_dict = proxy::metadata
    dict {
      metadata = redis:host=127.0.0.1
    }
    ```

    ```2.4
    mail_attribute {
      dict proxy {
        name = metadata
      }
    }
    dict_server {
      dict metadata {
        driver = redis
        redis_host = 127.0.0.1
      }
    }
    ```

    How to fix:

    Correct the name, or define the dict: in 2.3 with a line `NAME = DRIVER:ARGUMENTS` in `dict { }`, in
    2.4 with a block `dict NAME { }` in `dict_server { }`.
    """

    code = "PN608"
    name = "metadata-proxy-unknown"
    severity = Severity.ERROR

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look for the name where the dict server has its own."""
        known: frozenset[str] | None = None
        for store in by_place(stores(context)):
            if store.driver != "proxy" or store.socket or not store.name or "%" in store.name:
                continue
            known = _known(context) if known is None else known
            if store.name in known:
                continue
            block = "dict { }" if context.version is Version.V23 else "dict_server { }"
            near = nearest(store.name, sorted(known))
            hint = f"did you mean {near}?" if near else f"add it to {block}"
            yield self.found(
                store.span, f"the dict server has no dict '{store.name}': {block} lacks it", hint=hint
            )


def _known(context: Context) -> frozenset[str]:
    from mailstore.settings import read_blocks  # noqa: PLC0415 - only where there is a proxy

    outer = read_blocks(context.configuration, "imap")
    if context.version is Version.V23:
        return frozenset(name for block in outer.of_kind("dict") for name in block.values)
    servers = outer.of_kind("dict_server")
    return frozenset(block.name for server in servers for block in server.of_kind("dict"))
