"""Shell completion: the scripts of bash, zsh and fish, and the words that they are given."""
