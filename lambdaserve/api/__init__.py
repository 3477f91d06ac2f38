"""The base of every API endpoint: parameters, responses, problems, OpenAPI.

What all endpoints share may enter; the endpoints themselves live in the apps.
"""
