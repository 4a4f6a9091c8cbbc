"""Click's completion, with words as each shell divides them, and values behind ``--option=``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

from cli.complete import VARIABLE, scripts
from cli.complete.words import Typed, paths, quoted_for_bash, typed, unquoted
from cli.output import writing_to_stdout
from cli.tree import ROOT
from dovecot_conf.errors import PushnotifError

OPEN_ENDS = ("=", "/", ",", ":")


class _Complete(ShellComplete):
    """Completion of whole words: what an answer holds replaces all that was typed of the word."""

    def typed(self) -> Typed:
        """Return what was typed so far."""
        return typed(os.environ.get("COMP_WORDS", ""), int(os.environ.get("COMP_CWORD") or 0))

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one that is being typed, and that one."""
        now = self.typed()
        return now.args, now.incomplete

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        """Return the words that may stand where ``incomplete`` is being typed."""
        name, equals, _ = incomplete.partition("=")
        front = name + equals if equals and name.startswith("--") else ""
        found = super().get_completions(args, incomplete)
        return [item for one in found for item in self._whole(one, front)]

    def _whole(self, item: CompletionItem[str], front: str) -> Iterator[CompletionItem[str]]:
        """Yield an answer with what stands before it in its word; files there are looked up here."""
        front += item.prefix or ""
        if item.type == "plain":
            kind = "open" if item.value.endswith(OPEN_ENDS) else "plain"
            yield CompletionItem(front + item.value, type=kind, help=item.help)
        elif not front:
            yield item
        else:
            for path in paths(item.value, only_folders=item.type == "dir"):
                kind = "open" if path.endswith("/") else "plain"
                yield CompletionItem(front + path, type=kind)

    def complete(self) -> str:
        """Return the answers; none where the command line so far is wrong, or can't be understood."""
        try:
            return super().complete()
        except (click.ClickException, PushnotifError, OSError, ValueError):
            return ""


class Bash(_Complete, BashComplete):
    """Completion for bash, which takes ``=`` and ``:`` for words of their own."""

    source_template = scripts.BASH

    @staticmethod
    def _check_version() -> None:
        """Ask no bash for its version: the script knows what to do in an old one."""

    def typed(self) -> Typed:
        """Return what was typed so far."""
        words, current = os.environ.get("COMP_WORDS", ""), int(os.environ.get("COMP_CWORD") or 0)
        return typed(words, current, divided=True)

    def format_completion(self, item: CompletionItem[Any]) -> str:
        """Return an answer without what the shell has as words before the last one."""
        if item.type not in ("plain", "open"):
            return f"{item.type},{item.value}"
        return f"{item.type},{quoted_for_bash(item.value.removeprefix(self.typed().outside))}"


class Zsh(_Complete, ZshComplete):
    """Completion for zsh."""

    source_template = scripts.ZSH


class Fish(_Complete, FishComplete):
    """Completion for fish, which hands over the word being typed by itself."""

    source_template = scripts.FISH

    def typed(self) -> Typed:
        """Return what was typed so far."""
        words = os.environ.get("COMP_WORDS", "")
        incomplete = unquoted(os.environ.get("COMP_CWORD", ""))
        if "\n" not in words:
            # As click's own script does: the word being typed is among them, if there is one.
            args = typed(words, len(words)).args
            return Typed(args[:-1] if incomplete and args[-1:] == [incomplete] else args, incomplete)
        return Typed(words.removesuffix("\n").split("\n")[1:], incomplete)


SHELLS = MappingProxyType({"bash": Bash, "zsh": Zsh, "fish": Fish})


def script(command: click.Command, shell: str) -> str:
    """Return the script that makes ``shell`` complete a command."""
    return SHELLS[shell](command, {}, ROOT, VARIABLE).source()


def answer(command: click.Command, instruction: str) -> int:
    """Do what a completion script asks for in its variable (``bash_complete``); return the exit code."""
    shell, _, what = instruction.partition("_")
    if shell not in SHELLS or what not in ("complete", "source"):
        return 1
    complete = SHELLS[shell](command, {}, ROOT, VARIABLE)
    text = complete.complete() if what == "complete" else complete.source()
    with writing_to_stdout():
        click.echo(text.encode(), nl=bool(text))
    return 0
