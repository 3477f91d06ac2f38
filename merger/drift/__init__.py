"""Compares each new batch with what the speed layer had counted for the same days.

What belongs here: reading both layers for a comparison, the arithmetic, and when and by which process it is made.
"""
