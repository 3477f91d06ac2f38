"""The merge service, which plans, reads, merges and caches one answer; the apps ask this room alone.

What a particular view shows must not enter: an app hands in its ``View``.
"""
