CREATE TABLE users (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL DEFAULT 'user',
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_email_key UNIQUE (tenant_id, email),
    CONSTRAINT users_email_check CHECK (email = lower(email) AND email LIKE '_%@_%'),
    CONSTRAINT users_role_check CHECK (role IN ('user', 'admin')),
    -- webauthn_credentials and consent_audits have no tenant column, so they refer to the user alone.
    CONSTRAINT users_without_tenant_key UNIQUE (id)
);

CREATE INDEX "IDX_users_tenant_rls" ON users (tenant_id);
