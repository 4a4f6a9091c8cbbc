"""What is made of a tree of 2.4: problems, settings for a condition, the driver chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Self

from dovecot_conf.conditions import Condition
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.evaluate24 import Evaluator24
from dovecot_conf.evaluations import Evaluation
from dovecot_conf.reading import Reading
from dovecot_conf.scopes import SettingValue
from dovecot_conf.settings24 import Settings24
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.push import PushConfig
    from dovecot_conf.tree import Flaw


class Evaluation24(Evaluation):
    """A configuration of 2.4."""

    def __init__(
        self, surroundings: Surroundings, reading: Reading, overrides: Mapping[str, SettingValue]
    ) -> None:
        self._read = surroundings.content
        self._files = surroundings.files
        self._overrides = overrides
        self._reading = reading
        self._evaluator = Evaluator24(surroundings)
        self._evaluator.run(reading)
        self._tree = self._evaluator.tree

    @cached_property
    def flaws(self) -> list[Flaw]:
        """The problems, in the order in which Dovecot finds them."""
        self._evaluator.check(self._reading)
        return self._evaluator.problems.flaws

    @property
    def flaws_so_far(self) -> list[Flaw]:
        """The problems that evaluating showed by itself."""
        return self._evaluator.problems.flaws

    def overridden(self, overrides: Mapping[str, SettingValue]) -> Self:
        """Return the same tree with more overrides, which win over those that there are."""
        other = copy(self)
        other._overrides = {**self._overrides, **overrides}
        return other

    def settings(self, asked: Condition) -> Settings24:
        """Return the effective settings for a condition."""
        return Settings24(self._tree.root, asked, self._overrides, self._read)

    def push(self, protocol: str) -> PushConfig:
        """Return the driver chain for a protocol."""
        from dovecot_conf import chain24  # noqa: PLC0415 - not for settings alone
        from dovecot_conf.push import PushConfig  # noqa: PLC0415

        settings = self.settings(Condition(protocol))
        definitions = chain24.chain(settings, self._files)
        return PushConfig(
            Version.V24,
            protocol,
            settings.words("mail_plugins"),
            tuple(definitions),
            unread=tuple(chain24.unread(settings, self._files)),
            mail_lua=chain24.lua_settings(settings, "mail_lua", self._files),
        )

    def conditions(self) -> Iterator[Condition]:
        """Yield the condition of every filter, as first opened."""
        return (scope.condition for scope in self._tree.scopes[1:])
