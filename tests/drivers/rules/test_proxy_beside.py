"""The verdicts of the proxy cases are those of real nginx and Apache, where they are installed.

Each case runs in its server on 127.0.0.1, with an upstream that notes what reaches it. Apache's modules are
looked for in ``APACHE_MODULES``, by default where Debian has them.
"""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from drivers.rules.proxy.targets import PROBES, is_kept
from tests.drivers.rules.proxy_cases import APACHE, NGINX, Case

MODULES = Path(os.environ.get("APACHE_MODULES", "/usr/lib/apache2/modules"))
LOADED = "mpm_event authz_core authz_host authn_core access_compat proxy proxy_http rewrite alias auth_basic"
NGINX_CONF = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/a;
  proxy_temp_path {folder}/b;
  fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d;
  scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    {text}
  }}
}}
"""
APACHE_CONF = """\
ServerRoot {folder}
ServerName localhost
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
DocumentRoot {folder}
User nobody
Group nogroup
Listen 127.0.0.1:{port}
<VirtualHost *:{port}>
{text}
</VirtualHost>
"""

Judge = Callable[[Case], bool]


@pytest.fixture
def upstream() -> Iterator[tuple[int, list[str]]]:
    """Give the port of a server, and the paths that reach it."""
    reached: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            reached.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port, reached
    server.shutdown()
    server.server_close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_open(command: list[str], port: int, reached: list[str]) -> bool:
    """Start a server, and tell whether a notification gets through it."""
    server = subprocess.Popen(command)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.05)
        for path in PROBES:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("PUT", path, body=b"{}")
            connection.getresponse().read()
            connection.close()
        return any(map(is_kept, reached))
    finally:
        server.terminate()
        server.wait()


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
@pytest.mark.parametrize("case", NGINX.values(), ids=list(NGINX))
def test_nginx_says_the_same(case: Case, tmp_path: Path, upstream: tuple[int, list[str]]) -> None:
    port, (behind, reached) = free_port(), upstream
    text = case.text.replace("8009", str(behind))
    path = tmp_path / "nginx.conf"
    path.write_text(NGINX_CONF.format(folder=tmp_path, port=port, text=text))
    assert is_open(["nginx", "-c", str(path), "-p", str(tmp_path)], port, reached) is bool(case.verdict)


@pytest.mark.skipif(shutil.which("apache2") is None, reason="needs apache2")
@pytest.mark.parametrize("case", APACHE.values(), ids=list(APACHE))
def test_apache_says_the_same(case: Case, tmp_path: Path, upstream: tuple[int, list[str]]) -> None:
    port, (behind, reached) = free_port(), upstream
    text = case.text.replace("8009", str(behind))
    path = tmp_path / "apache2.conf"
    modules = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in LOADED.split())
    path.write_text(modules + APACHE_CONF.format(folder=tmp_path, port=port, text=text))
    assert is_open(["apache2", "-DFOREGROUND", "-f", str(path)], port, reached) is bool(case.verdict)
