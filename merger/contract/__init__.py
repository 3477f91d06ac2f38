"""Stored documents become trusted values here.

Pure; everything that knows a stored field's name or type belongs here.
"""
