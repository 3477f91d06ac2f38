"""State of each layer: what it holds, how new it is, and which batch runs readers see.

States of whole collections and their publication belong here; what a single answer needs of them does not.
"""
