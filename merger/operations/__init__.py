"""Answers operators' questions about the running service and its stores, for pages, commands and metrics.

What belongs here: probes, sizes, facts about the servers, advice on indexes, and the view of one stored document. Each
has a time limit of its own.
"""
