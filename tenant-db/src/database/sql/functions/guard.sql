
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.{{tenant}} IS NULL THEN
      NEW.{{tenant}} := tenant_db.{{function}}();
    END IF;
  ELSIF NEW.{{tenant}} IS DISTINCT FROM OLD.{{tenant}} THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = 'tenant_db: the tenant of a row cannot be changed',
      HINT = 'Insert a row for the other tenant and delete this one.';
  END IF;
  RETURN NEW;
END
