"""The commands of a build: read from a buildspec, split into calls, and mapped to the permissions that they require."""
