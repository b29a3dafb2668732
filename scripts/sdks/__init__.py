"""The SDKs for servers: their types from `/openapi.json`, and their tests against the running product."""
