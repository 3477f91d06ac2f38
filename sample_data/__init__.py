"""The sample world, to try the product on: real movie facts with simulated reviews, votes and popularity.

What belongs here: the stream of events, the batch and speed jobs that turn it into documents, and their commands. The
serving layer never imports it.
"""
