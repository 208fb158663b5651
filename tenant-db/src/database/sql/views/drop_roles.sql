DECLARE
  note record;
BEGIN
  FOR note IN SELECT step, detail FROM tenant_db.undo WHERE migration = {{migration}} ORDER BY id DESC LOOP
    BEGIN
      CASE note.step
        WHEN 'connect' THEN
          EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM %I', current_database(), {{public_name}});
        WHEN 'membership' THEN
          IF note.detail ->> 'member' IN ({{migrator_name}}, current_user) AND NOT EXISTS (
            SELECT FROM pg_shdepend d JOIN pg_database b ON b.oid = d.dbid
            WHERE d.refclassid = 'pg_authid'::regclass
              AND d.refobjid = (SELECT oid FROM pg_roles WHERE rolname = {{views_name}}) AND b.datname <> current_database())
          THEN
            EXECUTE format('REVOKE %I FROM %I', {{views_name}}, note.detail ->> 'member');
          END IF;
        WHEN 'role' THEN
          IF note.detail ->> 'name' IN ({{public_name}}, {{views_name}}) THEN
            EXECUTE format('DROP ROLE IF EXISTS %I', note.detail ->> 'name');
          END IF;
        ELSE NULL;
      END CASE;
    EXCEPTION
      WHEN dependent_objects_still_exist OR insufficient_privilege THEN
        RAISE NOTICE USING MESSAGE = 'tenant_db: kept a role of public views, something still depends on it';
    END;
  END LOOP;
END
