-- Whether a row of this tenant may be touched now. Raises 42501 where no tenant is set, as every policy does.
CREATE FUNCTION public.check_tenant_access(target_tenant_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(target_tenant_id = tenant_db.tenant_uuid(), false);
END
$$;

-- Whether a row of this user may be touched now: by the user, and by the administrators of the tenant. Nobody else is
-- above it, services included: those that sign users in act as the user whom they sign in.
CREATE FUNCTION public.check_user_access(target_user_id uuid) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  current_tenant uuid := tenant_db.tenant_uuid();
  principal text := current_setting('app.current_user', true);
BEGIN
  IF principal IS NULL OR principal = '' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = 'identity: no user is set';
  END IF;
  IF target_user_id IS NULL OR principal !~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN
    RETURN false;
  END IF;
  IF target_user_id = principal::uuid THEN
    RETURN true;
  END IF;
  RETURN EXISTS (
      SELECT FROM public.users u
      WHERE u.tenant_id = current_tenant AND u.id = principal::uuid AND u.role = 'admin' AND u.disabled_at IS NULL)
    AND EXISTS (
      SELECT FROM public.users u WHERE u.tenant_id = current_tenant AND u.id = target_user_id);
END
$$;

-- They run with the rights of the tables' owner, whom row-level security binds (FORCE) and as whom nobody logs in. Only
-- roles that may read the tables may call them.
DO $$
DECLARE
  owner name := (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'public.users'::regclass);
  reader name;
BEGIN
  IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = owner) THEN
    RAISE EXCEPTION 'identity: % owns the tables and is above policies; isolate the tables first', owner;
  END IF;
  REVOKE ALL ON FUNCTION public.check_tenant_access(uuid), public.check_user_access(uuid) FROM PUBLIC;
  FOR reader IN
    SELECT pg_get_userbyid(entry.grantee)
    FROM pg_class c, LATERAL aclexplode(c.relacl) AS entry
    WHERE c.oid = 'public.users'::regclass AND entry.privilege_type = 'SELECT'
      AND entry.grantee NOT IN (0, c.relowner)
  LOOP
    EXECUTE format(
      'GRANT EXECUTE ON FUNCTION public.check_tenant_access(uuid), public.check_user_access(uuid) TO %I', reader);
  END LOOP;
  EXECUTE format('ALTER FUNCTION public.check_tenant_access(uuid) OWNER TO %I', owner);
  EXECUTE format('ALTER FUNCTION public.check_user_access(uuid) OWNER TO %I', owner);
END
$$;
