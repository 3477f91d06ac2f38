"""Tables, charts and drawings for the pages.

Only pure functions from an API answer, or the catalogue, to a figure go here; every number is the answer's own.
"""
