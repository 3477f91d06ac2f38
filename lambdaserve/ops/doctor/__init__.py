"""The doctor: examines a deployment and lists findings, each with its remedy.

The examination asks; everything else here is pure.
"""
