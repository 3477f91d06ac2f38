"""Turns stored documents into values that the rest of the code may trust.

Everything that knows a stored field's name or type belongs here. Pure: no driver, no server, no clock.
"""
