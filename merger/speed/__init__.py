"""Every movie's speed hours, held in the process as tables and kept current by what changes.

Pure apart from the store that is handed in: code that merges documents or reads a layer's state belongs elsewhere.
"""
