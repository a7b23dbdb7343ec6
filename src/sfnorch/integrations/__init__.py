"""One file an AWS action that a task calls: the shape of the task, and the permissions that it needs."""
