"""The Prometheus endpoint, and what it collects when it is scraped.

Meters that count while the service runs are declared beside the code that they measure.
"""
