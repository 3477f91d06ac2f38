"""Commands of ``manage.py`` about the two collections, and what they print with."""
