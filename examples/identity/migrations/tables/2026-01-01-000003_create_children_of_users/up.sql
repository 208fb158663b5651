-- Neither has a tenant column: a row belongs to the tenant of its user.
CREATE TABLE webauthn_credentials (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    name text NOT NULL,
    sign_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz
);

CREATE INDEX "IDX_webauthn_credentials_user_rls" ON webauthn_credentials (user_id);

CREATE TABLE consent_audits (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    policy_version text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX "IDX_consent_audits_user_rls" ON consent_audits (user_id);
