-- What the reader of public views can reach, and what the views are. Every catalog read here is open to every role.
WITH RECURSIVE wanted AS (
  SELECT n::integer AS index, view_schema::name, view_name::name, base_schema::name, base_name::name, policy_name::name
  FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS w (view_schema, view_name, base_schema, base_name, policy_name, n)
),
found AS (
  SELECT w.*, v.oid AS view, v.relkind, v.relowner, v.reloptions, b.oid AS base, b.relrowsecurity AND b.relforcerowsecurity AS forced
  FROM wanted w
  LEFT JOIN (pg_class v JOIN pg_namespace vn ON vn.oid = v.relnamespace)
    ON vn.nspname = w.view_schema AND v.relname = w.view_name
  LEFT JOIN (pg_class b JOIN pg_namespace bn ON bn.oid = b.relnamespace)
    ON bn.nspname = w.base_schema AND b.relname = w.base_name
),
reachable (oid) AS (
  SELECT oid FROM pg_roles WHERE rolname = session_user
  UNION
  SELECT m.roleid FROM reachable r JOIN pg_auth_members m ON m.member = r.oid
)
SELECT json_build_object(
  'session_user', session_user,
  'becomes', coalesce((SELECT json_agg(r.rolname ORDER BY r.rolname) FROM reachable JOIN pg_roles r USING (oid) WHERE r.rolname <> session_user), '[]'),
  'attributes', (
    SELECT to_json(array_remove(ARRAY[
      CASE WHEN rolsuper THEN 'SUPERUSER' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
      CASE WHEN rolcreaterole THEN 'CREATEROLE' END, CASE WHEN rolcreatedb THEN 'CREATEDB' END,
      CASE WHEN rolreplication THEN 'REPLICATION' END], NULL))
    FROM pg_roles WHERE rolname = session_user),
  'relations', coalesce((
    SELECT json_agg(json_build_object(
      'name', c.oid::regclass::text, 'schema', n.nspname, 'relation', c.relname, 'kind', c.relkind,
      'privileges', p.privileges) ORDER BY c.oid::regclass::text)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (
      SELECT array_agg(privilege) AS privileges
      FROM unnest(CASE WHEN c.relkind = 'S' THEN ARRAY['SELECT', 'UPDATE', 'USAGE']
        ELSE ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'] END) AS privilege
      WHERE CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(c.oid, privilege)
        WHEN privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') THEN
          has_table_privilege(c.oid, privilege) OR has_any_column_privilege(c.oid, privilege)
        ELSE has_table_privilege(c.oid, privilege) END
    ) AS p
    -- The server's own are open to everybody, and what is in them speaks of the schema.
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
      AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND p.privileges IS NOT NULL), '[]'),
  'creates', coalesce((
    SELECT json_agg(n.nspname ORDER BY n.nspname) FROM pg_namespace n
    WHERE has_schema_privilege(n.oid, 'CREATE') AND n.nspname !~ '^pg_'), '[]'),
  'definers', coalesce((
    SELECT json_agg(p.oid::regprocedure::text ORDER BY p.oid::regprocedure::text)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND p.oid >= 16384 AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')), '[]'),
  'views', coalesce((
    SELECT json_agg(json_build_object(
      'index', f.index, 'exists', f.view IS NOT NULL AND f.relkind = 'v', 'name', coalesce(f.view::regclass::text, format('%I.%I', f.view_schema, f.view_name)),
      'owner', pg_get_userbyid(f.relowner),
      'barrier', coalesce('security_barrier=true' = ANY (f.reloptions) OR 'security_barrier=on' = ANY (f.reloptions), false),
      'invoker', coalesce(EXISTS (SELECT FROM unnest(f.reloptions) AS o WHERE o ~ '^security_invoker=(true|on|yes|1)$'), false),
      'columns', coalesce((
        SELECT json_agg(a.attname ORDER BY a.attname) FROM pg_attribute a
        WHERE a.attrelid = f.view AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
      'comment', obj_description(f.view, 'pg_class'),
      'digest', (
        SELECT md5(pg_get_viewdef(f.view) || pg_get_expr(p.polqual, p.polrelid)) FROM pg_policy p
        WHERE p.polrelid = f.base AND p.polname = f.policy_name AND p.polcmd = 'r' AND p.polpermissive
          AND p.polroles = ARRAY(SELECT oid FROM pg_roles WHERE rolname = $6)),
      'base', f.base::regclass::text, 'forced', coalesce(f.forced, false)) ORDER BY f.index)
    FROM found f), '[]'),
  'owner', (
    SELECT json_build_object(
      'attributes', array_remove(ARRAY[
        CASE WHEN r.rolcanlogin THEN 'LOGIN' END, CASE WHEN r.rolsuper THEN 'SUPERUSER' END,
        CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END], NULL),
      'member_of', ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid),
      'tables', coalesce((
        SELECT json_agg(DISTINCT c.oid::regclass::text) FROM pg_class c, LATERAL aclexplode(c.relacl) AS e
        WHERE e.grantee = r.oid AND c.relowner <> r.oid), '[]'),
      'columns', coalesce((
        SELECT json_agg(DISTINCT format('%s %s of %s', e.privilege_type, quote_ident(a.attname), a.attrelid::regclass))
        FROM pg_attribute a, LATERAL aclexplode(a.attacl) AS e
        WHERE e.grantee = r.oid AND NOT (e.privilege_type = 'SELECT' AND EXISTS (
          SELECT FROM pg_policy p
          WHERE p.polrelid = a.attrelid AND p.polroles = ARRAY[r.oid])
          AND EXISTS (
            SELECT FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid JOIN pg_class v ON v.oid = w.ev_class
            WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
              AND d.refobjsubid = a.attnum AND v.relowner = r.oid))), '[]'))
    FROM pg_roles r WHERE r.rolname = $6)
)::text AS document
