"""Reports that the admin, the operations page and commands share: one dict each."""
