"""Whether the services do what their descriptions say, tried by Schemathesis."""
