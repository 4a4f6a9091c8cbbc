"""Configurations of web servers, and whether they let everybody through to the path of the OX middleware.

Those of ``NGINX`` are the inside of a ``server``, those of ``APACHE`` of a ``VirtualHost``. ``OPEN`` is a
warning, ``MAYBE`` an information, ``CLOSED`` nothing.
"""

from __future__ import annotations

from typing import NamedTuple

OPEN, MAYBE, CLOSED = "warning", "info", ""


class Case(NamedTuple):
    """``text`` is the configuration, ``verdict`` what is to be said of it."""

    text: str
    verdict: str


_PASS = "proxy_pass http://127.0.0.1:8009;"
_ROOT = f"location / {{ {_PASS} }}\n"

NGINX = {
    "everything is passed on": Case(_ROOT, OPEN),
    "a longer prefix refuses": Case(_ROOT + "location /preliminary { return 403; }", CLOSED),
    "in front of it too": Case("location /preliminary/ { return 404; }\n" + _ROOT, OPEN),
    "with a slash and the path itself": Case(
        _ROOT + "location = /preliminary { return 404; }\nlocation /preliminary/ { deny all; }", CLOSED
    ),
    "an exact location is for itself only": Case(_ROOT + "location = /preliminary { return 403; }", OPEN),
    "another prefix is of no use": Case(_ROOT + "location /preliminaries { return 403; }", OPEN),
    "a prefix may end inside of a word": Case(_ROOT + "location /prelim { return 403; }", CLOSED),
    "deny all": Case(f"location / {{ {_PASS} }}\nlocation /preliminary {{ deny all; {_PASS} }}", CLOSED),
    "deny behind allow": Case(f"location / {{ allow 10.0.0.0/8; deny all; {_PASS} }}", CLOSED),
    "allow alone": Case(f"location / {{ allow 10.0.0.0/8; {_PASS} }}", OPEN),
    "allow all before deny": Case(f"location / {{ allow all; deny all; {_PASS} }}", OPEN),
    "deny of a network": Case(f"location / {{ deny 10.0.0.0/8; {_PASS} }}", OPEN),
    "deny around": Case("deny all;\n" + _ROOT, CLOSED),
    "allow inside hides deny around": Case(f"deny all;\nlocation / {{ allow 10.0.0.0/8; {_PASS} }}", OPEN),
    "a regular expression wins over a prefix": Case(
        f"location ~ ^/prelim {{ return 403; }}\nlocation /preliminary {{ {_PASS} }}", CLOSED
    ),
    "not over one that says so": Case(
        f"location ~ ^/prelim {{ return 403; }}\nlocation ^~ /preliminary {{ {_PASS} }}", OPEN
    ),
    "the first expression wins": Case(
        f"location ~ http-notify {{ {_PASS} }}\nlocation ~ preliminary {{ return 403; }}", OPEN
    ),
    "letters count": Case(_ROOT + "location ~ ^/PRELIMINARY { return 403; }", OPEN),
    "unless they don't": Case(_ROOT + "location ~* ^/PRELIMINARY { return 403; }", CLOSED),
    "a location inside refuses": Case(
        f"location / {{ {_PASS} location /preliminary {{ return 403; }} }}", CLOSED
    ),
    "a location inside without proxy_pass": Case(
        f"location / {{ {_PASS} location /preliminary {{ }} }}", CLOSED
    ),
    "an expression inside comes first": Case(
        f"location /preliminary {{ location ~ notify {{ {_PASS} }} }}\nlocation ~ . {{ return 403; }}", OPEN
    ),
    "the server answers all by itself": Case("return 403;\n" + _ROOT, CLOSED),
    "another path there": Case("location / { proxy_pass http://127.0.0.1:8009/appsuite/; }", CLOSED),
    "the same path there": Case("location / { proxy_pass http://127.0.0.1:8009/; }", OPEN),
    "a path that becomes the one": Case("location /pre { proxy_pass http://127.0.0.1:8009/pre; }", OPEN),
    "a named location": Case(f"location / {{ try_files /nothing @ox; }}\nlocation @ox {{ {_PASS} }}", OPEN),
    "an internal location": Case(f"location / {{ internal; {_PASS} }}", CLOSED),
    "notifications are limited": Case(
        f"location / {{ {_PASS} limit_except GET POST {{ deny all; }} }}", CLOSED
    ),
    "other requests are limited": Case(f"location / {{ {_PASS} limit_except PUT {{ deny all; }} }}", OPEN),
    "a password": Case(f'location / {{ auth_basic "x"; auth_basic_user_file /x; {_PASS} }}', CLOSED),
    "a password around": Case('auth_basic "x";\nauth_basic_user_file /x;\n' + _ROOT, CLOSED),
    "a password that is off": Case(
        f'auth_basic "x";\nauth_basic_user_file /x;\nlocation / {{ auth_basic off; {_PASS} }}', OPEN
    ),
    "a rewritten path": Case("rewrite ^/preliminary /elsewhere last;\n" + _ROOT
                             + "location /elsewhere { return 403; }", CLOSED),
    "quotes and comments": Case(
        'location "/" { # } {\n' + _PASS + "}\n# location /preliminary { deny all; }", OPEN
    ),
    "nothing is passed on": Case("location / { return 404; }", CLOSED),
}  # fmt: skip

_ROOT_A = "ProxyPass / http://127.0.0.1:8009/\n"
_MINE = "ProxyPass /preliminary http://127.0.0.1:8009/preliminary\n"

APACHE = {
    "everything is passed on": Case(_ROOT_A, OPEN),
    "the path is passed on": Case(_MINE, OPEN),
    "an exception before": Case("ProxyPass /preliminary !\n" + _ROOT_A, CLOSED),
    "an exception behind": Case(_ROOT_A + "ProxyPass /preliminary !", OPEN),
    "another word": Case("ProxyPass /preliminaries http://127.0.0.1:8009/preliminaries", CLOSED),
    "half a word": Case("ProxyPass /prelim http://127.0.0.1:8009/prelim", CLOSED),
    "another path there": Case("ProxyPass / http://127.0.0.1:8009/appsuite/", CLOSED),
    "denied": Case(_ROOT_A + "<Location /preliminary>\nRequire all denied\n</Location>", CLOSED),
    "half a word denied": Case(_ROOT_A + "<Location /prelim>\nRequire all denied\n</Location>", OPEN),
    "granted later": Case(
        _ROOT_A + "<Location /preliminary>\nRequire all denied\n</Location>\n"
        "<Location />\nRequire all granted\n</Location>", OPEN),
    "denied later": Case(
        _ROOT_A + "<Location />\nRequire all granted\n</Location>\n"
        "<Location /preliminary>\nRequire all denied\n</Location>", CLOSED),
    "denied by an expression": Case(
        _ROOT_A + '<LocationMatch "^/prelim">\nRequire all denied\n</LocationMatch>', CLOSED),
    "denied by an expression in a location": Case(
        _ROOT_A + '<Location ~ "^/prelim">\nRequire all denied\n</Location>', CLOSED),
    "for a network": Case(_ROOT_A + "<Location /preliminary>\nRequire ip 10.0.0.0/8\n</Location>", CLOSED),
    "for a network or all": Case(
        _ROOT_A + "<Location /preliminary>\nRequire ip 10.0.0.0/8\nRequire all granted\n</Location>", OPEN),
    "for a network of all": Case(
        _ROOT_A + "<Location /preliminary>\n<RequireAll>\nRequire ip 10.0.0.0/8\nRequire all granted\n"
        "</RequireAll>\n</Location>", CLOSED),
    "for all but a network": Case(
        _ROOT_A + "<Location /preliminary>\n<RequireAll>\nRequire all granted\nRequire not ip 10.0.0.0/8\n"
        "</RequireAll>\n</Location>", OPEN),
    "in the old way": Case(
        _ROOT_A + "<Location /preliminary>\nOrder deny,allow\nDeny from all\nAllow from 10.0.0.0/8\n"
        "</Location>", CLOSED),
    "in the old way, the other order": Case(
        _ROOT_A + "<Location /preliminary>\nOrder allow,deny\nAllow from 10.0.0.0/8\n</Location>", CLOSED),
    "in the old way, for all": Case(
        _ROOT_A + "<Location /preliminary>\nOrder allow,deny\nAllow from all\n</Location>", OPEN),
    "in the old way, nothing denied": Case(
        _ROOT_A + "<Location /preliminary>\nOrder deny,allow\nAllow from 10.0.0.0/8\n</Location>", OPEN),
    "inside of a location": Case(
        "<Location /preliminary>\nProxyPass http://127.0.0.1:8009/preliminary\n</Location>", OPEN),
    "kept inside of a location": Case(
        _ROOT_A + "<Location /preliminary>\nProxyPass !\n</Location>", CLOSED),
    "the proxy is denied": Case("<Proxy *>\nRequire all denied\n</Proxy>\n" + _ROOT_A, CLOSED),
    "the proxy is denied, the location not": Case(
        "<Proxy *>\nRequire all denied\n</Proxy>\n" + _ROOT_A
        + "<Location />\nRequire all granted\n</Location>", OPEN),
    "a rewrite forbids": Case("RewriteEngine on\nRewriteRule ^/preliminary - [F]\n" + _ROOT_A, CLOSED),
    "a rewrite passes on": Case(
        "RewriteEngine on\nRewriteRule ^/(pre.*)$ http://127.0.0.1:8009/$1 [P,L]", OPEN),
    "an expression passes on": Case("ProxyPassMatch ^/(pre.*)$ http://127.0.0.1:8009/$1", OPEN),
    "methods are limited": Case(
        _ROOT_A + "<Location />\n<LimitExcept GET>\nRequire all denied\n</LimitExcept>\n</Location>", CLOSED),
    "a module is asked for": Case("<IfModule mod_proxy.c>\n" + _ROOT_A + "</IfModule>", OPEN),
    "continued lines": Case("ProxyPass \\\n  / \\\n  http://127.0.0.1:8009/\n", OPEN),
    "nothing is passed on": Case("Alias /x /tmp/x", CLOSED),
}  # fmt: skip
