"""Shared by all pages: access, notices, parts that may fail alone, and fragments that refresh.

Code for a single page belongs in ``pages.site``.
"""
