const _: () = {
    use ::tenant_db::__private as __p;
    use schema::customers as __table;
    #[doc(hidden)]
    #[allow(unnameable_types, reason = "nobody but the impls beside it has to name it")]
    enum __Record {}
    #[automatically_derived]
    impl __p::RecordModel for __Record {
        type Model = Customer;
    }
    type __Model = <__Record as __p::RecordModel>::Model;
    const _: fn() = __p::same_table::<__table::table, __Model>;
    const __COLUMNS: &[&str] = &[];
    const _: () = __p::assert_complete(
        <__Model as ::tenant_db::Model>::META,
        "NewCustomer",
        __COLUMNS,
    );
    #[automatically_derived]
    impl ::tenant_db::TenantInsert for NewCustomer {
        type Model = __Model;
        type Record = <__Model as __p::InsertDefaults>::Record;
        const PARAMETERS: usize = 2usize;
        fn into_record(
            self,
            __tenant: &<Self::Model as ::tenant_db::TenantModel>::Key,
        ) -> Self::Record {
            <__Model as __p::InsertDefaults>::record(__tenant)
        }
    }
};
