"""The pages app: HTML pages for browsers.

Pages call the same selectors as the API and compute no numbers of their own.
"""
