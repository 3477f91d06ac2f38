"""The trending app: ranks movies by their recent hours in the speed layer.

Trending's views, endpoints and ranking rules go here; code that other apps also need belongs in ``merger``.
"""
