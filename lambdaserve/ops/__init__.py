"""Shows operators the running service: health, metrics, reports, the doctor, objectives and logs.

Only code that observes the service goes here; what changes something belongs in ``lambdaserve.staff`` or a command.
"""
