"""Hooks: a command or a URL that is asked before and after each step of a batch run."""
