DECLARE
  entry record;
BEGIN
  FOR entry IN
    SELECT to_regclass(detail ->> 'relation') AS relation, detail ->> 'owner' AS owner
    FROM tenant_db.undo
    WHERE migration = {{migration}} AND step = 'owner'
    ORDER BY id DESC
  LOOP
    CONTINUE WHEN entry.relation IS NULL;
    EXECUTE format('ALTER TABLE %s OWNER TO %I', entry.relation, entry.owner);
  END LOOP;
END
