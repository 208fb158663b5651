BEGIN
  GRANT USAGE, CREATE ON SCHEMA {{schema}} TO {{owner}};
  GRANT USAGE ON SCHEMA {{schema}} TO {{runtime}};
EXCEPTION
  WHEN insufficient_privilege THEN
    IF NOT has_schema_privilege({{runtime_name}}, {{schema_name}}, 'USAGE') THEN
      RAISE WARNING USING
        MESSAGE = format('tenant_db: the runtime role cannot use schema %I', {{schema_name}}),
        HINT = format('As the owner of the schema, run: GRANT USAGE ON SCHEMA %I TO %I, %I;',
                      {{schema_name}}, {{owner_name}}, {{runtime_name}});
    END IF;
END
