#!/usr/bin/env python3
"""Django's command line for lambdaserve: ``python manage.py help`` lists the commands."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lambdaserve.settings")
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        os.environ.setdefault("DJANGO_COLORS", "nocolor")
    try:
        if sys.argv[1:2] == ["serve"]:
            # It only starts other processes, so it need not wait a second for Django's applications as they do.
            from lambdaserve.management.commands.serve import Command

            Command().run_from_argv(sys.argv)
        else:
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # The message names the setting; a traceback would only bury it.
        sys.exit(f"Configuration error: {error}")
