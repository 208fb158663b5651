-- Everything that the checks look at, as one JSON document. Every catalog read here is open to every role.
WITH RECURSIVE wanted AS (
  -- `anchors` say whose a row is: the tenant column, or the columns that name the parent; none for global tables.
  SELECT n::integer AS index, schema_name::name, table_name::name, tenant_column::name,
         ARRAY(SELECT jsonb_array_elements_text(anchors::jsonb))::name[] AS anchors
  FROM unnest($1, $2, $3, $5) WITH ORDINALITY AS w (schema_name, table_name, tenant_column, anchors, n)
),
-- The roles that the session can become: by SET ROLE, by inheritance, or by granting itself either.
-- `step` is the membership of the session's role that leads there.
reachable (oid, step) AS (
  SELECT oid, NULL::oid FROM pg_roles WHERE rolname = session_user
  UNION
  SELECT m.roleid, coalesce(r.step, m.roleid) FROM reachable r JOIN pg_auth_members m ON m.member = r.oid
),
closure (oid, step) AS (
  SELECT oid, min(step) FROM reachable GROUP BY oid
),
found AS (
  SELECT w.*, n.oid AS schema_oid, c.oid, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity
  FROM wanted w
  JOIN pg_namespace n ON n.nspname = w.schema_name
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.table_name
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
),
-- Roles with rights of their own. Those that own a table, or stand above all rights, are reported as such and once.
plain AS (
  SELECT oid FROM closure JOIN pg_roles USING (oid)
  WHERE NOT rolsuper AND oid NOT IN (SELECT relowner FROM found)
),
-- Partitions and children have rows, and may have keys of their own.
descendants (root, oid) AS (
  SELECT f.oid, i.inhrelid FROM found f JOIN pg_inherits i ON i.inhparent = f.oid
  UNION
  SELECT d.root, i.inhrelid FROM descendants d JOIN pg_inherits i ON i.inhparent = d.oid
)
SELECT json_build_object(
  'session_user', session_user,
  'database', current_database(),
  'roles', (
    SELECT json_agg(json_build_object(
      'name', rolname, 'superuser', rolsuper, 'bypass_rls', rolbypassrls, 'create_role', rolcreaterole,
      'replication', rolreplication, 'predefined', oid < 16384, 'bootstrap', oid = 10, 'step', pg_get_userbyid(step),
      'administers', rolcreatedb OR oid = (SELECT datdba FROM pg_database WHERE datname = current_database())))
    FROM closure JOIN pg_roles USING (oid)),
  'may_create_in_database', EXISTS (SELECT FROM plain WHERE has_database_privilege(oid, current_database(), 'CREATE')),
  'may_create_temporary', EXISTS (SELECT FROM plain WHERE has_database_privilege(oid, current_database(), 'TEMPORARY')),
  'may_set_config', EXISTS (
    SELECT FROM plain WHERE has_function_privilege(oid, 'pg_catalog.set_config(text, text, boolean)', 'EXECUTE')),
  'tenant_is_preset', coalesce(current_setting($4, true), '') <> '',
  'settings', coalesce((
    SELECT json_agg(json_build_object(
      'name', lower(split_part(entry, '=', 1)),
      'database', d.datname, 'role', r.rolname))
    FROM pg_db_role_setting s
    CROSS JOIN LATERAL unnest(s.setconfig) AS entry
    LEFT JOIN pg_database d ON d.oid = s.setdatabase
    LEFT JOIN pg_roles r ON r.oid = s.setrole
    WHERE (s.setdatabase = 0 OR d.datname = current_database())
      AND (s.setrole = 0 OR r.rolname = session_user)), '[]'),
  'tenant_schema', (
    SELECT json_build_object(
      'usable', has_schema_privilege(n.oid, 'USAGE'),
      'made_by_migration', EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'undo'))
    FROM pg_namespace n WHERE n.nspname = 'tenant_db'),
  'functions', coalesce((
    SELECT json_agg(json_build_object(
      'name', p.proname, 'returns', format_type(p.prorettype, NULL), 'set', p.proretset, 'arguments', p.pronargs,
      'language', l.lanname, 'volatility', p.provolatile, 'leakproof', p.proleakproof, 'definer', p.prosecdef,
      'configuration', coalesce(to_json(p.proconfig), '[]'), 'source', p.prosrc,
      'owner', pg_get_userbyid(p.proowner),
      'owner_reachable', p.proowner IN (SELECT oid FROM closure) AND p.proowner NOT IN (SELECT relowner FROM found),
      'executable', has_function_privilege(p.oid, 'EXECUTE')))
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.pronamespace = to_regnamespace('tenant_db')), '[]'),
  'tables', coalesce((
    SELECT json_agg(json_build_object(
      'index', f.index, 'oid', f.oid::bigint, 'name', f.oid::regclass::text, 'kind', f.relkind,
      'owner', pg_get_userbyid(f.relowner), 'owner_reachable', f.relowner IN (SELECT oid FROM closure),
      'enabled', f.relrowsecurity, 'forced', f.relforcerowsecurity,
      'tenant', (
        SELECT json_build_object(
          'quoted', quote_ident(a.attname), 'type', format_type(a.atttypid, NULL), 'not_null', a.attnotnull,
          'deterministic', coalesce((SELECT l.collisdeterministic FROM pg_collation l WHERE l.oid = a.attcollation), true))
        FROM pg_attribute a
        WHERE a.attrelid = f.oid AND a.attname = f.tenant_column AND a.attnum > 0 AND NOT a.attisdropped),
      'primary_key_name', (SELECT c.conname FROM pg_constraint c WHERE c.conrelid = f.oid AND c.contype = 'p'),
      'primary_key', coalesce((
        SELECT json_agg(a.attname ORDER BY k.n)
        FROM pg_constraint c
        CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
        JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = k.attnum
        WHERE c.conrelid = f.oid AND c.contype = 'p'), '[]'),
      'keys', coalesce((
        SELECT json_agg(json_build_object(
          'oid', x.indexrelid::bigint, 'name', i.relname, 'quoted', quote_ident(i.relname),
          'index', x.indexrelid::regclass::text, 'table', x.indrelid::regclass::text,
          'columns', (SELECT json_agg(pg_get_indexdef(x.indexrelid, n, true) ORDER BY n) FROM generate_series(1, x.indnkeyatts) AS n),
          'is_uuids', NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = x.indexrelid AND a.attnum <= x.indnkeyatts AND a.atttypid <> 'uuid'::regtype),
          'exclusion', x.indexrelid IN (SELECT conindid FROM pg_constraint WHERE contype = 'x' AND conrelid = x.indrelid),
          'constraint', c.definition, 'definition', pg_get_indexdef(x.indexrelid),
          -- The same columns are unique within the tenant already.
          'covered', x.indisunique AND x.indexprs IS NULL AND EXISTS (
            SELECT FROM pg_index other,
              LATERAL (SELECT array_agg(a.attnum) AS attnums FROM pg_attribute a
                       WHERE a.attrelid = x.indrelid AND a.attname = ANY (f.anchors)) AS anchor
            WHERE other.indrelid = x.indrelid AND other.indisunique AND other.indisvalid AND other.indpred IS NULL
              AND (other.indkey::smallint[])[0:other.indnkeyatts - 1] @> anchor.attnums
              AND (other.indkey::smallint[])[0:other.indnkeyatts - 1]
                  <@ ((x.indkey::smallint[])[0:x.indnkeyatts - 1] || anchor.attnums)),
          'dependents', coalesce((
            SELECT json_agg(json_build_object('oid', d.oid::bigint, 'name', d.conname, 'table', d.conrelid::regclass::text) ORDER BY d.oid)
            FROM pg_constraint d WHERE d.contype = 'f' AND d.conindid = x.indexrelid AND d.conparentid = 0), '[]')
          ) ORDER BY x.indexrelid)
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid AND NOT i.relispartition
        LEFT JOIN LATERAL (
          SELECT pg_get_constraintdef(c.oid) AS definition, c.conexclop
          FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.conrelid = x.indrelid AND c.contype IN ('p', 'u', 'x')
        ) AS c ON true
        WHERE x.indrelid IN (SELECT f.oid UNION SELECT d.oid FROM descendants d WHERE d.root = f.oid)
          AND (x.indisunique OR x.indisexclusion)
          AND NOT (x.indisprimary AND x.indrelid = f.oid)
          AND f.anchors <> '{}'
          -- The tenant keeps rows apart only where it is compared by equality, and by one that takes no two for equal.
          AND NOT f.anchors <@ ARRAY(
            SELECT a.attname FROM unnest(x.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
            JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
            WHERE k.n <= x.indnkeyatts
              AND coalesce((SELECT l.collisdeterministic FROM pg_collation l WHERE l.oid = x.indcollation[k.n - 1]), true)
              AND (c.conexclop IS NULL OR (SELECT o.oprname = '=' FROM pg_operator o WHERE o.oid = c.conexclop[k.n])))), '[]'),
      'foreign_keys', coalesce((
        SELECT json_agg(json_build_object(
          'oid', c.oid::bigint, 'index', c.conindid::bigint, 'name', c.conname, 'table', c.conrelid::regclass::text,
          'target', c.confrelid::regclass::text,
          'target_tenant', t.tenant_column,
          'columns', (
            SELECT json_agg(json_build_array(mine.attname, theirs.attname) ORDER BY k.n)
            FROM unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (mine, theirs, n)
            JOIN pg_attribute mine ON mine.attrelid = c.conrelid AND mine.attnum = k.mine
            JOIN pg_attribute theirs ON theirs.attrelid = c.confrelid AND theirs.attnum = k.theirs),
          'on_update', c.confupdtype, 'on_delete', c.confdeltype,
          'deferrable', c.condeferrable, 'deferred', c.condeferred,
          'has_key', EXISTS (
            SELECT FROM pg_index x, pg_attribute tenant
            WHERE x.indrelid = c.confrelid AND x.indisunique AND x.indimmediate AND x.indisvalid AND x.indpred IS NULL
              AND x.indexprs IS NULL
              AND tenant.attrelid = c.confrelid AND tenant.attname = t.tenant_column
              AND (x.indkey::smallint[])[0:x.indnkeyatts - 1] @> (c.confkey || tenant.attnum)
              AND (x.indkey::smallint[])[0:x.indnkeyatts - 1] <@ (c.confkey || tenant.attnum))
          ) ORDER BY c.oid)
        FROM pg_constraint c
        JOIN LATERAL (
          SELECT w.tenant_column, w.anchors FROM found w
          WHERE w.oid = c.confrelid OR EXISTS (SELECT FROM descendants d WHERE d.root = w.oid AND d.oid = c.confrelid)
          LIMIT 1
        ) AS t ON true
        WHERE c.conrelid IN (SELECT f.oid UNION SELECT d.oid FROM descendants d WHERE d.root = f.oid) AND c.contype = 'f' AND c.conparentid = 0
          AND f.anchors <> '{}' AND t.anchors <> '{}'
          AND NOT EXISTS (SELECT FROM unnest(t.anchors) AS wanted (name) WHERE NOT EXISTS (
            SELECT FROM pg_attribute a
            WHERE a.attrelid = c.confrelid AND a.attname = wanted.name AND a.attnum > 0 AND NOT a.attisdropped))
          AND NOT EXISTS (
            SELECT FROM unnest(c.conkey, c.confkey) AS k (mine, theirs)
            JOIN pg_attribute mine ON mine.attrelid = c.conrelid AND mine.attnum = k.mine
            JOIN pg_attribute theirs ON theirs.attrelid = c.confrelid AND theirs.attnum = k.theirs
            WHERE mine.attname = f.tenant_column AND theirs.attname = t.tenant_column)), '[]'),
      'constraints', coalesce((
        SELECT json_agg(json_build_object(
          'name', c.conname, 'kind', c.contype, 'valid', c.convalidated,
          'target_schema', (SELECT n.nspname FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace WHERE r.oid = c.confrelid),
          'target_table', (SELECT r.relname FROM pg_class r WHERE r.oid = c.confrelid),
          'pairs', (
            SELECT json_agg(json_build_array(mine.attname, theirs.attname) ORDER BY k.n)
            FROM unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (mine, theirs, n)
            JOIN pg_attribute mine ON mine.attrelid = c.conrelid AND mine.attnum = k.mine
            LEFT JOIN pg_attribute theirs ON theirs.attrelid = c.confrelid AND theirs.attnum = k.theirs),
          'on_delete', c.confdeltype) ORDER BY c.oid)
        FROM pg_constraint c WHERE c.conrelid = f.oid AND c.contype IN ('c', 'f', 'x')), '[]'),
      'unique_keys', coalesce((
        SELECT json_agg((
          SELECT json_agg(a.attname ORDER BY a.attname)
          FROM unnest((x.indkey::smallint[])[0:x.indnkeyatts - 1]) AS k (attnum)
          JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = k.attnum))
        FROM pg_index x
        WHERE x.indrelid = f.oid AND x.indisunique AND x.indisvalid AND x.indimmediate AND x.indpred IS NULL
          AND x.indexprs IS NULL), '[]'),
      'columns', coalesce((
        SELECT json_agg(json_build_object(
          'name', a.attname, 'not_null', a.attnotnull, 'filled', a.atthasdef OR a.attidentity <> ''))
        FROM pg_attribute a WHERE a.attrelid = f.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]'),
      'policies', coalesce((
        SELECT json_agg(json_build_object(
          'name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive, 'to_public', p.polroles = '{0}', 'to_owner', p.polroles = ARRAY[f.relowner],
          'roles', ARRAY(SELECT pg_get_userbyid(r) FROM unnest(p.polroles) AS r WHERE r <> 0 ORDER BY 1),
          'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)))
        FROM pg_policy p WHERE p.polrelid = f.oid), '[]'),
      'triggers', coalesce((
        SELECT json_agg(json_build_object(
          'name', t.tgname, 'enabled', t.tgenabled, 'type', t.tgtype,
          'conditional', t.tgqual IS NOT NULL OR t.tgattr::text <> '',
          'function_schema', p.pronamespace::regnamespace::text, 'function', p.proname))
        FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE t.tgrelid = f.oid AND NOT t.tgisinternal), '[]'),
      'grants', coalesce((
        SELECT json_agg(DISTINCT jsonb_build_object(
          'grantee', CASE e.grantee WHEN 0 THEN NULL ELSE pg_get_userbyid(e.grantee) END, 'privilege', e.privilege_type))
        FROM (
          SELECT x.* FROM aclexplode(f.relacl) AS x
          UNION ALL
          SELECT x.* FROM pg_attribute a, LATERAL aclexplode(a.attacl) AS x
          WHERE a.attrelid = f.oid AND NOT a.attisdropped) AS e
        WHERE e.grantee <> f.relowner AND (e.grantee = 0 OR e.grantee IN (SELECT oid FROM plain))), '[]'),
      'missing', coalesce((
        SELECT json_agg(privilege)
        FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege
        WHERE NOT has_table_privilege(f.oid, privilege)), '[]'),
      'schema_usable', has_schema_privilege(f.schema_oid, 'USAGE'),
      'schema_creators', coalesce((
        SELECT json_agg(pg_get_userbyid(oid)) FROM plain WHERE has_schema_privilege(oid, f.schema_oid, 'CREATE')), '[]'),
      'open_children', coalesce((
        SELECT json_agg(c.oid::regclass::text ORDER BY c.oid::regclass::text)
        FROM descendants d JOIN pg_class c ON c.oid = d.oid
        WHERE d.root = f.oid AND EXISTS (
          SELECT FROM plain
          WHERE has_table_privilege(plain.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
             OR has_any_column_privilege(plain.oid, c.oid, 'SELECT, INSERT, UPDATE'))
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)), '[]')))
    FROM found f), '[]')
)::text AS document
