"""The lint rules that need to know drivers: PN3xx of unknown ones, PN4xx ox, PN5xx lua, PN6xx METADATA."""

from drivers.rules.registry import DRIVER_RULES, all_rules, script_rules

__all__ = ["DRIVER_RULES", "all_rules", "script_rules"]
