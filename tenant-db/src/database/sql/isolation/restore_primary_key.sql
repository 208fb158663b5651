DECLARE
  target regclass := to_regclass({{table_name}});
  saved jsonb;
  columns name[];
  keys record;
  forced regclass[];
  relation regclass;
  stuck text;
BEGIN
  SELECT detail INTO saved FROM tenant_db.undo WHERE migration = {{migration}} AND step = 'primary key';
  IF NOT FOUND OR target IS NULL THEN
    RETURN;
  END IF;
  columns := ARRAY(SELECT jsonb_array_elements_text(nullif(saved -> 'columns', 'null')));

  -- A key over both columns, made since, has nothing to rest on once the old key is back.
  SELECT string_agg(format('%I of %s', f.conname, f.conrelid::regclass), ', ') INTO stuck
  FROM pg_constraint f JOIN pg_constraint p ON p.conindid = f.conindid AND p.contype = 'p'
  WHERE f.contype = 'f' AND f.confrelid = target AND f.conparentid = 0 AND cardinality(f.confkey) <> cardinality(columns);
  IF stuck IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('tenant_db: the former primary key of %s cannot come back under foreign key %s', target, stuck),
      HINT = 'Drop these foreign keys first, or revert the migrations that made them.';
  END IF;
  SELECT coalesce(array_agg(f.conrelid::regclass ORDER BY f.oid), '{}') AS tables,
         coalesce(array_agg(f.conname ORDER BY f.oid), '{}') AS names,
         coalesce(array_agg(pg_get_constraintdef(f.oid) ORDER BY f.oid), '{}') AS definitions,
         coalesce(array_agg(obj_description(f.oid, 'pg_constraint') ORDER BY f.oid), '{}') AS comments
  INTO keys
  FROM pg_constraint f
  JOIN pg_constraint u ON u.conindid = f.conindid AND u.conrelid = target
  WHERE f.contype = 'f' AND f.confrelid = target AND f.conparentid = 0
    AND (u.contype = 'p' OR u.contype = 'u' AND u.conname = saved ->> 'kept');

  -- PostgreSQL looks at the rows with the rights of whoever runs this, who may be no superuser: to the owner, policies apply
  -- only while they are forced.
  forced := ARRAY(SELECT oid::regclass FROM pg_class WHERE oid = ANY (keys.tables) AND relforcerowsecurity);
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
  FOR n IN 1 .. cardinality(keys.names) LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', keys.tables[n], keys.names[n]);
  END LOOP;
  IF saved ->> 'kept' IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', target, saved ->> 'kept');
  END IF;
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', target, saved ->> 'new');
  IF (saved ->> 'had')::boolean THEN
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I PRIMARY KEY (%s)%s%s%s%s', target, saved ->> 'new',
      (SELECT string_agg(format('%I', c), ', ' ORDER BY n) FROM unnest(columns) WITH ORDINALITY AS u (c, n)),
      (SELECT ' INCLUDE (' || string_agg(format('%I', c), ', ' ORDER BY n) || ')'
       FROM jsonb_array_elements_text(saved -> 'include') WITH ORDINALITY AS u (c, n) HAVING count(*) > 0),
      (SELECT ' WITH (' || string_agg(format('%I = %L', split_part(o, '=', 1), split_part(o, '=', 2)), ', ') || ')'
       FROM jsonb_array_elements_text(nullif(saved -> 'options', 'null')) AS u (o) HAVING count(*) > 0),
      ' USING INDEX TABLESPACE ' || quote_ident(saved ->> 'tablespace'),
      CASE WHEN (saved ->> 'deferrable')::boolean
        THEN ' DEFERRABLE' || CASE WHEN (saved ->> 'deferred')::boolean THEN ' INITIALLY DEFERRED' ELSE '' END END);
  END IF;
  FOR n IN 1 .. cardinality(keys.names) LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', keys.tables[n], keys.names[n], keys.definitions[n]);
    IF keys.comments[n] IS NOT NULL THEN
      EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', keys.names[n], keys.tables[n], keys.comments[n]);
    END IF;
  END LOOP;
  FOREACH relation IN ARRAY forced LOOP
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', relation);
  END LOOP;
END
