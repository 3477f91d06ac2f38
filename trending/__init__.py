"""Rankings of movies by what the speed layer counted."""
