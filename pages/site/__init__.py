"""The pages of the site, one module each.

Code that two pages share belongs in ``pages.frame``.
"""
