"""The doctor: examines a deployment and lists findings, each with its remedy.

Only the examination reaches servers; everything else here is pure.
"""
