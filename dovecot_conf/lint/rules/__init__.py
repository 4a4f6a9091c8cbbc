"""The rules of plugins (PN2xx) and of the driver chain (PN3xx), one a file."""
