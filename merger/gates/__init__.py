"""Whether a batch run may become visible: a summary of each run, and gates that compare two of them.

``reading`` reads a run once, ``summary`` keeps what the gates need of it, and everything else is pure. Requirement M15.
"""
