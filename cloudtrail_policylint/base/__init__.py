"""What everything stands on: records, errors, limits, files on disk. Nothing here knows what a policy is."""
