-- Neither has a tenant column: a row belongs to the tenant of its user.
CREATE TABLE webauthn_credentials (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    name text NOT NULL,
    sign_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    -- Not across users: a conflict would tell one tenant what another has.
    CONSTRAINT webauthn_credentials_credential_id_key UNIQUE (user_id, credential_id),
    CONSTRAINT webauthn_credentials_sign_count_check CHECK (sign_count BETWEEN 0 AND 4294967295),
    CONSTRAINT webauthn_credentials_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX "IDX_webauthn_credentials_user_rls" ON webauthn_credentials (user_id);

CREATE TABLE consent_audits (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    granted boolean NOT NULL,
    policy_version text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT consent_audits_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX "IDX_consent_audits_user_rls" ON consent_audits (user_id);
