"""What commands show: terminal text by rich, or JSON."""
