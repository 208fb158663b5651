DECLARE
  target regclass := to_regclass({{table_name}});
  path text := current_setting('tenant_db.search_path', true);
  wanted text;
  actual text;
  former name;
BEGIN
  IF target IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'undefined_table',
      MESSAGE = format('tenant_db: table %s does not exist', {{table_name}}),
      HINT = 'Apply the migration that creates the table first: the folder of this one must sort after it.';
  END IF;

  -- What PostgreSQL makes of the model's words, it says on an empty table of the same columns. They are the model's own,
  -- so names in them are looked for as in any other migration.
  CREATE TABLE tenant_db.probe (LIKE {{table}});
  PERFORM set_config('search_path', path, true);
  EXECUTE {{on_probe}};
  PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
  SELECT pg_get_constraintdef(oid) INTO STRICT wanted
  FROM pg_constraint WHERE conrelid = to_regclass('tenant_db.probe') AND conname = {{constraint_name}};
  DROP TABLE tenant_db.probe;

  IF {{satisfied}} THEN
    RETURN;
  END IF;
  SELECT pg_get_constraintdef(oid) INTO actual
  FROM pg_constraint WHERE conrelid = target AND conname = {{constraint_name}};
  IF actual = wanted THEN
    RETURN;
  ELSIF actual IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_object',
      MESSAGE = format('tenant_db: constraint %I of table %s is not the one that the model asks for', {{constraint_name}}, target),
      HINT = format('It is: %s. The model says: %s. Drop it, rename it, or correct the model.', actual, wanted);
  END IF;
  SELECT conname INTO former FROM pg_constraint
  WHERE conrelid = target AND contype <> 'u' AND pg_get_constraintdef(oid) = wanted ORDER BY oid LIMIT 1;
  IF former IS NOT NULL THEN
    EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', target, former, {{constraint_name}});
    INSERT INTO tenant_db.undo (migration, step, detail)
    VALUES ({{migration}}, 'constraint', jsonb_build_object('former', former));
    RETURN;
  END IF;

  BEGIN
    PERFORM set_config('search_path', path, true);
    EXECUTE {{on_table}};
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
  EXCEPTION
    -- The server's own message would quote the rows.
    WHEN unique_violation OR check_violation OR exclusion_violation THEN
      RAISE EXCEPTION USING
        ERRCODE = SQLSTATE,
        MESSAGE = format('tenant_db: rows of table %s do not obey constraint %I, which the model asks for: %s',
                         target, {{constraint_name}}, wanted),
        HINT = 'Mend these rows and run this again; nothing has been changed.';
  END;
  INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'constraint', '{}');
END
