"""Reports in a browser, as a reader opens and uses them."""
