"""The checks of a setting's value, with what is said about a wrong one."""

from __future__ import annotations

from dovecot_conf.evaluate import Problems
from dovecot_conf.names import SettingName
from dovecot_conf.tree import Setting, Statement
from dovecot_conf.value_types import ANY_TEXT, WrongValue, check, is_unlimited
from dovecot_conf.versions import Version

AUTH_IN_NETWORK = "auth-in-network"
AUTH_TEXT = "Auth settings not supported inside local/remote blocks: "
_UNEXPANDED = ("$SET:", "$ENV:")


class ValueChecker:
    """Checks the values of one configuration and reports the wrong ones.

    ``expanding``: what counts is the value as the processes see it.
    """

    def __init__(self, version: Version, problems: Problems, *, expanding: bool = False) -> None:
        self._problems = problems
        self._expanding = expanding
        self._is_24 = version is Version.V24

    def check(
        self, node: Statement, known: SettingName, unexpanded: str, expanded: str | None = None
    ) -> bool:
        """Report a value of the wrong type; return whether doveconf takes it.

        ``unexpanded`` is the text as ``doveconf -n`` sees it, ``expanded`` as the processes do; None
        where both are the same.
        """
        if known.type in ANY_TEXT:
            return True
        wrong = self._judge(known, unexpanded, _UNEXPANDED)
        later = wrong
        if "$" in unexpanded or (expanded is not None and expanded != unexpanded):
            later = self._judge(known, unexpanded if expanded is None else expanded)
        if wrong is not None:
            self._report(node, known, wrong if later is not None else wrong.replace(rule="unexpanded-value"))
        elif later is not None:
            self._report(node, known, later.replace(rule="expanded-value"))
        return (later if self._expanding else wrong) is None

    def judge(self, known: SettingName, unexpanded: str) -> WrongValue | None:
        """Return what is wrong with a value as ``doveconf -n`` sees it, None for a good one."""
        return self._judge(known, unexpanded, _UNEXPANDED)

    def refuse_auth(self, node: Statement, name: str, before: str = "") -> None:
        """Report a setting of the auth process inside of a filter for a network."""
        self._problems.report(node, AUTH_IN_NETWORK, f"{before}{AUTH_TEXT}{name}")

    def _judge(self, known: SettingName, text: str, skipped: tuple[str, ...] = ()) -> WrongValue | None:
        if self._is_24:
            if "%{" in text or is_unlimited(known.type, text):
                return None
            if "$" in text and any(part in text for part in skipped):
                return None
        return check(known.type, text, known.choices)

    def _report(self, node: Statement, known: SettingName, wrong: WrongValue) -> None:
        message = (
            f"{node.key}: {wrong.message}" if self._is_24 and isinstance(node, Setting) else wrong.message
        )
        hint = ""
        if known.type == "enum":
            from dovecot_conf.near import offer  # noqa: PLC0415 - only where something is wrong

            hint = offer(filter(None, known.choices.split(":")))
        self._problems.report(node, wrong.rule, message, hint=hint)
