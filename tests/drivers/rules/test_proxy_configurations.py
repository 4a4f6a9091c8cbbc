"""Whether a configuration of nginx or Apache leaves the path of the OX middleware open."""

from __future__ import annotations

import pytest

from dovecot_conf import Diagnostic, Version, loads
from dovecot_conf.lint import Catalogue, Context, lint_context
from dovecot_conf.source import SourceFile
from drivers.rules import all_rules
from tests.drivers.rules.proxy_cases import APACHE, MAYBE, NGINX, OPEN, Case

CATALOGUE = Catalogue(all_rules())


def found(*texts: str) -> tuple[Diagnostic, ...]:
    others = tuple(SourceFile(f"proxy{number}.conf", text) for number, text in enumerate(texts, 1))
    return lint_context(Context(loads("", version=Version.V23), others=others), CATALOGUE)


def verdict(text: str) -> str:
    items = found(text)
    assert {item.code for item in items} <= {"PN809"}, items
    return str(items[0].severity) if items else ""


def server(text: str) -> str:
    return f"server {{\n  listen 443 ssl;\n{text}\n}}\n"


def host(text: str) -> str:
    return f"<VirtualHost *:443>\n{text}\n</VirtualHost>\n"


@pytest.mark.parametrize("case", NGINX.values(), ids=list(NGINX))
def test_a_server_of_nginx_is_judged_as_nginx_does_it(case: Case) -> None:
    assert verdict(server(case.text)) == case.verdict
    assert verdict("http {\n" + server(case.text) + "}\n") == case.verdict


@pytest.mark.parametrize("name", [name for name in NGINX if "around" not in name and "itself" not in name])
def test_a_snippet_with_locations_is_judged_as_a_server(name: str) -> None:
    case = NGINX[name]
    assert verdict(case.text) == case.verdict


@pytest.mark.parametrize("case", APACHE.values(), ids=list(APACHE))
def test_a_virtual_host_of_apache_is_judged_as_apache_does_it(case: Case) -> None:
    assert verdict(host(case.text)) == case.verdict


@pytest.mark.parametrize("case", APACHE.values(), ids=list(APACHE))
def test_a_snippet_of_apache_is_judged_as_a_virtual_host(case: Case) -> None:
    assert verdict(case.text) == case.verdict


ROOT = "location / { proxy_pass http://backend; }\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (server(ROOT), MAYBE),
        (server(ROOT) + "upstream backend { server ox:8009; }\n", OPEN),
        (server(ROOT) + "upstream backend { server ox:8080; server unix:/run/x; }\n", MAYBE),
        (server("location /preliminary { proxy_pass http://$ox; }"), OPEN),
        (server("location / { proxy_pass http://$ox; }"), MAYBE),
        (server("location /preliminary { proxy_pass http://backend; }"), OPEN),
        (server("listen 127.0.0.1:80;\n" + ROOT).replace("listen 443 ssl;", ""), ""),
        (server("listen [::1]:80;\n" + ROOT).replace("listen 443 ssl;", ""), ""),
        (server("listen 127.0.0.1:80;\n" + ROOT), MAYBE),
        ("<VirtualHost 127.0.0.1:80>\nProxyPass / http://ox:8009/\n</VirtualHost>\n", ""),
        ("ProxyPass / http://backend/\n", MAYBE),
        ("ProxyPass /preliminary balancer://ox/preliminary\n", OPEN),
        ("ProxyPass / http://ox:8009/\n" + host("ServerName x"), OPEN),
    ],
)
def test_it_is_a_note_only_unless_the_middleware_is_known_to_be_there(text: str, said: str) -> None:
    assert verdict(text) == said


def test_each_server_is_told_once_at_its_own_place() -> None:
    text = server(ROOT) + server("location /preliminary {\n proxy_pass http://ox:8009;\n}")
    items = found(text)
    assert [(item.severity.value, item.span.file, item.span.line) for item in items] == [
        (MAYBE, "proxy1.conf", 3),
        (OPEN, "proxy1.conf", 8),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (server("include snippets/ox.conf;\nlocation / { proxy_pass http://ox:8009; }"), MAYBE),
        (server("include x.conf;\nlocation /preliminary { proxy_pass http://ox:8009; }"), OPEN),
        (server("location /preliminary { include x.conf; proxy_pass http://ox:8009; }"), MAYBE),
        (host("Include x.conf\nProxyPass / http://ox:8009/"), MAYBE),
    ],
)
def test_what_an_include_may_forbid_is_a_note_and_the_include_is_told(text: str, said: str) -> None:
    items = {item.code: item.severity.value for item in found(text)}
    assert items == {"PN809": said, "PN811": "info"}


def test_includes_that_have_nothing_to_do_with_it_are_not_told() -> None:
    text = "include mime.types;\n" + server("location = /x { include proxy_params; }")
    assert found(text, "Include mods-enabled/*.load\n") == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("server {\n  listen 80\n}\n", 3, 'unexpected "}": a ";" is missing before it'),
        ("server {\n", 1, 'unexpected end of file, expecting "}" for this block'),
        ("server {}\n}\n", 2, 'unexpected "}"'),
        ("server {}\nlisten 80", 2, 'unexpected end of file, expecting ";" or "}"'),
        ("location / {\n  return 403 'x;\n}\n", 2, "a quote is never closed"),
        ("{\n}\n", 1, 'unexpected "{"'),
        (";\n", 1, 'unexpected ";"'),
        ("server {\n" * 70, 65, "blocks are nested too deeply"),
        ("a;\nx \\", 2, 'unexpected end of file, expecting ";" or "}"'),
        ("<Location /x>\nRequire all denied\n", 1, "<location> is never closed"),
        ("ProxyPass / http://x/\n</Location>\n", 2, "</Location> without matching <location> section"),
        ("<Location /x>\n</Proxy>\n", 2, "expected </location> but saw </Proxy>"),
        ("<Location /x\n", 1, "a line with < must end in >"),
    ],
)
def test_of_a_malformed_file_its_first_mistake_is_told(text: str, line: int, message: str) -> None:
    (item,) = found(text)
    assert (item.code, item.span.line) == ("PN810", line)
    assert item.message.partition(": ")[2] == message


def test_a_template_is_not_judged() -> None:
    (item,) = found("server {\n  {% if x %}\n  location / { proxy_pass {{ ox }}; }\n  {% endif %}\n}\n")
    assert (item.code, item.severity.value) == ("PN810", "info")


def test_code_of_another_language_is_passed_over() -> None:
    text = "content_by_lua_block {\n  local x = {}; if x then return { y = 1 } end\n}\n"
    assert verdict(server(f"location /x {{ {text} }}\nlocation / {{ proxy_pass http://ox:8009; }}")) == OPEN


def test_a_comment_silences_a_finding() -> None:
    text = "location / { # pushnotif: ignore[PN809]\n  proxy_pass http://ox:8009;\n}\n"
    assert found(text) == ()
    assert found("# pushnotif: ignore[PN809]\nProxyPass / http://ox:8009/\n") == ()


@pytest.mark.parametrize("pattern", ["(a+)+$", "((a*)*)*x", "(" * 600, "[", "a{99999}"])
def test_a_pattern_that_is_not_to_be_run_decides_nothing(pattern: str) -> None:
    text = f'location / {{ proxy_pass http://ox:8009; }}\nlocation ~ "{pattern}" {{ return 403; }}\n'
    assert found(server(text)) == () or pattern == "a{99999}"


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "a" * 100000 + ";\n", '"' * 99999])
def test_any_text_is_read_in_no_time(text: str) -> None:
    assert {item.code for item in found(text)} <= {"PN810"}
