"""What is made of a tree of 2.3: problems, settings for a condition, the driver chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Self

from dovecot_conf.conditions import Condition
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.evaluate23 import Evaluator23
from dovecot_conf.evaluations import Evaluation
from dovecot_conf.reading import Reading
from dovecot_conf.scopes import SettingValue
from dovecot_conf.scopes23 import Scope23
from dovecot_conf.settings23 import Plugins, Settings23
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.push import PushConfig
    from dovecot_conf.tree import Flaw


class Evaluation23(Evaluation):
    """A configuration of 2.3."""

    def __init__(
        self, surroundings: Surroundings, reading: Reading, overrides: Mapping[str, SettingValue]
    ) -> None:
        self._read = surroundings.content
        self._files = surroundings.files
        self._overrides = overrides
        evaluator = Evaluator23(surroundings)
        evaluator.run(reading)
        self._problems = evaluator.problems
        self._scopes = evaluator.scopes
        self._is_literal = evaluator.is_literal
        self._plugins = Plugins(overrides, self._read)

    @cached_property
    def flaws(self) -> list[Flaw]:
        """The problems, in the order in which Dovecot finds them."""
        from dovecot_conf.checks23 import check  # noqa: PLC0415 - not for settings alone

        check(self._scopes, self._problems)
        return self._problems.flaws

    @property
    def flaws_so_far(self) -> list[Flaw]:
        """The problems that evaluating showed by itself."""
        return self._problems.flaws

    def overridden(self, overrides: Mapping[str, SettingValue]) -> Self:
        """Return the same tree with more overrides, which win over those that there are."""
        other = copy(self)
        other._overrides = {**self._overrides, **overrides}
        other._plugins = Plugins(other._overrides, self._read)
        return other

    def settings(self, asked: Condition) -> Settings23:
        """Return the effective settings for a condition."""
        return Settings23(self._scopes, asked, self._overrides, self._plugins, self._read)

    def literal_scopes(self) -> list[Scope23] | None:
        """Return the scopes if each value is as it is written, but for references to itself; else None."""
        return self._scopes if self._is_literal else None

    def push(self, protocol: str) -> PushConfig:
        """Return the driver chain for a protocol."""
        from dovecot_conf import chain23  # noqa: PLC0415 - not for settings alone
        from dovecot_conf.clients import client_settings  # noqa: PLC0415
        from dovecot_conf.push import PushConfig  # noqa: PLC0415

        settings = self.settings(Condition(protocol))
        plugin = settings.plugin
        client = client_settings(settings, Version.V23, self._files)
        definitions = [one._replace(client=client) for one in chain23.chain(plugin, chain23.CHAIN)]
        fallback = [one._replace(client=client) for one in chain23.chain(plugin, chain23.OLD_CHAIN)]
        return PushConfig(
            Version.V23,
            protocol,
            settings.words("mail_plugins"),
            tuple(definitions),
            tuple(fallback),
            (
                *chain23.unread(plugin, chain23.CHAIN, len(definitions)),
                *chain23.unread(plugin, chain23.OLD_CHAIN, len(fallback)),
            ),
            {name: value.text for name, value in plugin.items()},
        )

    def conditions(self) -> Iterator[Condition]:
        """Yield the condition of every filter, as first opened."""
        return (scope.condition for scope in self._scopes[1:])
