"""PN5xx: the lua driver, its plugins and its script."""
