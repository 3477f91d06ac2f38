"""All movies and genres of the batch layer, held in the process as columns, for views that need the whole.

Pure but for the loader: code that builds, loads or searches the catalogue belongs here, but no view.
"""
