"""Finding movies by words: keeps an index of the catalogue's texts, and asks it."""
