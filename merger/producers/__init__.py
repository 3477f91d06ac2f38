"""What producers need: their files are read here, whatever tool wrote them."""
