"""Rules of time and addition.

Pure: only the standard library, numpy and ``merger.errors`` may be imported; time is an argument.
"""
