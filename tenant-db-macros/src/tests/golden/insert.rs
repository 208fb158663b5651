const _: () = {
    use ::tenant_db::__private as __p;
    use customers as __table;
    use __table::name as __column_name;
    use __table::note as __column_note;
    use __table::kind as __column_kind;
    #[doc(hidden)]
    #[allow(unnameable_types, reason = "nobody but the impls beside it has to name it")]
    enum __Record {}
    #[automatically_derived]
    impl __p::RecordModel for __Record {
        type Model = Customer;
    }
    type __Model = <__Record as __p::RecordModel>::Model;
    const _: fn() = __p::same_table::<__table::table, __Model>;
    #[automatically_derived]
    impl<'a> __p::WriteField<__p::Insert, 0usize> for NewCustomer<'a> {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_name>;
        type Type = &'a str;
    }
    #[automatically_derived]
    impl<'a> __p::WriteField<__p::Insert, 1usize> for NewCustomer<'a> {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_note>;
        type Type = String;
    }
    #[automatically_derived]
    impl<'a> __p::WriteField<__p::Insert, 2usize> for NewCustomer<'a> {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_kind>;
        type Type = String;
    }
    const _: () = __p::assert_not_tenant_column(
        <__Model as ::tenant_db::Model>::META,
        "NewCustomer",
        <__column_name as __p::diesel::query_source::Column>::NAME,
    );
    const _: () = __p::assert_not_tenant_column(
        <__Model as ::tenant_db::Model>::META,
        "NewCustomer",
        <__column_note as __p::diesel::query_source::Column>::NAME,
    );
    const _: () = __p::assert_not_tenant_column(
        <__Model as ::tenant_db::Model>::META,
        "NewCustomer",
        <__column_kind as __p::diesel::query_source::Column>::NAME,
    );
    const __COLUMNS: &[&str] = &[
        <__column_name as __p::diesel::query_source::Column>::NAME,
        <__column_note as __p::diesel::query_source::Column>::NAME,
        <__column_kind as __p::diesel::query_source::Column>::NAME,
    ];
    const _: () = __p::assert_complete(
        <__Model as ::tenant_db::Model>::META,
        "NewCustomer",
        __COLUMNS,
    );
    const __KEY_IS_GIVEN: bool = __p::names_primary_key(
        <__Model as ::tenant_db::Model>::META,
        __COLUMNS,
    );
    #[automatically_derived]
    impl<'a> ::tenant_db::TenantInsert for NewCustomer<'a> {
        type Model = __Model;
        type Record = <__Model as __p::InsertRecord<
            __KEY_IS_GIVEN,
            (
                __p::diesel::dsl::Eq<
                    __column_name,
                    <NewCustomer<'a> as __p::WriteField<__p::Insert, 0usize>>::Type,
                >,
                ::core::option::Option<
                    __p::diesel::dsl::Eq<
                        __column_note,
                        <NewCustomer<'a> as __p::WriteField<__p::Insert, 1usize>>::Type,
                    >,
                >,
                __p::diesel::dsl::Eq<
                    __column_kind,
                    <NewCustomer<'a> as __p::WriteField<__p::Insert, 2usize>>::Type,
                >,
            ),
        >>::Record;
        const PARAMETERS: usize = 5usize;
        fn into_record(
            self,
            __tenant: &<Self::Model as ::tenant_db::TenantModel>::Key,
        ) -> Self::Record {
            <__Model as __p::InsertRecord<
                __KEY_IS_GIVEN,
                (
                    __p::diesel::dsl::Eq<
                        __column_name,
                        <NewCustomer<'a> as __p::WriteField<__p::Insert, 0usize>>::Type,
                    >,
                    ::core::option::Option<
                        __p::diesel::dsl::Eq<
                            __column_note,
                            <NewCustomer<
                                'a,
                            > as __p::WriteField<__p::Insert, 1usize>>::Type,
                        >,
                    >,
                    __p::diesel::dsl::Eq<
                        __column_kind,
                        <NewCustomer<'a> as __p::WriteField<__p::Insert, 2usize>>::Type,
                    >,
                ),
            >>::record(
                __tenant,
                (
                    __p::assign::<
                        __column_name,
                        <NewCustomer<'a> as __p::WriteField<__p::Insert, 0usize>>::Type,
                    >(__column_name, self.name),
                    ::core::option::Option::map(
                        self.note,
                        |__value| __p::assign::<
                            __column_note,
                            <NewCustomer<
                                'a,
                            > as __p::WriteField<__p::Insert, 1usize>>::Type,
                        >(__column_note, __value),
                    ),
                    __p::assign::<
                        __column_kind,
                        <NewCustomer<'a> as __p::WriteField<__p::Insert, 2usize>>::Type,
                    >(__column_kind, ::core::convert::Into::into(self.state)),
                ),
            )
        }
    }
};
