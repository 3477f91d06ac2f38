"""Title cards: a movie's picture, drawn from its title, genres and decade.

The drawing is pure: equal facts give equal bytes, below 2 KB, whatever the facts hold.
"""
