"""Access: who may do what, and how often, with the tables and admin pages for it.

Credentials, permissions and rate limits enter; endpoints that use them, such as ``auth_api``, do not.
"""
