"""What each layer holds, how new it is, and which batch runs readers see."""
