"""What all pages share: access, notices, parts that may fail alone, and fragments that refresh.

Nothing about one single page goes here.
"""
