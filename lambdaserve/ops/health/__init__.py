"""The health endpoints, and the monitor that answers them in time whatever hangs.

Only cheap questions go here; a thorough check belongs in the doctor.
"""
