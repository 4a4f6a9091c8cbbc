"""docs/reference/commands.md is what the commands say of themselves."""

from __future__ import annotations

import click

from cli.tree import top, walk
from docs import commands


def test_the_page_is_that_of_today() -> None:
    assert commands.PAGE.read_text("utf-8") == commands.page(), "run python docs/commands.py"


def test_every_command_and_option_is_on_it() -> None:
    from cli.main import pushnotif  # noqa: PLC0415 - slow to import

    page = commands.PAGE.read_text("utf-8")
    _, *contexts = walk(top(pushnotif))
    for context in contexts:
        assert f"# {context.command_path}\n" in page
        options = [param for param in context.command.params if isinstance(param, click.Option)]
        for option in options:
            assert option.hidden or any(name in page for name in option.opts)


def test_text_stays_text_in_markdown() -> None:
    assert commands.plain("a_b <x> [y] *.conf") == r"a\_b \<x\> \[y\] \*.conf"
    assert commands.plain("as `listen --record`") == "as `listen --record`"
    assert commands.code("FILE|-") == r"`FILE\|-`"
