"""What mailstore reads of a configuration: settings as a user has them, and blocks that list things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from dovecot_conf import Configuration, Settings
from dovecot_conf.errors import MailboxError, VariableError
from dovecot_conf.paths import join_path
from dovecot_conf.scopes import OVERRIDE_FILE
from dovecot_conf.settings import split_list
from dovecot_conf.tree import Section, Setting
from dovecot_conf.variables import MAIL_USER_VARIABLES, expand, user_values
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from pathlib import Path

    from mailstore.users import User

# Blocks that never have a name; all occurrences are one block.
NAMELESS = frozenset({"mail_attribute", "fields", "userdb_fields"})
# Of these, those that list names as they are, slashes included.
LISTS = frozenset({"fields", "userdb_fields"})
# Blocks whose content holds for some connections only.
CONNECTION_FILTERS = frozenset({"local", "local_name", "remote"})

_UNKNOWN_HOME = frozenset(f"Unknown variable '{name}'" for name in ("%h", "%home", "home", "owner_home"))
_NO_HOME_24 = "Setting used home directory (%h) but there is no mail_home and userdb didn't return it"

Identity = tuple[str, str | int]


def is_yes(text: str) -> bool:
    """Tell whether a boolean setting is on."""
    return text.lower() in ("yes", "y", "1")


class PluginError(MailboxError):
    """The settings of a plugin are wrong: a process with the plugin ends."""


class SettingVariableError(VariableError):
    """A %variable in a setting of 2.3 can't be expanded; the text is all that Dovecot says."""


class Block:
    """A block of the configuration: a userdb, a namespace, a mailbox of it, a dict.

    ``name`` is "" for one without a name. ``path`` is the beginning of the names of its settings,
    None when an unnamed block is on the way. ``values`` has the settings as they are written,
    ``blocks`` the inner blocks.
    """

    def __init__(self, settings: Settings, name: str = "", path: str | None = "", **values: str) -> None:
        self.settings = settings
        self.name = name
        self.path = path
        self.values = values
        self.blocks: dict[Identity, Block] = {}

    def value(self, *names: str, default: str = "") -> str:
        """Return the first of ``names`` that is set, ``default`` when none is."""
        for name in names:
            found = self.settings.get(self.path + name) if self.path else None
            if found is not None:
                return found.text
            if name in self.values:
                return self.values[name]
        return default

    def of_kind(self, kind: str) -> list[Block]:
        """Return the inner blocks of a kind, in the order they were opened."""
        return [block for (word, _), block in self.blocks.items() if word == kind]

    def inner(self, identity: Identity) -> Block:
        """Return an inner block, made when it is new."""
        kind, name = identity
        if isinstance(name, int):
            return self.blocks.setdefault(identity, Block(self.settings, "", None))
        path = None if self.path is None else f"{self.path}{kind}/{name}/" if name else f"{self.path}{kind}/"
        return self.blocks.setdefault(identity, Block(self.settings, name, path))


def read_blocks(configuration: Configuration, protocol: str) -> Block:
    """Return everything that holds for ``protocol`` as one block with inner blocks.

    Blocks with the same kind and name are one; each one without a name is its own. 2.4's
    ``namespace/inbox/separator = /`` is a setting of that block.
    """
    top = Block(configuration.settings(protocol))
    for node, enclosing in configuration.walk():
        if isinstance(node, Section):
            # An empty block counts: `dict redis { }` is a dict with nothing but defaults.
            if _holds((*enclosing, node), protocol):
                _inside(top, (*enclosing, node))
        elif isinstance(node, Setting) and not node.flaws and _holds(enclosing, protocol):
            in_list = bool(enclosing) and enclosing[-1].word in LISTS
            *path, key = (node.key,) if in_list else node.key.split("/")
            block = _inside(top, enclosing)
            for identity in _identities(path):
                block = block.inner(identity)
            block.values[key] = node.value
    return top


def _inside(top: Block, sections: Sequence[Section]) -> Block:
    block = top
    for section in sections:
        if section.word != "protocol":
            block = block.inner(_identity(section))
    return block


def _holds(enclosing: Sequence[Section], protocol: str) -> bool:
    for section in enclosing:
        if section.broken or section.label or section.word in CONNECTION_FILTERS:
            return False
        if section.word == "protocol":
            excluded = section.name.startswith("!")
            if (section.name.removeprefix("!") == protocol) is excluded:
                return False
    return True


def _identity(section: Section) -> Identity:
    if section.word in NAMELESS:
        return section.word, ""
    return section.word, section.name if section.name or section.quoted else id(section)


def _identities(path: Sequence[str]) -> Iterator[Identity]:
    words = iter(path)
    for word in words:
        yield word, "" if word in NAMELESS else next(words, "")


def overridden(settings: Settings, name: str) -> str | None:
    """Return what ``-o`` says of a setting, which no userdb changes; None when it says nothing."""
    found = settings.get(name)
    return found.text if found is not None and found.span.file == OVERRIDE_FILE else None


class UserSettings:
    """The settings of a configuration as one user has them, for a process of ``protocol``."""

    def __init__(
        self, configuration: Configuration, protocol: str, user: User, owner: User | None = None
    ) -> None:
        self.configuration = configuration
        self.protocol = protocol
        self.user = user
        self.owner = owner

    def for_mailboxes_of(self, owner: User) -> UserSettings:
        """Return the settings as the same user has them for the mailboxes of another one."""
        return UserSettings(self.configuration, self.protocol, self.user, owner)

    @property
    def version(self) -> Version:
        """The dialect of the configuration."""
        return self.configuration.version

    @property
    def settings(self) -> Settings:
        """The settings before any user."""
        return self.configuration.settings(self.protocol)

    def find(self, name: str) -> str | None:
        """Return a setting with its %variables expanded, None when it isn't set.

        A userdb field of the same name overrides it, a ``-o`` overrides both. Raises VariableError.
        """
        if name in self.user.fields and overridden(self.settings, name) is None:
            return self.user.fields[name]
        found = self.settings.get(name)
        if found is None:
            return None
        if found.literal:
            return found.text
        try:
            return self.expand(found.text)
        except VariableError as error:
            if self.version is Version.V24:
                raise
            no_home = f"userdb didn't return a home directory, but {name} used it (%h): {found.text}"
            said = str(error)
            is_home = said in _UNKNOWN_HOME
            raise SettingVariableError(
                no_home if is_home else f"Failed to expand settings: {name}: {said}"
            ) from None

    def text(self, name: str) -> str:
        """Return what ``find`` finds, "" for a setting that isn't set."""
        return self.find(name) or ""

    def has_plugin(self, name: str) -> bool:
        """Tell whether a plugin is one of the user's ``mail_plugins``."""
        fields = self.user.fields
        listed = fields.get("mail_plugins")
        names = self.settings.words("mail_plugins") if listed is None else split_list(listed)
        item = fields.get(f"mail_plugins/{name}") if self.version is Version.V24 else None
        return name in names if item is None else is_yes(item)

    def expand(self, text: str) -> str:
        """Expand the %variables of a text. Raises VariableError."""
        if "%" not in text:
            return text
        user = self.user
        more = {"uid": str(user.uid or ""), "gid": str(user.gid or "")}
        if "hostname" in text:
            more["hostname"] = self._hostname()
        offered = user_values(user.name, self.protocol, home=user.home or None, **more)
        values = {name: value for name, value in offered.items() if name in MAIL_USER_VARIABLES[self.version]}
        if self.owner is not None:
            values |= {"owner_user": self.owner.name, "owner_home": self.owner.home}
        if "userdb:" in text:
            values |= {f"userdb:{name}": value for name, value in user.fields.items()}
        try:
            return expand(text, values, self.version)
        except VariableError as error:
            if self.version is Version.V24 and str(error) in _UNKNOWN_HOME:
                raise VariableError(_NO_HOME_24) from None
            raise

    def expand_for_owner(self, text: str) -> str:
        """Expand what 2.3 writes as ``%%u`` and the like. Raises VariableError."""
        owner = self.owner or self.user
        return expand(text, user_values(owner.name, self.protocol, home=owner.home), self.version)

    def _hostname(self) -> str:
        named = self.settings.value("hostname")
        if named:
            return named
        import socket  # noqa: PLC0415 - few settings name the host

        return socket.getfqdn()


def below_root(root: Path | None) -> Callable[[str], str]:
    """Return a function that finds an absolute path of the configuration below ``root``."""

    def find(path: str) -> str:
        return join_path(path) if root is None else join_path(str(root), path.lstrip("/"))

    return find
