
DECLARE
  tenant text := current_setting({{setting}}, true);
BEGIN
  -- After the transaction that set it, a setting is empty rather than missing.
  IF tenant IS NULL OR tenant = '' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = 'tenant_db: no tenant is set',
      HINT = {{hint}};
  END IF;
{{check}}  RETURN {{result}};
END
