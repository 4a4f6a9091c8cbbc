"""The rules of this package, by hand: a rule that is not here does not run."""

from __future__ import annotations

from dovecot_conf.lint.rule import Rule
from dovecot_conf.lint.rules.block_short_key import BlockShortKey
from dovecot_conf.lint.rules.blocks_merged import BlocksMerged
from dovecot_conf.lint.rules.delivery_differs import DeliveryDiffers
from dovecot_conf.lint.rules.dialects_mixed import DialectsMixed
from dovecot_conf.lint.rules.dollar_variable_old import DollarVariableOld
from dovecot_conf.lint.rules.driver_chain_gap import DriverChainGap
from dovecot_conf.lint.rules.driver_cleared import DriverCleared
from dovecot_conf.lint.rules.driver_empty import DriverEmpty
from dovecot_conf.lint.rules.driver_idle import DriverIdle
from dovecot_conf.lint.rules.driver_never_loaded import DriverNeverLoaded
from dovecot_conf.lint.rules.driver_number import DriverNumberUnread
from dovecot_conf.lint.rules.driver_option_foreign import DriverOptionForeign
from dovecot_conf.lint.rules.driver_outside_block import DriverOutsideBlock
from dovecot_conf.lint.rules.driver_overwritten import DriverOverwritten
from dovecot_conf.lint.rules.driver_repeated import DriverRepeated
from dovecot_conf.lint.rules.driver_shadowed import DriverShadowed
from dovecot_conf.lint.rules.fallback_unread import BackendUnread
from dovecot_conf.lint.rules.file_by_content import FileByContent
from dovecot_conf.lint.rules.mail_variable_unknown import MailVariableUnknown
from dovecot_conf.lint.rules.notify_missing import NotifyMissing
from dovecot_conf.lint.rules.option_repeated import OptionRepeated
from dovecot_conf.lint.rules.percent_variable_old import PercentVariableOld
from dovecot_conf.lint.rules.plugin_dependency import PluginDependencyMissing
from dovecot_conf.lint.rules.plugin_gone import PluginOfOtherVersion
from dovecot_conf.lint.rules.plugin_lua_idle import PluginLuaIdle
from dovecot_conf.lint.rules.plugin_misspelled import PluginMisspelled
from dovecot_conf.lint.rules.plugin_setting_old import PluginSettingOld
from dovecot_conf.lint.rules.plugin_third_party import PluginThirdParty
from dovecot_conf.lint.rules.plugin_unknown import PluginUnknown
from dovecot_conf.lint.rules.plugin_value_variable import PluginVariableUnknown
from dovecot_conf.lint.rules.plugin_variable import PluginVariableLiteral
from dovecot_conf.lint.rules.plugin_wrong_process import PluginInWrongProcess
from dovecot_conf.lint.rules.plugins_dropped import PluginsDropped
from dovecot_conf.lint.rules.plugins_in_plugin import PluginsInPluginSection
from dovecot_conf.lint.rules.plugins_order import PluginsOrder
from dovecot_conf.lint.rules.plugins_replaced import PluginsReplaced
from dovecot_conf.lint.rules.push_setting_unknown import PushSettingUnknown
from dovecot_conf.lint.rules.push_variable_unknown import PushVariableUnknown
from dovecot_conf.lint.rules.push_without_delivery import PushWithoutDelivery
from dovecot_conf.lint.rules.push_without_driver import PushWithoutDriver
from dovecot_conf.lint.rules.suppression_unknown import SuppressionUnknown
from dovecot_conf.lint.rules.suppression_unused import SuppressionUnused

RULES: tuple[Rule, ...] = (
    NotifyMissing(),
    PushWithoutDriver(),
    DriverNeverLoaded(),
    PluginsDropped(),
    PluginMisspelled(),
    PluginVariableLiteral(),
    PluginUnknown(),
    PluginThirdParty(),
    PluginOfOtherVersion(),
    PluginInWrongProcess(),
    PluginDependencyMissing(),
    PluginsOrder(),
    PluginsReplaced(),
    PluginsInPluginSection(),
    PluginLuaIdle(),
    DeliveryDiffers(),
    PushWithoutDelivery(),
    DriverChainGap(),
    DriverNumberUnread(),
    DriverEmpty(),
    OptionRepeated(),
    DriverRepeated(),
    BackendUnread(),
    PushSettingUnknown(),
    PluginVariableUnknown(),
    DriverOutsideBlock(),
    DriverShadowed(),
    DriverOverwritten(),
    BlocksMerged(),
    DriverOptionForeign(),
    DriverCleared(),
    DriverIdle(),
    BlockShortKey(),
    DialectsMixed(),
    PercentVariableOld(),
    DollarVariableOld(),
    MailVariableUnknown(),
    PluginSettingOld(),
    FileByContent(),
    PushVariableUnknown(),
    SuppressionUnused(),
    SuppressionUnknown(),
)
