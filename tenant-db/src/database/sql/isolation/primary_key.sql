DECLARE
  target regclass := {{table_literal}}::regclass;
  old record;
  columns name[];
  include name[] := '{}';
  name name := {{new_key_name}};
  kept name;
  keys record;
  forced regclass[];
  relation regclass;
BEGIN
  SELECT c.oid, c.conname, c.conindid, c.condeferrable, c.condeferred, i.reltablespace, i.reloptions,
         (SELECT array_agg(a.attname ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum) AS columns,
         (SELECT coalesce(array_agg(a.attname ORDER BY k.n), '{}')
          FROM pg_index x, unnest(x.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
          WHERE x.indexrelid = c.conindid AND k.n > x.indnkeyatts) AS include
  INTO old
  FROM pg_constraint c JOIN pg_class i ON i.oid = c.conindid
  WHERE c.conrelid = target AND c.contype = 'p';

  IF FOUND AND old.columns[1] = {{tenant_name}} THEN
    RETURN;
  END IF;
  IF old.conname IS NULL THEN
    columns := {{tenant_name}}::name || {{primary_key}};
    IF to_regclass(format('%I.%I', {{schema_name}}, name)) IS NOT NULL THEN
      name := {{spare_key_name}};
    END IF;
  ELSE
    name := old.conname;
    columns := {{tenant_name}}::name || array_remove(old.columns, {{tenant_name}}::name);
    include := array_remove(old.include, {{tenant_name}}::name);
  END IF;

  -- Foreign keys rest on the index of the old key. They are put back before the transaction ends: nobody loses one.
  SELECT coalesce(array_agg(f.conrelid::regclass ORDER BY f.oid), '{}') AS tables,
         coalesce(array_agg(f.conname ORDER BY f.oid), '{}') AS names,
         coalesce(array_agg(pg_get_constraintdef(f.oid) ORDER BY f.oid), '{}') AS definitions,
         coalesce(array_agg(obj_description(f.oid, 'pg_constraint') ORDER BY f.oid), '{}') AS comments
  INTO keys
  FROM pg_constraint f
  WHERE f.contype = 'f' AND f.confrelid = target AND f.conindid = old.conindid AND f.conparentid = 0;
  IF cardinality(keys.names) > 0 AND NOT columns <@ old.columns THEN
    kept := {{kept_key_name}};
  END IF;

  INSERT INTO tenant_db.undo (migration, step, detail)
  VALUES ({{migration}}, 'primary key', jsonb_build_object(
    'new', name, 'kept', kept, 'had', old.conname IS NOT NULL, 'columns', old.columns, 'include', old.include,
    'deferrable', old.condeferrable, 'deferred', old.condeferred, 'options', old.reloptions,
    'tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = old.reltablespace)));

  -- PostgreSQL looks at the rows with the rights of whoever runs this, who may be no superuser: to the owner, policies apply
  -- only while they are forced.
  forced := ARRAY(SELECT oid::regclass FROM pg_class WHERE oid = ANY (keys.tables) AND relforcerowsecurity);
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
  FOR n IN 1 .. cardinality(keys.names) LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', keys.tables[n], keys.names[n]);
  END LOOP;
  IF old.conname IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, old.conname);
  END IF;
  EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY (%s)%s%s', target, name,
    (SELECT string_agg(format('%I', c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS u (c, n)),
    (SELECT ' INCLUDE (' || string_agg(format('%I', c), ', ' ORDER BY n) || ')'
     FROM unnest(include) WITH ORDINALITY AS u (c, n) HAVING count(*) > 0),
    CASE WHEN old.condeferrable THEN ' DEFERRABLE' || CASE WHEN old.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END END);
  IF kept IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE (%s)', target, kept,
      (SELECT string_agg(format('%I', c), ', ' ORDER BY n) FROM unnest(old.columns) WITH ORDINALITY AS u (c, n)));
  END IF;
  FOR n IN 1 .. cardinality(keys.names) LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', keys.tables[n], keys.names[n], keys.definitions[n]);
    IF keys.comments[n] IS NOT NULL THEN
      EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', keys.names[n], keys.tables[n], keys.comments[n]);
    END IF;
    IF kept IS NOT NULL THEN
      RAISE WARNING USING
        MESSAGE = format('tenant_db: foreign key %I of %s refers to %s without the tenant, so %I stays unique across tenants',
                         keys.names[n], keys.tables[n], target, old.columns),
        HINT = format('Let it refer to (%s) with the tenant of its own row, then run: ALTER TABLE %s DROP CONSTRAINT %I;',
                      (SELECT string_agg(format('%I', c), ', ' ORDER BY o) FROM unnest(columns) WITH ORDINALITY AS u (c, o)),
                      target, kept);
    END IF;
  END LOOP;
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
END
