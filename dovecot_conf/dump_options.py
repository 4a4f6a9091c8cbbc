"""What to print of a configuration, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dovecot_conf.conditions import UNFILTERED, Condition
from dovecot_conf.extent import Extent


@dataclass(frozen=True, slots=True)
class DumpOptions:
    """What to print and how.

    ``asked`` is what is known of the connection (``-f``); ``value_only`` is ``-h``, ``expanding`` is
    ``-x``, and without ``show_secrets`` (``-P``) secrets are hidden by doveconf's rules. ``environ`` is
    what ``$ENV:`` sees, ``root`` where absolute paths are looked up.
    """

    extent: Extent = Extent.CHANGED
    asked: Condition = UNFILTERED
    value_only: bool = False
    show_secrets: bool = False
    expanding: bool = False
    environ: Mapping[str, str] = field(default_factory=dict)
    root: Path | None = None
