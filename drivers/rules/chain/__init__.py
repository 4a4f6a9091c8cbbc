"""PN3xx: what needs to know which drivers there are."""
