const _: () = {
    use ::tenant_db::__private as __p;
    use customers as __table;
    use __table::name as __column_name;
    use __table::note as __column_note;
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
    impl __p::WriteField<__p::Update, 0usize> for CustomerChanges {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_name>;
        type Type = String;
    }
    #[automatically_derived]
    impl __p::WriteField<__p::Update, 1usize> for CustomerChanges {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_note>;
        type Type = Option<String>;
    }
    const _: () = __p::assert_updatable(
        <__Model as ::tenant_db::Model>::META,
        "CustomerChanges",
        <__column_name as __p::diesel::query_source::Column>::NAME,
    );
    const _: () = __p::assert_updatable(
        <__Model as ::tenant_db::Model>::META,
        "CustomerChanges",
        <__column_note as __p::diesel::query_source::Column>::NAME,
    );
    #[automatically_derived]
    impl ::tenant_db::TenantUpdate for CustomerChanges {
        type Model = __Model;
        type Changes = (
            ::core::option::Option<
                __p::diesel::dsl::Eq<
                    __column_name,
                    <CustomerChanges as __p::WriteField<__p::Update, 0usize>>::Type,
                >,
            >,
            ::core::option::Option<
                __p::diesel::dsl::Eq<
                    __column_note,
                    <CustomerChanges as __p::WriteField<__p::Update, 1usize>>::Type,
                >,
            >,
        );
        fn is_empty(&self) -> bool {
            ::core::option::Option::is_none(&self.name)
                && ::core::option::Option::is_none(&self.note)
        }
        fn into_changes(self) -> Self::Changes {
            (
                ::core::option::Option::map(
                    self.name,
                    |__value| __p::assign::<
                        __column_name,
                        <CustomerChanges as __p::WriteField<__p::Update, 0usize>>::Type,
                    >(__column_name, __value),
                ),
                ::core::option::Option::map(
                    self.note,
                    |__value| __p::assign::<
                        __column_note,
                        <CustomerChanges as __p::WriteField<__p::Update, 1usize>>::Type,
                    >(__column_note, __value),
                ),
            )
        }
    }
};
