"""The trending app: ranks movies by their recent hours in the speed layer.

Trending's views, endpoints and ranking rules go here; what other apps need too belongs in ``merger``.
"""
