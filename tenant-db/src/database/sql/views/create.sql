DECLARE
  base regclass := to_regclass({{table_name}});
  path text := current_setting('tenant_db.search_path', true);
  column_name name;
  lent boolean := false;
BEGIN
  IF base IS NULL OR NOT EXISTS (
    SELECT FROM pg_policy WHERE polrelid = base AND polname = {{floor_name}} AND NOT polpermissive)
  THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('tenant_db: table %s is not isolated', {{table_name}}),
      HINT = 'Apply the migration that isolates it before the one that makes a public view of it.';
  END IF;
  IF to_regclass({{view_name}}) IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_table',
      MESSAGE = format('tenant_db: %s exists already', {{view_name}}),
      HINT = 'Drop it, or give the public view another name.';
  END IF;

  -- The condition is the model's own, so names in it are looked for as in any other migration.
  PERFORM set_config('search_path', path, true);
  EXECUTE {{create_policy}};
  EXECUTE {{create_view}};
  PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);

  FOR column_name IN
    SELECT a.attname FROM pg_attribute a
    WHERE a.attrelid = base AND a.attnum > 0 AND NOT a.attisdropped
      AND (a.attname = ANY ({{columns}}) OR EXISTS (
        SELECT FROM pg_depend d JOIN pg_policy p ON p.oid = d.objid AND p.polrelid = base AND p.polname = {{policy_name}}
        WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = base
          AND d.refobjsubid = a.attnum))
      AND NOT has_column_privilege({{views_name}}, base, a.attnum, 'SELECT')
  LOOP
    EXECUTE format('GRANT SELECT (%I) ON TABLE %s TO %I', column_name, base, {{views_name}});
    INSERT INTO tenant_db.undo (migration, step, detail)
    VALUES ({{migration}}, 'column', jsonb_build_object('name', column_name));
  END LOOP;

  IF NOT has_schema_privilege({{views_name}}, {{view_schema_name}}, 'CREATE') THEN
    BEGIN
      EXECUTE format('GRANT CREATE ON SCHEMA %I TO %I', {{view_schema_name}}, {{views_name}});
    EXCEPTION
      WHEN insufficient_privilege THEN NULL;
    END;
    IF NOT has_schema_privilege({{views_name}}, {{view_schema_name}}, 'CREATE') THEN
      RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format('tenant_db: the role that runs this migration cannot hand a view in schema %I over to another role', {{view_schema_name}}),
        HINT = format('Run it as the owner of the schema, or first: GRANT CREATE ON SCHEMA %I TO %I;', {{view_schema_name}}, {{views_name}});
    END IF;
    lent := true;
  END IF;
  ALTER VIEW {{view}} OWNER TO {{views}};
  IF lent THEN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM %I', {{view_schema_name}}, {{views_name}});
  END IF;
  REVOKE ALL ON TABLE {{view}} FROM PUBLIC, {{runtime}}, {{public}};
  GRANT SELECT ON TABLE {{view}} TO {{public}};
  IF NOT has_schema_privilege({{public_name}}, {{view_schema_name}}, 'USAGE') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', {{view_schema_name}}, {{public_name}});
    INSERT INTO tenant_db.undo (migration, step, detail) VALUES ({{migration}}, 'usage', '{}');
  END IF;
  -- By this, verification tells later whether view and policy are still these.
  EXECUTE format('COMMENT ON VIEW %s IS %L', to_regclass({{view_name}}), {{fingerprint}} || ' ' || (
    SELECT md5(pg_get_viewdef(to_regclass({{view_name}})) || pg_get_expr(p.polqual, p.polrelid))
    FROM pg_policy p WHERE p.polrelid = base AND p.polname = {{policy_name}}));
END
