"""PN812 redis-in-clear."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.tree import Section, Setting
from dovecot_conf.versions import Version
from drivers.rules.ox.hosts import Reach, reach


class RedisInClear(Rule):
    """The password of a redis dict crosses the network in the clear.

    Dovecot 2.3 speaks with redis without TLS, so everybody on the way reads the password, and all
    that is stored there. In a network of one's own that may be meant so.

    Bad:

    ```2.3
    dict {
      metadata = redis:host=192.0.2.1:password=change-me
    }
    ```

    Good:

    ```2.3
    dict {
      metadata = redis:host=127.0.0.1:password=change-me
    }
    ```

    How to fix:

    Let the connection end on this machine: run redis here, or a tunnel to it (stunnel, SSH), and name
    `host=127.0.0.1`. If the network is trusted, silence the finding.
    """

    code = "PN812"
    name = "redis-in-clear"
    severity = Severity.INFO
    versions = (Version.V23,)

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at every dict, that of METADATA and those of the dict server."""
        for node, enclosing in context.configuration.walk():
            if isinstance(node, Setting) and "redis:" in node.raw and _is_dict(node, enclosing):
                from mailstore.dict_uri import parse_dict_uri  # noqa: PLC0415 - redis only
                from mailstore.dict_values import RedisSetting  # noqa: PLC0415

                setting = parse_dict_uri(node.value)
                if not isinstance(setting, RedisSetting) or not setting.password or setting.socket_path:
                    continue
                if reach(setting.host) is not Reach.LOCAL:
                    text = f"the password for redis on {setting.host} is sent without encryption"
                    hint = "reach redis through this machine (a tunnel, a proxy)"
                    yield self.found(node.key_span, text, hint=hint)


def _is_dict(node: Setting, enclosing: tuple[Section, ...]) -> bool:
    inner = enclosing[-1].word if enclosing else ""
    return node.key == "mail_attribute_dict" or inner == "dict" or node.key.startswith("dict/")
