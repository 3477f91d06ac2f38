"""The ``manage.py`` commands for the two collections, and their helpers for printing and for reading files.

What belongs here: parsing arguments, progress, tables and messages. What a command does belongs in the other rooms.
"""
