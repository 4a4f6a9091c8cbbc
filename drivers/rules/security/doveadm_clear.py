"""PN804 doveadm-in-clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dovecot_conf.diagnostics import Diagnostic, Severity
from dovecot_conf.lint import Context, Rule
from dovecot_conf.tree import Section, Setting
from drivers.rules.ox.hosts import Reach, reach

_ADDRESSES = ("address", "listen", "inet_listener_listen", "inet_listener_address")
_PORTS = ("port", "inet_listener_port")
_TLS = ("ssl", "inet_listener_ssl")


class DoveadmInClear(Rule):
    """Doveadm listens on the network without TLS.

    Who talks to this port sends `doveadm_password` or `doveadm_api_key` with each request, and with it
    everybody on the way may run any command on any mailbox. In a network of one's own that may be meant so.

    Bad:

    ```2.3
    service doveadm {
      inet_listener http {
        port = 8080
      }
    }
    ```

    ```2.4
    service doveadm {
      inet_listener http {
        port = 8080
      }
    }
    ```

    Good:

    ```2.3
    service doveadm {
      inet_listener http {
        address = 127.0.0.1
        port = 8080
      }
    }
    ```

    ```2.4
    service doveadm {
      inet_listener http {
        listen = 127.0.0.1
        port = 8080
      }
    }
    ```

    How to fix:

    If only this machine uses the port, let it listen there: `address = 127.0.0.1` in 2.3,
    `listen = 127.0.0.1` in 2.4. Else add `ssl = yes` to the `inet_listener`, and let clients speak TLS.
    If the network is trusted, silence the finding.
    """

    code = "PN804"
    name = "doveadm-in-clear"
    severity = Severity.INFO

    def check(self, context: Context) -> Iterator[Diagnostic]:
        """Look at every listener of the service, with what all its blocks say."""
        merged: dict[str, dict[str, Setting]] = {}
        for node, enclosing in context.configuration.walk():
            if isinstance(node, Setting) and len(enclosing) == 2 and _is_doveadm(*enclosing):
                name = enclosing[1].name or f"line {enclosing[1].line}"
                merged.setdefault(name, {})[node.key] = node
        listen = context.configuration.settings().value("listen")
        for settings in merged.values():
            port = _first(settings, _PORTS)
            if port is not None and port.value != "0" and _is_open(settings, listen):
                text = "passwords and commands of doveadm cross the network without TLS"
                hint = "add ssl = yes, or let it listen on 127.0.0.1 only"
                yield self.found(port.statement_span, text, hint=hint)


def _is_doveadm(service: Section, listener: Section) -> bool:
    return service.word == "service" and service.name == "doveadm" and listener.word == "inet_listener"


def _first(settings: Mapping[str, Setting], names: tuple[str, ...]) -> Setting | None:
    return next((settings[name] for name in names if name in settings), None)


def _is_open(settings: Mapping[str, Setting], usual: str) -> bool:
    tls = _first(settings, _TLS)
    address = _first(settings, _ADDRESSES)
    hosts = (usual if address is None else address.value).replace(",", " ").split()
    if tls is not None and tls.value.lower() != "no":
        return False
    return not hosts or any(reach(host.strip("[]")) is not Reach.LOCAL for host in hosts)
