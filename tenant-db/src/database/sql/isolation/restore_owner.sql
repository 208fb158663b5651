DECLARE
  entry record;
BEGIN
  FOR entry IN
    -- Only this table and its partitions: the notes belong to the owner, and a superuser may be running this.
    SELECT relation.oid::regclass AS relation, u.detail ->> 'owner' AS owner
    FROM (SELECT to_regclass({{table_name}})::oid UNION
          SELECT relid::oid FROM pg_partition_tree(to_regclass({{table_name}}))) AS relation (oid)
    JOIN tenant_db.undo u ON u.detail ->> 'relation' = relation.oid::regclass::text
    WHERE u.migration = {{migration}} AND u.step = 'owner'
    ORDER BY u.id DESC
  LOOP
    EXECUTE format('ALTER TABLE %s OWNER TO %I', entry.relation, entry.owner);
  END LOOP;
END
