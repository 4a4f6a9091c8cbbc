"""PN6xx: the METADATA that switches users on."""
