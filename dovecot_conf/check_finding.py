"""What a check of settings that belong together finds."""

from __future__ import annotations

from typing import NamedTuple

from dovecot_conf.tree import Statement


class Finding(NamedTuple):
    """The name of a rule, Dovecot's message, and the line to blame, None if no line sets anything of it."""

    rule: str
    message: str
    where: Statement | None
    hint: str = ""
