"""The dicts that a configuration can name for METADATA: a frozen value for each driver."""

from __future__ import annotations

from dovecot_conf.value import Value
from mailstore.lock_methods import LockMethod


class OffSetting(Value):
    """METADATA is switched off."""

    driver: str = ""
    location: str = ""


class WrongSetting(Value):
    """A dict that Dovecot can't open; ``error`` is what it says."""

    driver: str
    error: str
    location: str


class OtherSetting(Value):
    """A dict that Dovecot can open and pushnotif can't; ``driver`` names what is missing."""

    driver: str
    location: str


class FileSetting(Value):
    """A dict in one file; ``~/`` at the start of ``path`` is the user's home."""

    path: str
    lock: LockMethod = LockMethod.DOTLOCK

    @property
    def driver(self) -> str:
        """The name of the driver."""
        return "file"

    @property
    def location(self) -> str:
        """The place of the pairs, for people."""
        return self.path or self.driver


class FsSetting(Value):
    """A dict with a file for each key. ``prefix`` stands in front of each file's name as it is.

    ``keeps_folders``: folders that become empty are not removed. ``fsync``: files are on disk
    before they get their name.
    """

    prefix: str = ""
    mode: int = 0o600
    keeps_folders: bool = False
    fsync: bool = True

    @property
    def driver(self) -> str:
        """The name of the driver."""
        return "fs"

    @property
    def location(self) -> str:
        """The place of the files, for people."""
        return self.prefix or self.driver


class RedisSetting(Value):
    """A dict in a Redis server: at ``host`` and ``port``, or at ``socket_path`` if there is one.

    ``expire_secs`` is how long a value is kept, 0 is for ever.
    """

    host: str = "127.0.0.1"
    port: int = 6379
    socket_path: str = ""
    prefix: str = ""
    db: int = 0
    password: str = ""
    timeout_msecs: int = 30_000
    expire_secs: int = 0

    def __repr__(self) -> str:
        """Return the place, without the password."""
        return f"RedisSetting({self.location})"

    @property
    def driver(self) -> str:
        """The name of the driver."""
        return "redis"

    @property
    def address(self) -> str:
        """Where the server listens."""
        if self.socket_path:
            return self.socket_path
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def location(self) -> str:
        """The place of the keys, for people; without the password."""
        return f"redis {self.address}, db {self.db}, prefix {self.prefix!r}"


class ProxySetting(Value):
    """A dict ``name`` behind a dict server.

    ``socket_path`` is absolute, relative to ``base_dir``, or "" for Dovecot's own server;
    ``base_dir`` is the setting, "" when it isn't set.
    """

    name: str
    socket_path: str = ""
    idle_msecs: int = 0
    warn_slow_msecs: int = 5000
    base_dir: str = ""

    @property
    def driver(self) -> str:
        """The name of the driver."""
        return "proxy"

    @property
    def location(self) -> str:
        """The place of the pairs, for people."""
        return f"proxy:{self.socket_path}:{self.name}"


DictSetting = OffSetting | WrongSetting | OtherSetting | FileSetting | FsSetting | RedisSetting | ProxySetting
