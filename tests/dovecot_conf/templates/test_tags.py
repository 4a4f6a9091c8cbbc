"""What the tags of each template language do."""

from __future__ import annotations

import pytest

from dovecot_conf.templates.tags import Does, language, tags


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("{% if a %}", Does.OPENS),
        ("{%- for a in b -%}", Does.OPENS),
        ("{% set a %}", Does.DEFINES),
        ("{% macro a(b) %}", Does.DEFINES),
        ('{{ define "a" }}', Does.DEFINES),
        ("{% set a = 1 %}", Does.NOTHING),
        ("{% elif a %}", Does.TURNS),
        ("{%+ else %}", Does.TURNS_LAST),
        ("{% endif %}", Does.CLOSES),
        ("{% include 'a.j2' %}", Does.WRITES),
        ("{% import 'a.j2' as a %}", Does.NOTHING),
        ("{# a\nb #}", Does.NOTHING),
        ("{{ a }}", Does.WRITES),
        ("{{{ a }}}", Does.WRITES),
        ("{{ end_of_line }}", Does.WRITES),
        ("{{ if_name }}", Does.WRITES),
        ("{{ ansible_managed | comment }}", Does.NOTHING),
        ("{{- if .A }}", Does.OPENS),
        ("{{ range $i, $a := .B }}", Does.OPENS),
        ("{{ else if .B }}", Does.TURNS),
        ("{{ else }}", Does.TURNS_LAST),
        ("{{- end -}}", Does.CLOSES),
        ("{{/* a */}}", Does.NOTHING),
        ("{{- /* a */ -}}", Does.NOTHING),
        ("{{ $a := .B }}", Does.NOTHING),
        ("{{ .A }}", Does.WRITES),
        ("{{#if a}}", Does.OPENS),
        ("{{/if}}", Does.CLOSES),
        ("{{! a }}", Does.NOTHING),
        ("<% if @a -%>", Does.OPENS),
        ("<%- @a.each do |b| -%>", Does.OPENS),
        ("<% $a.each |$b| { -%>", Does.OPENS),
        ("<% elsif @a %>", Does.TURNS),
        ("<% } else { -%>", Does.TURNS_LAST),
        ("<% end %>", Does.CLOSES),
        ("<% } -%>", Does.CLOSES),
        ("<%- | String $a | -%>", Does.NOTHING),
        ("<% a = 1 %>", Does.NOTHING),
        ("<%# a %>", Does.NOTHING),
        ("<%= @a %>", Does.WRITES),
        ("${A}", Does.WRITES),
        ("$A_B", Does.WRITES),
        ("@a_b@", Does.WRITES),
        ("__A_B__", Does.WRITES),
        ("%%PREFIX%%", Does.WRITES),
        ("%db_port", Does.WRITES),
    ],
)
def test_a_tag_does_one_thing(text: str, does: Does) -> None:
    assert [(tag.start, tag.end, tag.does) for tag in tags(f"a {text} b")] == [(2, 2 + len(text), does)]


@pytest.mark.parametrize(
    "text",
    [
        "%{user}",
        "%u",
        "%Lu",
        "%d/%n",
        "%%d",
        "%%user",
        "100%off",
        "%{if;%u;eq;a;b}",
        "$mail_plugins",
        "$ENV:HOME",
        "$SET:a",
        "a@b.example",
        "100%%",
        "{",
        "__init__",
    ],
)
def test_what_a_configuration_may_have_is_no_tag(text: str) -> None:
    assert list(tags(text)) == []


def test_raw_text_has_no_tags() -> None:
    text = "{% raw %}{{ a }}{% endraw %}{{ b }}"
    assert [text[tag.start : tag.end] for tag in tags(text)] == ["{% raw %}", "{% endraw %}", "{{ b }}"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a = {% if b %}", "Jinja template"),
        ("{{ if .A }}\n", "Go template"),
        ("a = {{ .B }}\n", "Go template"),
        ("a = <%= @b %>\n", "ERB template"),
        ("a = {{ b }}\n", "template"),
        ("# {{ b }}\na = b\n", ""),
        ("a = ${B} @C@\n", ""),
    ],
)
def test_the_language_of_an_obvious_template_is_named(text: str, name: str) -> None:
    assert language(text) == name
