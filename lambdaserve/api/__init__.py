"""The base of every API endpoint: parameters, answers, problems, OpenAPI. No endpoint of its own."""
