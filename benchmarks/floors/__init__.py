"""Floors: the least that any service of this kind can cost."""
