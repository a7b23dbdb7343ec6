"""Put faults into the code and report those that no test detects: see `__main__.py`."""
