-- All of these are RESTRICTIVE: they are AND-ed with what isolates tenants (<table>_tenant_isolation and the policies for each
-- command, which the library generates), so they can only take away.

-- The service's own check of the tenant.
CREATE POLICY users_tenant_access ON users AS RESTRICTIVE FOR ALL
    USING (check_tenant_access(tenant_id)) WITH CHECK (check_tenant_access(tenant_id));
CREATE POLICY sessions_tenant_access ON sessions AS RESTRICTIVE FOR ALL
    USING (check_tenant_access(tenant_id)) WITH CHECK (check_tenant_access(tenant_id));
CREATE POLICY refresh_tokens_tenant_access ON refresh_tokens AS RESTRICTIVE FOR ALL
    USING (check_tenant_access(tenant_id)) WITH CHECK (check_tenant_access(tenant_id));
CREATE POLICY revocation_events_tenant_access ON revocation_events AS RESTRICTIVE FOR ALL
    USING (check_tenant_access(tenant_id)) WITH CHECK (check_tenant_access(tenant_id));
CREATE POLICY signing_keys_tenant_access ON signing_keys AS RESTRICTIVE FOR ALL
    USING (check_tenant_access(tenant_id)) WITH CHECK (check_tenant_access(tenant_id));
CREATE POLICY webauthn_credentials_tenant_access ON webauthn_credentials AS RESTRICTIVE FOR ALL
    USING (check_tenant_access((SELECT u.tenant_id FROM users u WHERE u.id = user_id)))
    WITH CHECK (check_tenant_access((SELECT u.tenant_id FROM users u WHERE u.id = user_id)));
CREATE POLICY consent_audits_tenant_access ON consent_audits AS RESTRICTIVE FOR ALL
    USING (check_tenant_access((SELECT u.tenant_id FROM users u WHERE u.id = user_id)))
    WITH CHECK (check_tenant_access((SELECT u.tenant_id FROM users u WHERE u.id = user_id)));

-- What belongs to a user is that user's own; administrators reach it too.
CREATE POLICY sessions_user_access ON sessions AS RESTRICTIVE FOR ALL
    USING (check_user_access(user_id)) WITH CHECK (check_user_access(user_id));
CREATE POLICY refresh_tokens_user_access ON refresh_tokens AS RESTRICTIVE FOR ALL
    USING (check_user_access(user_id)) WITH CHECK (check_user_access(user_id));
CREATE POLICY webauthn_credentials_user_access ON webauthn_credentials AS RESTRICTIVE FOR ALL
    USING (check_user_access(user_id)) WITH CHECK (check_user_access(user_id));
CREATE POLICY revocation_events_user_access ON revocation_events AS RESTRICTIVE FOR ALL
    USING (check_user_access(user_id)) WITH CHECK (check_user_access(user_id));
CREATE POLICY consent_audits_user_access ON consent_audits AS RESTRICTIVE FOR ALL
    USING (check_user_access(user_id)) WITH CHECK (check_user_access(user_id));

-- Users see each other, and change nobody but themselves. Reading is left out: check_user_access itself reads users.
CREATE POLICY users_user_access_update ON users AS RESTRICTIVE FOR UPDATE
    USING (check_user_access(id)) WITH CHECK (check_user_access(id));
CREATE POLICY users_user_access_delete ON users AS RESTRICTIVE FOR DELETE USING (check_user_access(id));

-- What is on record stays as it is. Foreign keys still remove the consents of a user who is erased.
CREATE POLICY revocation_events_no_update ON revocation_events AS RESTRICTIVE FOR UPDATE USING (false);
CREATE POLICY revocation_events_no_delete ON revocation_events AS RESTRICTIVE FOR DELETE USING (false);
CREATE POLICY consent_audits_no_update ON consent_audits AS RESTRICTIVE FOR UPDATE USING (false);
CREATE POLICY consent_audits_no_delete ON consent_audits AS RESTRICTIVE FOR DELETE USING (false);
