"""djongo as Django's database engine, repaired as far as the admin needs it (``VIEWS_ENGINE=djongo``).

Only repairs of djongo enter.
"""
