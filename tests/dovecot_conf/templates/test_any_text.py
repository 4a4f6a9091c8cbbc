"""Whatever stands in a template, reading it ends, and its lines keep their numbers and lengths."""

from __future__ import annotations

import random
import time

import pytest

from dovecot_conf import loads
from dovecot_conf.lint.template_readings import template_worlds
from dovecot_conf.templates.parsed import TemplateText

PIECES = (
    *("{% if a %}", "{% else %}", "{% endif %}", "{%", "%}", "{{", "}}", "{{ a }}", "{#", "#}", "{{ end }}"),
    *("<% if a %>", "<% end %>", "<%= a %>", "<%", "%>", "${A_B}", "@a@", "__A__", "{% raw %}", "{{ if a }}"),
    *(
        "\n",
        "\n",
        "\n",
        " ",
        "\\\n",
        "a = ",
        "b {",
        "}",
        "# ",
        '"',
        "\r\n",
        "!include x",
        "\0",
        "ü",
        "\ue001",
    ),
)


@pytest.mark.parametrize("seed", range(200))
def test_any_text_is_read(seed: int) -> None:
    text = "".join(random.Random(seed).choices(PIECES, k=40))
    template = TemplateText(text)
    written = text.split("\n")
    for branch in (0, 1, -1):
        for line in template.lines(lambda _, chain, branch=branch: chain.taken(branch)):
            assert line.text is None or len(line.text) == len(written[line.number - 1])
    assert template_worlds(lambda view, version: loads(text, view=view, version=version))


@pytest.mark.parametrize(
    "text",
    [
        "{% if a %}\nb = c\n{% endif %}\n" * 5_000,
        "{% if a %}" * 5_000 + "{% endif %}" * 5_000,
        "{{ " * 50_000,
        "{% " * 50_000,
        "a = {{ b }} " * 20_000,
        "a = {{ b }}\n" * 20_000,
    ],
    ids=["conditions", "nested", "unclosed values", "unclosed tags", "a long line", "values"],
)
def test_a_long_text_is_read_in_time(text: str) -> None:
    start = time.process_time()
    for branch in (0, -1):
        list(TemplateText(text).lines(lambda _, chain, branch=branch: chain.taken(branch)))
    assert time.process_time() - start < 10
