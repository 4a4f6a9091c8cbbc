"""Fixes of findings: how they are made (:mod:`~dovecot_conf.lint.fixes.making`, and those of the language
by rule), and how many of them are applied to the texts of several files at once.
"""
