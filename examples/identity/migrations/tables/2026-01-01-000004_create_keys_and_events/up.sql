CREATE TABLE revocation_events (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    -- No foreign keys: what happened stays on record when user and session are gone.
    user_id uuid NOT NULL,
    session_id uuid,
    reason text NOT NULL,
    revoked_by uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX "IDX_revocation_events_tenant_rls" ON revocation_events (tenant_id);

CREATE TABLE signing_keys (
    tenant_id uuid NOT NULL,
    -- The `kid` of the tokens that it signs.
    id uuid NOT NULL,
    algorithm text NOT NULL,
    public_key bytea NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- Set when a successor signs: until then its tokens are still good.
    retires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX "IDX_signing_keys_tenant_rls" ON signing_keys (tenant_id);
