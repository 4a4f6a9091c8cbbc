"""TOML documents that users write: what is wrong with them, and where."""
