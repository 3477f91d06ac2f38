"""Commands of ``manage.py`` for the whole service. Only commands may enter; what they do lives in the other rooms."""
