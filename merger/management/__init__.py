"""The ``manage.py`` commands for the two collections, and the helpers they print and read files with.

What belongs here: parsing arguments, progress, tables and messages. What a command does belongs in the other rooms.
"""
