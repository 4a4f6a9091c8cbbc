"""The %variables of 2.4's values, which doveconf compiles when it has read everything.

Follows ``config_dump_full_callback`` of 2.4.1, which aborts where one has the wrong syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dovecot_conf import file_values24
from dovecot_conf.evaluate import Problems
from dovecot_conf.scopes24 import Scope24
from dovecot_conf.tree import Flaw, Statement
from dovecot_conf.variables24_plain import plain_parts

if TYPE_CHECKING:
    from dovecot_conf.variables24_syntax import Mistake


class Programs:
    """Checks what the settings of one configuration are at its end."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems

    def take(
        self, scope: Scope24 | None, name: str, node: Statement, kind: str, unexpanded: str, expanded: str
    ) -> None:
        """Check a value of the type ``kind``, in place of what the setting was before.

        ``unexpanded`` is the text as ``doveconf -n`` sees it, ``expanded`` as the processes do. Messages show
        the former: the latter may come from a file or the environment.
        """
        now = _mistake(kind, unexpanded)
        later = now if expanded == unexpanded else _mistake(kind, expanded)
        place = (id(scope), name)
        self._problems.at_end.pop(place, None)
        wrong = now or later
        if wrong is not None:
            rule, message = "variable-syntax", f"{unexpanded}: {wrong.message}"
            if wrong.crashes:
                rule, message = "dovecot-crash", wrong.message
            if now is None or later is None:
                rule = "expanded-value" if now is None else "unexpanded-value"
                message = wrong.message if wrong.crashes else f"Panic: {message}"
            self._problems.at_end[place] = Flaw(rule, message, node.report_span)


def _mistake(kind: str, text: str) -> Mistake | None:
    if kind == file_values24.TYPE:
        text = "" if text.startswith(file_values24.INLINE) else text.partition("\n")[0]
    if "%{" not in text or plain_parts(text) is not None:
        return None
    from dovecot_conf.variables24_syntax import find_mistake  # noqa: PLC0415 - most variables are plain

    return find_mistake(text)
