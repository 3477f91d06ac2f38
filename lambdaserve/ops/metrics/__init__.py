"""The Prometheus endpoint, and what it collects when it is scraped.

Meters that count as the service works are declared beside the code that they measure.
"""
