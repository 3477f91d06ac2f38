"""The pages of the site, one module each.

What two pages share belongs in ``pages.frame``.
"""
