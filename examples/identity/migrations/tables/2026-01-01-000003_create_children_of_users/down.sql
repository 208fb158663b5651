DROP TABLE consent_audits;
DROP TABLE webauthn_credentials;
