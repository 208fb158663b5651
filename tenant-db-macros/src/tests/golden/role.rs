const _: () = {
    #[automatically_derived]
    impl ::tenant_db::Role for Manager {
        const NAME: &'static str = "manager";
        const PERMISSIONS: &'static [&'static str] = &[
            <ReadCustomers as ::tenant_db::Permission>::NAME,
            <permissions::WriteCustomers as ::tenant_db::Permission>::NAME,
        ];
    }
    #[automatically_derived]
    impl ::tenant_db::Grants<ReadCustomers> for Manager {}
    #[automatically_derived]
    impl ::tenant_db::Grants<permissions::WriteCustomers> for Manager {}
};
