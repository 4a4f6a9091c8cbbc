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
from drivers.rules.lua.script_syntax import LuaSyntaxError
from drivers.rules.lua.script_unreadable import LuaScriptUnreadable
from drivers.rules.lua.transaction_missing import LuaTransactionMissing
from drivers.rules.lua.undefined_global import LuaUndefinedGlobal
from drivers.rules.metadata.dict_invalid import MetadataDictInvalid
from drivers.rules.metadata.dict_missing import MetadataDictMissing
from drivers.rules.ox.cache_lifetime import OxCacheLifetimeInvalid
from drivers.rules.ox.cache_ttl_unit import OxCacheTtlUnit
from drivers.rules.ox.flag_value import OxFlagIsOn
from drivers.rules.ox.number_invalid import OxNumberInvalid
from drivers.rules.ox.option_unknown import OxOptionUnknown
from drivers.rules.ox.url_invalid import OxUrlInvalid
from drivers.rules.ox.url_missing import OxUrlMissing

DRIVER_RULES: tuple[Rule, ...] = (
    DriverUnknown(),
    OxUrlMissing(),
    OxUrlInvalid(),
    OxOptionUnknown(),
    OxFlagIsOn(),
    OxCacheLifetimeInvalid(),
    OxNumberInvalid(),
    OxCacheTtlUnit(),
    LuaPluginMissing(),
    LuaDependencyMissing(),
    LuaScriptMissing(),
    LuaScriptUnreadable(),
    LuaSyntaxError(),
    LuaOptionUnread(),
    LuaHandlerMissing(),
    LuaTransactionMissing(),
    LuaHandlerMisspelled(),
    LuaHandlerUncalled(),
    LuaCallOfOtherVersion(),
    LuaHttpOption(),
    LuaUndefinedGlobal(),
    LuaFieldUnknown(),
    LuaFlagsAreTable(),
    LuaCallBlocking(),
    MetadataDictMissing(),
    MetadataDictInvalid(),
)


def all_rules() -> tuple[Rule, ...]:
    """Return the rules of the linter and of the built-in drivers."""
    return (*RULES, *DRIVER_RULES)
