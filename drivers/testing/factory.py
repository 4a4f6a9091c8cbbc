"""What the fixture ``dovecot_push`` is: a call makes a Dovecot to test with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from dovecot_conf.errors import PushnotifError
from drivers.testing.configured import configured_file, configured_script, scripting_of
from drivers.testing.errors import PushError
from drivers.testing.files import PushFiles
from drivers.testing.push import DovecotPush


class PushFactory:
    """Makes a :class:`DovecotPush` of a script, or of a configuration; ``made`` are those so far."""

    def __init__(self, *folders: Path) -> None:
        self._files = PushFiles(folders)
        self.made: list[DovecotPush] = []

    def __call__(
        self,
        *,
        script: str | Path | None = None,
        config: str | Path | None = None,
        version: str | None = None,
        plugin: Mapping[str, str] | None = None,
        settings: Mapping[str, str] | None = None,
        lua: str = "5.4",
        lua_api: str | None = None,
    ) -> DovecotPush:
        """Return a Dovecot with a Lua ``script`` as its driver, or with the configuration of a file.

        Both are looked for beside the test, then in pytest's root folder. ``version`` is Dovecot's,
        ``2.3`` or ``2.4``: by default 2.3 for a script, and for a configuration what it is written
        for. ``plugin`` are settings of 2.3's ``plugin {}``, ``settings`` any others, as with doveadm's
        ``-o``. ``lua`` is the version of Lua, ``lua_api`` the Dovecot whose API the script finds: 2.3.19,
        2.4.1 (by default that of ``version``) or 2.4.4. Raises PushError when something of this is wrong, the
        script's syntax included.
        """
        __tracebackhide__ = True
        values = dict(settings or {})
        values |= {f"plugin/{name}": value for name, value in (plugin or {}).items()}
        try:
            scripting = scripting_of(lua, lua_api)
            if script is not None and config is None:
                configured = configured_script(self._files.find(script), version, values, scripting)
            elif config is not None and script is None:
                configured = configured_file(self._files.find(config), version, values, scripting)
            else:
                raise PushError("give either script or config")
            push = DovecotPush(configured, self._files)
        except PushnotifError as error:
            raise PushError(error.message, span=error.span) from None
        self.made.append(push)
        return push

    def log(self) -> Iterator[str]:
        """Yield what was logged so far, by all that were made."""
        for push in self.made:
            for result in push.results:
                yield from result.log
