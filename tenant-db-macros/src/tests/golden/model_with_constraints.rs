const _: () = {
    use ::tenant_db::__private as __p;
    use bookings as __table;
    use __table::id as __column_id;
    use __table::version as __column_version;
    use __table::deleted_at as __column_deleted_at;
    use __table::room_id as __column_room_id;
    use __table::number as __column_number;
    use __table::code as __column_code;
    use __table::customer_id as __column_customer_id;
    use __table::row as __column_row;
    use __table::seat as __column_seat;
    use __table::tenant_id as __column_tenant_id;
    #[automatically_derived]
    impl __p::ModelTenant for Booking {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_tenant_id>;
        type Key = __p::Uuid;
    }
    #[automatically_derived]
    impl __p::KeyField<0usize> for Booking {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl __p::TableOf<Booking> for __table::table {}
    type __Key = <Booking as __p::ModelTenant>::Key;
    type __ReadKey = __p::ReadKey<Booking>;
    type __TenantColumn = __column_tenant_id;
    type __TenantSql = __p::diesel::dsl::SqlTypeOf<__column_tenant_id>;
    type __Tenant = __p::diesel::dsl::Eq<__column_tenant_id, __Key>;
    type __PrimaryKey = <Booking as __p::KeyField<0usize>>::Type;
    type __PrimaryKeyEq = __p::diesel::dsl::Eq<
        __column_id,
        <Booking as __p::KeyField<0usize>>::Type,
    >;
    type __PrimaryKeyAny = __p::diesel::dsl::EqAny<
        __column_id,
        ::std::vec::Vec<<Booking as __p::KeyField<0usize>>::Type>,
    >;
    #[automatically_derived]
    impl __p::ReadField<0usize> for Booking {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl ::tenant_db::Model for Booking {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: "Booking",
            module: ::core::module_path!(),
            schema: ::core::option::Option::None,
            table: "bookings",
            tenancy: ::tenant_db::Tenancy::Column(
                <__column_tenant_id as __p::diesel::query_source::Column>::NAME,
            ),
            key: <__Key as ::tenant_db::TenantKey>::KIND,
            primary_key: &[<__column_id as __p::diesel::query_source::Column>::NAME],
            columns: <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
            defaults: &[],
            generated_key: true,
            unique: &[
                __p::unique(
                    ::core::option::Option::None,
                    &[
                        <__column_room_id as __p::diesel::query_source::Column>::NAME,
                        <__column_number as __p::diesel::query_source::Column>::NAME,
                    ],
                ),
                __p::unique(
                    ::core::option::Option::Some("bookings code"),
                    &[<__column_code as __p::diesel::query_source::Column>::NAME],
                ),
            ],
            references: &[
                __p::reference(
                    ::core::option::Option::None,
                    __p::meta_of::<Customer>,
                    &[
                        __p::nullable(
                            <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
                            <__column_customer_id as __p::diesel::query_source::Column>::NAME,
                            "as `on_delete = set_null` sets it",
                        ),
                    ],
                    ::tenant_db::OnDelete::SetNull,
                ),
                __p::reference(
                    ::core::option::Option::None,
                    __p::meta_of::<Seat>,
                    &[
                        <__column_row as __p::diesel::query_source::Column>::NAME,
                        <__column_seat as __p::diesel::query_source::Column>::NAME,
                    ],
                    ::tenant_db::OnDelete::NoAction,
                ),
            ],
            checks: &[__p::check("positive", "price > 0")],
            exclusions: &[
                __p::exclusion(
                    "no_double_booking",
                    "gist",
                    &[
                        __p::excluded(
                            ::tenant_db::ExclusionOperand::Column(
                                <__column_room_id as __p::diesel::query_source::Column>::NAME,
                            ),
                            "=",
                        ),
                        __p::excluded(
                            ::tenant_db::ExclusionOperand::Sql(
                                "tstzrange(starts, ends)",
                            ),
                            "&&",
                        ),
                    ],
                    ::core::option::Option::Some("paid"),
                ),
            ],
            version: ::core::option::Option::Some(
                __p::never_null(
                    <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
                    <__column_version as __p::diesel::query_source::Column>::NAME,
                    "to count changes",
                ),
            ),
            soft_delete: ::core::option::Option::Some(
                __p::nullable(
                    <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
                    <__column_deleted_at as __p::diesel::query_source::Column>::NAME,
                    "which stands for a row that is not deleted",
                ),
            ),
            table_sql: || __p::table_sql(&__table::table),
        });
        type Table = __table::table;
        type Read = ::tenant_db::NoPermission;
        type PrimaryKey = __PrimaryKey;
        type PrimaryKeyEq = __PrimaryKeyEq;
        type PrimaryKeyAny = __PrimaryKeyAny;
        type Selection = (__TenantColumn, (__column_id,));
        type Row = (__ReadKey, (__p::Read<Booking, 0usize>,));
        fn table() -> Self::Table {
            __table::table
        }
        fn primary_key(&self) -> Self::PrimaryKey {
            ::core::clone::Clone::clone(&self.id)
        }
        fn primary_key_eq(__key: Self::PrimaryKey) -> Self::PrimaryKeyEq {
            __p::diesel::ExpressionMethods::eq(__column_id, __key)
        }
        fn primary_key_any(
            __keys: ::std::vec::Vec<Self::PrimaryKey>,
        ) -> Self::PrimaryKeyAny {
            __p::diesel::ExpressionMethods::eq_any(__column_id, __keys)
        }
        fn selection() -> Self::Selection {
            (__column_tenant_id, (__column_id,))
        }
    }
    #[automatically_derived]
    impl ::tenant_db::Joinable<__Key> for Booking {
        fn owned(
            (__tenant, (__field_0,)): <Self as ::tenant_db::Model>::Row,
            __own: &__Key,
        ) -> ::core::option::Option<Self> {
            if &__tenant == __own {
                ::core::option::Option::Some(Self { id: __field_0 })
            } else {
                ::core::option::Option::None
            }
        }
    }
    #[automatically_derived]
    impl ::tenant_db::TenantModel for Booking {
        type Key = __Key;
        type TenantSql = __TenantSql;
        type Insert = ::tenant_db::NoPermission;
        type Update = ::tenant_db::NoPermission;
        type Delete = ::tenant_db::NoPermission;
    }
    #[automatically_derived]
    impl<__Values> __p::InsertRecord<true, __Values> for Booking {
        type Record = (__Tenant, __Values);
        fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
            (
                __p::diesel::ExpressionMethods::eq(
                    __column_tenant_id,
                    ::core::clone::Clone::clone(__tenant),
                ),
                __values,
            )
        }
    }
    #[automatically_derived]
    impl<__Values> __p::InsertRecord<false, __Values> for Booking {
        type Record = (__Tenant, __PrimaryKeyEq, __Values);
        fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
            (
                __p::diesel::ExpressionMethods::eq(
                    __column_tenant_id,
                    ::core::clone::Clone::clone(__tenant),
                ),
                <Self as ::tenant_db::Model>::primary_key_eq(__p::Uuid::now_v7()),
                __values,
            )
        }
    }
    #[automatically_derived]
    impl __p::InsertDefaults for Booking {
        type Record = (__Tenant, __PrimaryKeyEq);
        fn record(__tenant: &__Key) -> Self::Record {
            (
                __p::diesel::ExpressionMethods::eq(
                    __column_tenant_id,
                    ::core::clone::Clone::clone(__tenant),
                ),
                <Self as ::tenant_db::Model>::primary_key_eq(__p::Uuid::now_v7()),
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::JoinsTo<Customer> for Booking {
        fn link() -> ::tenant_db::query::Link {
            ::tenant_db::query::Link::new(
                <Booking as ::tenant_db::Model>::META,
                &[<__column_customer_id as __p::diesel::query_source::Column>::NAME],
                <Customer as ::tenant_db::Model>::META,
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::JoinsTo<Booking> for Customer {
        fn link() -> ::tenant_db::query::Link {
            ::tenant_db::query::Link::new(
                <Booking as ::tenant_db::Model>::META,
                &[<__column_customer_id as __p::diesel::query_source::Column>::NAME],
                <Customer as ::tenant_db::Model>::META,
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::JoinsTo<Seat> for Booking {
        fn link() -> ::tenant_db::query::Link {
            ::tenant_db::query::Link::new(
                <Booking as ::tenant_db::Model>::META,
                &[
                    <__column_row as __p::diesel::query_source::Column>::NAME,
                    <__column_seat as __p::diesel::query_source::Column>::NAME,
                ],
                <Seat as ::tenant_db::Model>::META,
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::JoinsTo<Booking> for Seat {
        fn link() -> ::tenant_db::query::Link {
            ::tenant_db::query::Link::new(
                <Booking as ::tenant_db::Model>::META,
                &[
                    <__column_row as __p::diesel::query_source::Column>::NAME,
                    <__column_seat as __p::diesel::query_source::Column>::NAME,
                ],
                <Seat as ::tenant_db::Model>::META,
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::ConflictTarget<Booking> for __column_id {
        const COLUMNS: &'static [&'static str] = &[
            <__column_id as __p::diesel::query_source::Column>::NAME,
        ];
    }
    #[automatically_derived]
    impl ::tenant_db::query::ConflictTarget<Booking>
    for (__column_room_id, __column_number) {
        const COLUMNS: &'static [&'static str] = &[
            <__column_room_id as __p::diesel::query_source::Column>::NAME,
            <__column_number as __p::diesel::query_source::Column>::NAME,
        ];
    }
    #[automatically_derived]
    impl ::tenant_db::query::ConflictTarget<Booking> for __column_code {
        const COLUMNS: &'static [&'static str] = &[
            <__column_code as __p::diesel::query_source::Column>::NAME,
        ];
    }
    #[automatically_derived]
    impl ::tenant_db::query::SoftDeletes for Booking {}
    __p::inventory::submit! {
        * < Booking as ::tenant_db::Model > ::META
    }
};
