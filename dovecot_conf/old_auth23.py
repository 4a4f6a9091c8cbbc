"""The section ``auth {}`` of Dovecot 1.x, as 2.3.19.1 still reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dovecot_conf import old_names23_table as old
from dovecot_conf.base_dir import BASE_DIR
from dovecot_conf.carried import carried, changed, closed, opened
from dovecot_conf.conditions import Condition
from dovecot_conf.evaluate import Problems
from dovecot_conf.tree import Section, SectionEnd, Setting, Statement

_SOCKET_KEYS = ("path", "mode", "user", "group")
_MASTER_NAMES = ("-master", "-userdb")


class _Socket:
    """What is known of a socket in ``auth { socket listen { master { … } } }``."""

    def __init__(self) -> None:
        self.master = False
        self.values: dict[str, str] = {}


class OldAuth:
    """Takes the lines of one ``auth {}``, from the line after its first on.

    ``depth`` is 1 in it and more inside of its sections, 0 when it has ended. Of ``socket listen {}`` in
    it, the depth is counted in the same way.
    """

    def __init__(self, problems: Problems, warn: Callable[[Statement, str], None]) -> None:
        self.depth = 1
        self._problems = problems
        self._warn = warn
        self._socket_depth = 0
        self._socket = _Socket()

    def skip(self, step: int) -> None:
        """Count a section (1), or the end of one (-1), that is an error itself or stands in one."""
        self.depth += step
        if self._socket_depth:
            self._socket_depth += step

    def setting(self, node: Setting) -> bool:
        """Return whether the setting is one of a socket."""
        if self._socket_depth != 2 or node.key not in _SOCKET_KEYS:
            return False
        self._socket.values[node.key] = node.value
        return True

    def section(self, node: Section, condition: Condition) -> list[Statement] | None:
        """Return what a section in ``auth {}`` becomes, None for the section itself."""
        word, name = node.word, node.name
        self._socket = _Socket()
        if self.depth == 1 and word in old.AUTH_DATABASES:
            self._warn(node, old.AUTH_DATABASE.format(word=word, name=name))
            if condition.is_of_network:
                text = old.AUTH_DATABASE_IN_NETWORK.format(word=word)
                self._problems.report(node, "auth-in-network", text)
                return [changed(node, node.name, broken=True)]
        self.depth += 1
        if self.depth == 2 and word in old.AUTH_DATABASES:
            return [changed(node, ""), carried(node, "driver", name, direct=False)]
        if self.depth == 2 and word == "socket":
            if name == "connect":
                self._warn(node, old.SOCKET_CONNECT)
            if name != "listen":
                return None
            self._socket_depth += 1
            return []
        if self._socket_depth:
            self._socket_depth += 1
        if self._socket_depth == 2 and word in ("master", "client"):
            self._socket.master = word == "master"
            return []
        return None

    def end(self, node: SectionEnd, base_dir: str | None) -> list[Statement] | None:
        """Return what a closing brace in ``auth {}`` becomes, None for itself.

        ``base_dir`` is the setting of this name, None if there is none so far.
        """
        self.depth -= 1
        if not self.depth:
            return []
        if not self._socket_depth:
            return None
        self._socket_depth -= 1
        if self._socket_depth != 1:
            return []
        return list(self._listener(node, BASE_DIR if base_dir is None else base_dir))

    def _listener(self, node: SectionEnd, base_dir: str) -> Iterator[Statement]:
        """Yield the lines of the ``unix_listener`` that a socket has become."""
        socket, self._socket = self._socket, _Socket()
        path = socket.values.pop("path", None)
        if path is None:
            self._problems.report(node, "old-auth-socket", "socket listen {} is missing path")
            return
        path = path.removeprefix(f"{base_dir}/")
        if not path and not socket.master:
            self._problems.report(node, "dovecot-crash", old.EMPTY_PATH)
            return
        if socket.master != path.endswith(_MASTER_NAMES):
            self._problems.report(node, "old-auth-socket", old.SOCKET_NAMES[socket.master])
            return
        yield opened(node, "service", "auth")
        yield opened(node, "unix_listener", path)
        for key in _SOCKET_KEYS:
            if key in socket.values:
                yield carried(node, key, socket.values[key])
        yield closed(node)
        yield closed(node)
