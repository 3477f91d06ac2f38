"""The database backend of the accounts, where they are kept in SQLite.

Queries and settings of it must not enter.
"""
