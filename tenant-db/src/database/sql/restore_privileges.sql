DECLARE
  object record;
  grantee name;
  entry record;
BEGIN
  FOR object IN
    SELECT DISTINCT o.target, o.owner FROM ({{objects}}) AS o (target, column_name, owner, acl)
    WHERE NOT {{shared}}
  LOOP
    CONTINUE WHEN NOT pg_has_role(object.owner, 'USAGE');
    FOREACH grantee IN ARRAY ARRAY[{{owner_name}}, {{migrator_name}}, {{runtime_name}}]::name[] LOOP
      CONTINUE WHEN NOT EXISTS (SELECT FROM pg_roles WHERE rolname = grantee AND oid <> object.owner);
      EXECUTE format('REVOKE ALL ON %s FROM %I', object.target, grantee);
    END LOOP;
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', object.target);
    FOR entry IN
      SELECT detail ->> 'column' AS column_name, detail ->> 'grantee' AS grantee,
             detail ->> 'privilege' AS privilege, (detail ->> 'grantable')::boolean AS grantable
      FROM tenant_db.undo
      WHERE migration = {{migration}} AND step = {{step}} AND detail ->> 'target' = object.target
        AND coalesce(detail ->> 'grantee', {{owner_name}}) IN ({{owner_name}}, {{migrator_name}}, {{runtime_name}})
      ORDER BY id
    LOOP
      -- The notes belong to the owner, and a superuser may be running this: only words go into a statement unquoted.
      CONTINUE WHEN entry.privilege !~ '^[A-Z ]+$';
      EXECUTE format('GRANT %s%s ON %s TO %s%s', entry.privilege,
        CASE WHEN entry.column_name IS NULL THEN '' ELSE format(' (%I)', entry.column_name) END,
        object.target,
        CASE WHEN entry.grantee IS NULL THEN 'PUBLIC' ELSE format('%I', entry.grantee) END,
        CASE WHEN entry.grantable THEN ' WITH GRANT OPTION' ELSE '' END);
    END LOOP;
  END LOOP;
EXCEPTION
  WHEN insufficient_privilege THEN
    RAISE NOTICE USING MESSAGE = 'tenant_db: left the privileges of {{what}} as they are: '
      || 'the role that runs this migration could not have changed them';
END
