//! What `diesel print-schema` writes.

#![allow(missing_docs, reason = "`table!` writes items that nobody can document")]

diesel::table! {
    users (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        email -> Text,
        display_name -> Text,
        password_hash -> Text,
        role -> Text,
        disabled_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        user_agent -> Nullable<Text>,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refresh_tokens (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        session_id -> Uuid,
        user_id -> Uuid,
        family_id -> Uuid,
        token_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    webauthn_credentials (id) {
        id -> Uuid,
        user_id -> Uuid,
        credential_id -> Bytea,
        public_key -> Bytea,
        name -> Text,
        sign_count -> BigInt,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    consent_audits (id) {
        id -> Uuid,
        user_id -> Uuid,
        purpose -> Text,
        granted -> Bool,
        policy_version -> Text,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    revocation_events (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        user_id -> Uuid,
        session_id -> Nullable<Uuid>,
        reason -> Text,
        revoked_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    signing_keys (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        algorithm -> Text,
        public_key -> Bytea,
        private_key -> Bytea,
        created_at -> Timestamptz,
        retires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    users,
    sessions,
    refresh_tokens,
    webauthn_credentials,
    consent_audits,
    revocation_events,
    signing_keys,
);
