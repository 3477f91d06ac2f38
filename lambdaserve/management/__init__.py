"""Commands of ``manage.py`` about the whole service."""
