"""Configurations that are templates of Jinja, ERB, EPP, Go and the like: what can be said without rendering.

A template stands for many configurations. :class:`~dovecot_conf.templates.worlds.Templates` makes some of
them: with the one branch or the other of its conditions, with and without its unknown values. What holds
in all of them holds for the template.
"""
