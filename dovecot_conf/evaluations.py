"""What is made of a tree, by version: problems, settings for a condition, the driver chain."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Self

from dovecot_conf.conditions import Condition
from dovecot_conf.evaluate import Surroundings
from dovecot_conf.reading import Reading
from dovecot_conf.scopes import SettingValue
from dovecot_conf.settings import Settings
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from dovecot_conf.push import PushConfig
    from dovecot_conf.tree import Flaw


class Evaluation(ABC):
    """A tree that has been evaluated."""

    @abstractmethod
    def __init__(
        self, surroundings: Surroundings, reading: Reading, overrides: Mapping[str, SettingValue]
    ) -> None: ...

    @property
    @abstractmethod
    def flaws(self) -> list[Flaw]:
        """The problems; those that only the whole shows are looked for when this is first asked."""

    @property
    @abstractmethod
    def flaws_so_far(self) -> list[Flaw]:
        """The problems that evaluating showed by itself, without a look at the whole."""

    @abstractmethod
    def overridden(self, overrides: Mapping[str, SettingValue]) -> Self:
        """Return the same tree with more overrides, which win over those that there are."""

    @abstractmethod
    def settings(self, asked: Condition) -> Settings:
        """Return the effective settings for a condition."""

    @abstractmethod
    def push(self, protocol: str) -> PushConfig:
        """Return the driver chain for a protocol."""

    @abstractmethod
    def conditions(self) -> Iterator[Condition]:
        """Yield the condition of every filter, as first opened."""


def evaluation_class(version: Version) -> type[Evaluation]:
    """Return the class for a version; the modules of the other one are not imported."""
    if version is Version.V23:
        from dovecot_conf.evaluation23 import Evaluation23  # noqa: PLC0415

        return Evaluation23
    from dovecot_conf.evaluation24 import Evaluation24  # noqa: PLC0415

    return Evaluation24
