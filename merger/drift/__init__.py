"""Compares each new batch with what the speed layer had counted, and what answers had said, of the same days.

What belongs here: reading both layers for a comparison, the sample of answers, the arithmetic, and when and by which
process it is made.
"""
