"""What every capability stands on: settings, database, storage, jobs, identity, errors. It knows nothing of plants."""
