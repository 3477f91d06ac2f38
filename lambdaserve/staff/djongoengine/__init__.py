"""djongo as a database engine of Django, repaired where the admin needs it (``VIEWS_ENGINE=djongo``).

Only repairs of djongo enter.
"""
