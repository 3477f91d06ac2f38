"""The health endpoints, and the monitor that answers them in time whatever hangs.

Only cheap checks go here; a thorough one belongs in the doctor.
"""
