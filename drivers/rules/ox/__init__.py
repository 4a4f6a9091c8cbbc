"""PN4xx: the options of the ox driver."""
