"""Environment variables, secrets in files and the local data folder. Imports no other room."""
