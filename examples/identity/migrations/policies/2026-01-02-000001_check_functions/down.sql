DROP FUNCTION public.check_user_access(uuid);
DROP FUNCTION public.check_tenant_access(uuid);
