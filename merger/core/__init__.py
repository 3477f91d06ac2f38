"""Time windows, the boundary between the layers, and the arithmetic that merges them.

Pure: it may import the standard library, numpy and ``merger.errors``; the current time is an argument.
"""
