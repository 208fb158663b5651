DECLARE
  policy name;
BEGIN
  FOR policy IN
    SELECT polname FROM pg_policy WHERE polrelid = {{table_literal}}::regclass AND polpermissive
  LOOP
    RAISE WARNING USING
      MESSAGE = format('tenant_db: table %s has a policy of its own, %I; verification at connect will refuse it',
                       {{table_literal}}, policy),
      HINT = format('Run: DROP POLICY %I ON %s; or make it RESTRICTIVE.', policy, {{table_literal}});
  END LOOP;
END
