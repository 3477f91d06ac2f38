"""Environment variables, secrets in files and the local data folder.

Only what is needed to read the configuration may enter; it imports no other room of lambdaserve.
"""
