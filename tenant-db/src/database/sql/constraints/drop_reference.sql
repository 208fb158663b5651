DECLARE
  target regclass := to_regclass({{table_name}});
  parent regclass := to_regclass({{parent_name}});
  relation regclass;
  forced regclass[];
  former record;
BEGIN
  IF target IS NULL OR NOT EXISTS (SELECT FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'constraint') THEN
    RETURN;
  END IF;
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', target, {{constraint_name}});
  IF EXISTS (SELECT FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'parent key') THEN
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', parent, {{parent_key_name}});
  END IF;
  FOR former IN
    SELECT detail ->> 'name' AS name, detail -> 'columns' AS columns
    FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'former key' ORDER BY id
  LOOP
    -- The notes belong to the owner, and a superuser may be running this: only names come out of them, and are quoted.
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (%s)', parent, former.name,
      (SELECT string_agg(format('%I', c), ', ' ORDER BY n) FROM jsonb_array_elements_text(former.columns) WITH ORDINALITY AS u (c, n)));
  END LOOP;
  forced := ARRAY(SELECT oid::regclass FROM pg_class WHERE oid IN (target, parent) AND relforcerowsecurity);
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
  FOR former IN
    SELECT detail FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'former reference' ORDER BY id
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%s) REFERENCES %s (%s)%s%s%s%s%s%s',
      target, former.detail ->> 'name',
      (SELECT string_agg(format('%I', c), ', ' ORDER BY n)
       FROM jsonb_array_elements_text(former.detail -> 'columns') WITH ORDINALITY AS u (c, n)),
      parent,
      (SELECT string_agg(format('%I', c), ', ' ORDER BY n)
       FROM jsonb_array_elements_text(former.detail -> 'theirs') WITH ORDINALITY AS u (c, n)),
      CASE former.detail ->> 'match' WHEN 'f' THEN ' MATCH FULL' ELSE '' END,
      CASE former.detail ->> 'update' WHEN 'c' THEN ' ON UPDATE CASCADE' WHEN 'r' THEN ' ON UPDATE RESTRICT'
        WHEN 'n' THEN ' ON UPDATE SET NULL' WHEN 'd' THEN ' ON UPDATE SET DEFAULT' ELSE '' END,
      CASE former.detail ->> 'delete' WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'r' THEN ' ON DELETE RESTRICT'
        WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'd' THEN ' ON DELETE SET DEFAULT' ELSE '' END,
      coalesce((SELECT ' (' || string_agg(format('%I', c), ', ') || ')'
                FROM jsonb_array_elements_text(former.detail -> 'set') AS u (c)), ''),
      CASE WHEN (former.detail ->> 'deferrable')::boolean
        THEN ' DEFERRABLE' || CASE WHEN (former.detail ->> 'deferred')::boolean THEN ' INITIALLY DEFERRED' ELSE '' END
        ELSE '' END,
      CASE WHEN (former.detail ->> 'valid')::boolean THEN '' ELSE ' NOT VALID' END);
    IF former.detail ->> 'comment' IS NOT NULL THEN
      EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L',
        former.detail ->> 'name', target, former.detail ->> 'comment');
    END IF;
  END LOOP;
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
END
