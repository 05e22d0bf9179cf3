"""Read-only reference data shipped with the service, and lenient lookups over it."""
