"""PN8xx: secrets and permissions."""
