"""The room of the search: an index over all movies in a folder, built on tantivy. It knows nothing of the other rooms.

``building.build`` writes a folder from documents, and ``reading.SearchIndex.find`` finds movies in it, with scores and
why. Another engine would replace these two.
"""
