-- What is known of tables that are not adopted yet: are they isolated all the same, and through which roles does the
-- session reach them?
WITH RECURSIVE closure (oid) AS (
  SELECT oid FROM pg_roles WHERE rolname = session_user
  UNION
  SELECT m.roleid FROM closure r JOIN pg_auth_members m ON m.member = r.oid
),
wanted AS (
  SELECT n, c.oid, c.relowner, c.relacl, c.relrowsecurity AND c.relforcerowsecurity AS isolated
  FROM unnest($1, $2) WITH ORDINALITY AS w (schema_name, table_name, n)
  JOIN pg_namespace s ON s.nspname = w.schema_name
  JOIN pg_class c ON c.relnamespace = s.oid AND c.relname = w.table_name
),
granted AS (
  SELECT w.oid, e.grantee FROM wanted w, LATERAL aclexplode(coalesce(w.relacl, acldefault('r', w.relowner))) AS e
  UNION
  SELECT w.oid, e.grantee
  FROM wanted w
  JOIN pg_attribute a ON a.attrelid = w.oid AND NOT a.attisdropped,
  LATERAL aclexplode(a.attacl) AS e
  UNION
  SELECT oid, relowner FROM wanted
)
SELECT (n - 1)::bigint AS position, oid::regclass::text AS name, isolated, pg_get_userbyid(relowner)::text AS owner,
       relowner IN (SELECT oid FROM closure) AS owned,
       ARRAY(
         SELECT DISTINCT CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END
         FROM granted g
         WHERE g.oid = w.oid AND g.grantee <> w.relowner
           AND (g.grantee = 0 OR g.grantee IN (SELECT oid FROM closure))
         ORDER BY 1) AS grantees
FROM wanted w
ORDER BY n
