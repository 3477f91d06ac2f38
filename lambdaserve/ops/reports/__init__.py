"""Reports that the admin, the operations page and commands share.

Each module builds one report as plain data; how it looks is decided by the page or command that shows it.
"""
