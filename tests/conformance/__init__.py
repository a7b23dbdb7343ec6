"""The interpreter held to what AWS documents, and to what another engine comes to."""
