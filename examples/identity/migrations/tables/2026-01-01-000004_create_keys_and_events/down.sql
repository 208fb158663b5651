DROP TABLE signing_keys;
DROP TABLE revocation_events;
