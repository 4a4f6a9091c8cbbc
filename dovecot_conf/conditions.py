"""The conditions of filters: ``protocol``, ``local``, ``local_name`` and ``remote``.

Nesting rules and their messages are those of Dovecot 2.3.19.1's ``config_filter_add_new_filter`` and
2.4.1's ``config_filter_parse``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dovecot_conf.value import Value

if TYPE_CHECKING:
    from dovecot_conf.nets import Net

FILTER_WORDS = frozenset(("protocol", "local", "local_name", "remote"))

NESTED_PROTOCOL = "Nested protocol { protocol { .. } } block not allowed"
NET_NOT_INSIDE = "{0} net1 {{ {0} net2 {{ .. }} }} requires net2 to be inside net1"
WRONG_ORDER = "{outer} {{ {inner} {{ .. }} }} not allowed (use {inner} {{ {outer} {{ .. }} }} instead)"

_FORBIDDEN_OUTSIDE = {
    "local": ("remote", "protocol", "local_name"),
    "local_name": ("remote", "protocol"),
    "remote": ("protocol",),
    "protocol": (),
}


class ConditionError(Exception):
    """A filter that can't be: ``rule`` is the kind of problem, the text is Dovecot's."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


class Condition(Value):
    """What must hold for the settings of a filter: None or no net means that anything goes."""

    protocol: str | None = None
    local_name: str | None = None
    local: Net | None = None
    remote: Net | None = None

    @property
    def is_of_network(self) -> bool:
        """Whether it asks for a network or for the name of a server."""
        if self.local is None and self.remote is None:
            return self.local_name is not None
        nets = (self.local, self.remote)
        return self.local_name is not None or any(net is not None and net.bits > 0 for net in nets)

    @property
    def is_of_several(self) -> bool:
        """Whether it asks for different things; filters on one thing alone never contradict each other."""
        parts = (self.protocol, self.local_name, self.local, self.remote)
        return sum(part is not None for part in parts) > 1

    def narrow(self, word: str, name: str) -> Condition:
        """Return this condition with one more filter inside. Raises :class:`ConditionError`."""
        for outer in _FORBIDDEN_OUTSIDE[word]:
            if getattr(self, outer) is not None:
                raise ConditionError("filter-order", WRONG_ORDER.format(outer=outer, inner=word))
        if word == "protocol":
            if self.protocol is not None:
                raise ConditionError("filter-order", NESTED_PROTOCOL)
            return Condition(name, self.local_name, self.local, self.remote)
        if word == "local_name":
            return Condition(self.protocol, name.lower(), self.local, self.remote)
        from dovecot_conf.nets import parse_net  # noqa: PLC0415 - few configurations have such filters

        net = parse_net(name)
        around: Net | None = getattr(self, word)
        if around is not None and not around.contains(net):
            raise ConditionError("filter-net", NET_NOT_INSIDE.format(word))
        if word == "local":
            return Condition(self.protocol, self.local_name, net, self.remote)
        return Condition(self.protocol, self.local_name, self.local, net)

    def matches(self, asked: Condition) -> bool:
        """Return whether these settings hold for a client, of whom ``asked`` tells what is known."""
        if self.protocol is not None:
            if asked.protocol is None:
                return False
            if self.protocol.startswith("!"):
                if asked.protocol == self.protocol[1:]:
                    return False
            elif asked.protocol != self.protocol:
                return False
        if self.local_name is not None and (
            asked.local_name is None
            or not any(_name_matches(asked.local_name, mask) for mask in self.local_name.split(" "))
        ):
            return False
        return _net_matches(self.local, asked.local) and _net_matches(self.remote, asked.remote)

    def __str__(self) -> str:
        """Return the filters as one would write them, the outermost first; '' for none."""
        parts = [
            ("local", self.local and self.local.text),
            ("local_name", self.local_name),
            ("remote", self.remote and self.remote.text),
            ("protocol", self.protocol),
        ]
        return " ".join(f"{word} {name}" for word, name in parts if name is not None)


def _net_matches(net: Net | None, asked: Net | None) -> bool:
    return net is None or net.bits == 0 or (asked is not None and net.holds(asked))


def _name_matches(name: str, mask: str) -> bool:
    """Match a host name as ``dns_match_wildcard`` does: a star is the rest of a label, with a dot behind."""
    name, mask = name.lower(), mask.lower()
    at, position = 0, 0
    while at < len(name) and position < len(mask):
        if mask[position] == "*":
            at = name.find(".", at)
            position += 1
            if at < 0 or not mask.startswith(".", position):
                return False
        elif mask[position] not in ("?", name[at]):
            return False
        at, position = at + 1, position + 1
    if mask.startswith("*", position):
        position += 1
    return at == len(name) and position == len(mask)


UNFILTERED = Condition()
