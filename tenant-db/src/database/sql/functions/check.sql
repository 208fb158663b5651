  IF {{malformed}} THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = 'tenant_db: the tenant that is set is not a {{type}}',
      HINT = 'The models of this program have another type of tenant key than the one that set it.';
  END IF;
