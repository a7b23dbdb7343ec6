"""`overlap:` of a plan: a lock in DynamoDB. `states` builds the states that acquire it, and their permissions."""
