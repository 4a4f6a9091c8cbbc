"""What every capture shares: servers of both versions, one listener, and stable records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.dovecot.harness.listener import HttpListener, ReceivedRequest
from tests.dovecot.harness.pool import Pool
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.harness.setups import ROOT_MARK, Setup

Record = dict[str, Any]

HERE = Path(__file__).resolve().parent.parent
INPUTS = HERE / "inputs"
FIXTURES = HERE.parent.parent / "fixtures"

UIDVALIDITY = 1700000000
GUIDS = {"INBOX": "1" * 32, "Sent": "2" * 32}
SERVER_ENTRY = "vendor/vendor.dovecot/pvt/server/"
HTTP_NOTIFY = "vendor/vendor.dovecot/http-notify"
PORT_MARK = "@port@"


@dataclass(frozen=True, slots=True)
class Bench:
    """The running servers and the listener a capture may use."""

    pools: Mapping[str, Pool]
    listener: HttpListener

    def server(self, version: str, setup: Setup) -> Dovecot:
        """Return a server; ``@port@`` in its push and extra settings is the listener's port."""
        port = str(self.listener.port)
        texts = (text.replace(PORT_MARK, port) for text in (setup.push, setup.extra))
        push, extra = texts
        return self.pools[version].get(Setup(push, extra, setup.base, setup.plugins, setup.files))

    def stable(self, text: str, server: Dovecot | None = None) -> str:
        """Return ``text`` with the listener's port and the server's folder as ``@port@`` and ``@root@``."""
        marked = text.replace(f":{self.listener.port}", f":{PORT_MARK}")
        return marked if server is None else marked.replace(server.place.root, ROOT_MARK)

    def log(self, server: Dovecot) -> list[str]:
        """Return the server's push lines, in a stable form."""
        return [self.stable(line, server) for line in server.push_log()]

    def requests(self, server: Dovecot) -> list[Record]:
        """Return the requests the listener got, in a stable form."""
        return [self._request(request, server) for request in self.listener.requests]

    def _request(self, request: ReceivedRequest, server: Dovecot) -> Record:
        headers = [[name, self.stable(value, server)] for name, value in request.headers if name != "Date"]
        return {
            "method": request.method,
            "path": request.target,
            "headers": headers,
            "body": request.body.decode("utf-8"),
        }


def prepared_user(server: Dovecot, name: str, metadata: str | None) -> str:
    """Give ``name`` an empty INBOX and its http-notify entry, without asking the server anything."""
    server.make_maildir(name, GUIDS, UIDVALIDITY)
    if metadata is not None:
        server.write_dict(name, {f"priv/{GUIDS['INBOX']}/{SERVER_ENTRY}{HTTP_NOTIFY}": metadata})
    server.forget_log()
    return name
