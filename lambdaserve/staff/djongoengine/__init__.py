"""djongo as a database engine of Django, mended where the admin needs it (``VIEWS_ENGINE=djongo``)."""
