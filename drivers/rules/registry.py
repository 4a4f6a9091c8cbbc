"""The rules of this package, by hand: a rule that is not here does not run."""

from __future__ import annotations

from dovecot_conf.lint import RULES, Rule
from drivers.rules.chain.driver_unknown import DriverUnknown
from drivers.rules.lua.call_blocking import LuaCallBlocking
from drivers.rules.lua.call_version import LuaCallOfOtherVersion
from drivers.rules.lua.dependency_missing import LuaDependencyMissing
from drivers.rules.lua.field_unknown import LuaFieldUnknown
from drivers.rules.lua.flags_table import LuaFlagsAreTable
from drivers.rules.lua.handler_missing import LuaHandlerMissing
from drivers.rules.lua.handler_misspelled import LuaHandlerMisspelled
from drivers.rules.lua.handler_uncalled import LuaHandlerUncalled
from drivers.rules.lua.http_option import LuaHttpOption
from drivers.rules.lua.option_unread import LuaOptionUnread
from drivers.rules.lua.plugin_missing import LuaPluginMissing
from drivers.rules.lua.script_missing import LuaScriptMissing
from drivers.rules.lua.script_rule import DEFAULT_READER, ScriptReader, ScriptRule
from drivers.rules.lua.script_syntax import LuaSyntaxError
from drivers.rules.lua.script_unreadable import LuaScriptUnreadable
from drivers.rules.lua.transaction_missing import LuaTransactionMissing
from drivers.rules.lua.undefined_global import LuaUndefinedGlobal
from drivers.rules.metadata.dict_crashes import MetadataDictCrashes
from drivers.rules.metadata.dict_invalid import MetadataDictInvalid
from drivers.rules.metadata.dict_missing import MetadataDictMissing
from drivers.rules.metadata.dict_relative import MetadataDictRelative
from drivers.rules.metadata.dict_shared import MetadataDictShared
from drivers.rules.metadata.dict_split import MetadataDictSplit
from drivers.rules.metadata.dict_volatile import MetadataDictVolatile
from drivers.rules.metadata.imap_off import MetadataImapOff
from drivers.rules.metadata.in_plugin import MetadataInPlugin
from drivers.rules.metadata.proxy_unknown import MetadataProxyUnknown
from drivers.rules.ox.cache_lifetime import OxCacheLifetimeInvalid
from drivers.rules.ox.cache_lifetime_long import OxCacheLifetimeLong
from drivers.rules.ox.cache_ttl_unit import OxCacheTtlUnit
from drivers.rules.ox.certificate_unverified import OxCertificateUnverified
from drivers.rules.ox.client_shared import OxClientShared
from drivers.rules.ox.content_clear import OxContentInClear
from drivers.rules.ox.delivery_blocked import OxDeliveryBlocked
from drivers.rules.ox.endpoint_path import OxEndpointPath
from drivers.rules.ox.endpoint_repeated import OxEndpointRepeated
from drivers.rules.ox.flag_value import OxFlagIsOn
from drivers.rules.ox.number_invalid import OxNumberInvalid
from drivers.rules.ox.option_unknown import OxOptionUnknown
from drivers.rules.ox.password_clear import OxPasswordInClear
from drivers.rules.ox.port_missing import OxPortMissing
from drivers.rules.ox.setting_unread import OxSettingUnread
from drivers.rules.ox.timeout_short import OxTimeoutShort
from drivers.rules.ox.timeout_zero import OxTimeoutZero
from drivers.rules.ox.url_escape import OxUrlEscape
from drivers.rules.ox.url_invalid import OxUrlInvalid
from drivers.rules.ox.url_missing import OxUrlMissing
from drivers.rules.ox.userinfo_cut import OxUserinfoCut
from drivers.rules.proxy.include_unread import ProxyIncludeUnread
from drivers.rules.proxy.preliminary_open import PreliminaryOpen
from drivers.rules.proxy.snippet_invalid import ProxyConfigInvalid
from drivers.rules.security.cleartext_auth import CleartextAuth
from drivers.rules.security.debug_url import EndpointPasswordLogged
from drivers.rules.security.doveadm_clear import DoveadmInClear
from drivers.rules.security.key_readable import TlsKeyWorldReadable
from drivers.rules.security.passwords_logged import PasswordsLogged
from drivers.rules.security.redis_clear import RedisInClear
from drivers.rules.security.script_writable import ScriptWritable
from drivers.rules.security.secret_readable import SecretWorldReadable
from drivers.rules.security.socket_open import SocketOpenToAll

SCRIPT_RULES: tuple[type[ScriptRule], ...] = (
    LuaSyntaxError,
    LuaHandlerMissing,
    LuaTransactionMissing,
    LuaHandlerMisspelled,
    LuaHandlerUncalled,
    LuaCallOfOtherVersion,
    LuaHttpOption,
    LuaUndefinedGlobal,
    LuaFieldUnknown,
    LuaFlagsAreTable,
    LuaCallBlocking,
)
"""Those about the text of a script."""

_CONFIGURATION_RULES: tuple[Rule, ...] = (
    DriverUnknown(),
    OxUrlMissing(),
    OxUrlInvalid(),
    OxOptionUnknown(),
    OxFlagIsOn(),
    OxCacheLifetimeInvalid(),
    OxNumberInvalid(),
    OxCacheTtlUnit(),
    OxUserinfoCut(),
    OxUrlEscape(),
    OxTimeoutZero(),
    OxTimeoutShort(),
    OxSettingUnread(),
    OxPortMissing(),
    OxPasswordInClear(),
    OxEndpointRepeated(),
    OxEndpointPath(),
    OxDeliveryBlocked(),
    OxContentInClear(),
    OxClientShared(),
    OxCertificateUnverified(),
    OxCacheLifetimeLong(),
    LuaPluginMissing(),
    LuaDependencyMissing(),
    LuaScriptMissing(),
    LuaScriptUnreadable(),
    LuaOptionUnread(),
    MetadataDictMissing(),
    MetadataDictInvalid(),
    RedisInClear(),
    ProxyConfigInvalid(),
    PreliminaryOpen(),
    ProxyIncludeUnread(),
    SocketOpenToAll(),
    SecretWorldReadable(),
    ScriptWritable(),
    PasswordsLogged(),
    TlsKeyWorldReadable(),
    DoveadmInClear(),
    EndpointPasswordLogged(),
    CleartextAuth(),
    MetadataProxyUnknown(),
    MetadataInPlugin(),
    MetadataImapOff(),
    MetadataDictVolatile(),
    MetadataDictSplit(),
    MetadataDictShared(),
    MetadataDictRelative(),
    MetadataDictCrashes(),
)


def script_rules(reader: ScriptReader = DEFAULT_READER) -> tuple[ScriptRule, ...]:
    """Return the rules about scripts; ``reader`` says for which Lua they read those of a configuration."""
    return tuple(rule(reader) for rule in SCRIPT_RULES)


DRIVER_RULES: tuple[Rule, ...] = (*_CONFIGURATION_RULES, *script_rules())
"""The rules of the built-in drivers, with the Lua that Debian's Dovecot has."""


def all_rules(lua: str = DEFAULT_READER.lua) -> tuple[Rule, ...]:
    """Return the rules of the linter and of the built-in drivers; scripts are judged as ``lua`` would."""
    return (*RULES, *_CONFIGURATION_RULES, *script_rules(ScriptReader(lua)))
