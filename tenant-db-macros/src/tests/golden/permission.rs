const _: () = {
    #[automatically_derived]
    impl ::tenant_db::Permission for ReadCustomers {
        const NAME: &'static str = "customers:read";
    }
};
