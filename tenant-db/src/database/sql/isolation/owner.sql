DECLARE
  relation record;
BEGIN
  FOR relation IN
    SELECT c.oid::regclass AS name, pg_get_userbyid(c.relowner) AS owner
    FROM pg_class c
    WHERE (c.oid = {{table_literal}}::regclass OR c.oid IN (SELECT relid FROM pg_partition_tree({{table_literal}}::regclass)))
      AND pg_get_userbyid(c.relowner) <> {{owner_name}}
  LOOP
    BEGIN
      EXECUTE format('ALTER TABLE %s OWNER TO %I', relation.name, {{owner_name}});
      INSERT INTO tenant_db.undo (migration, step, detail)
      VALUES ({{migration}}, 'owner', jsonb_build_object('relation', relation.name::text, 'owner', relation.owner));
    EXCEPTION
      WHEN insufficient_privilege THEN
        RAISE WARNING USING
          MESSAGE = format('tenant_db: table %s stays with its owner %I', relation.name, relation.owner),
          HINT = format('Its owner can lift row-level security. As a superuser, run: ALTER TABLE %s OWNER TO %I;',
                        relation.name, {{owner_name}});
    END;
  END LOOP;
END
