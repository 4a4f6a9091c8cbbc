"""The manual pages, made from the commands: what they say is what ``--help`` says."""
