const _: () = {
    use ::tenant_db::__private as __p;
    use crate::schema::lines as __table;
    use __table::company as __column_company;
    use __table::order_id as __column_order_id;
    use __table::line as __column_line;
    use __table::state as __column_state;
    use __table::created as __column_created;
    #[automatically_derived]
    impl __p::ModelTenant for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_company>;
        type Key = CompanyId;
    }
    #[automatically_derived]
    impl __p::KeyField<1usize> for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_order_id>;
        type Type = i64;
    }
    #[automatically_derived]
    impl __p::KeyField<2usize> for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_line>;
        type Type = i32;
    }
    #[automatically_derived]
    impl __p::TableOf<Line> for __table::table {}
    #[automatically_derived]
    impl __p::TenantField for Line {
        type Type = CompanyId;
    }
    const _: fn() = __p::permission::<ReadLines>;
    const _: fn() = __p::permission::<WriteLines>;
    const _: fn() = __p::permission::<tenant_db::NoPermission>;
    type __Key = <Line as __p::ModelTenant>::Key;
    type __ReadKey = __p::ReadKey<Line>;
    type __TenantColumn = __column_company;
    type __TenantSql = __p::diesel::dsl::SqlTypeOf<__column_company>;
    type __Tenant = __p::diesel::dsl::Eq<__column_company, __Key>;
    type __PrimaryKey = (
        <Line as __p::KeyField<1usize>>::Type,
        <Line as __p::KeyField<2usize>>::Type,
    );
    type __PrimaryKeyEq = __p::diesel::dsl::And<
        __p::diesel::dsl::Eq<__column_order_id, <Line as __p::KeyField<1usize>>::Type>,
        __p::diesel::dsl::Eq<__column_line, <Line as __p::KeyField<2usize>>::Type>,
    >;
    type __PrimaryKeyAny = __p::AnyOf<__PrimaryKeyEq>;
    #[automatically_derived]
    impl __p::ReadField<0usize> for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_company>;
        type Type = CompanyId;
    }
    #[automatically_derived]
    impl __p::ReadField<1usize> for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_order_id>;
        type Type = i64;
    }
    #[automatically_derived]
    impl __p::ReadField<2usize> for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_line>;
        type Type = i32;
    }
    #[automatically_derived]
    impl __p::ReadField<3usize> for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_state>;
        type Type = String;
    }
    #[automatically_derived]
    impl __p::ConvertedField<3usize> for Line {
        type Converted = State;
    }
    #[automatically_derived]
    impl __p::ReadField<4usize> for Line {
        type SqlType = __p::diesel::dsl::SqlTypeOf<
            <Price as __p::diesel::Selectable<__p::diesel::pg::Pg>>::SelectExpression,
        >;
        type Type = Price;
    }
    #[automatically_derived]
    impl ::tenant_db::Model for Line {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: "Line",
            module: ::core::module_path!(),
            schema: ::core::option::Option::Some("sales"),
            table: "lines",
            tenancy: ::tenant_db::Tenancy::Column(
                <__column_company as __p::diesel::query_source::Column>::NAME,
            ),
            key: <__Key as ::tenant_db::TenantKey>::KIND,
            primary_key: &[
                <__column_order_id as __p::diesel::query_source::Column>::NAME,
                <__column_line as __p::diesel::query_source::Column>::NAME,
            ],
            columns: <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
            defaults: &[<__column_created as __p::diesel::query_source::Column>::NAME],
            generated_key: false,
            unique: &[],
            references: &[],
            checks: &[],
            exclusions: &[],
            version: ::core::option::Option::None,
            soft_delete: ::core::option::Option::None,
            table_sql: || __p::table_sql(&__table::table),
        });
        type Table = __table::table;
        type Read = ReadLines;
        type PrimaryKey = __PrimaryKey;
        type PrimaryKeyEq = __PrimaryKeyEq;
        type PrimaryKeyAny = __PrimaryKeyAny;
        type Selection = (
            __TenantColumn,
            (
                __column_company,
                __column_order_id,
                __column_line,
                __column_state,
                <Price as __p::diesel::Selectable<__p::diesel::pg::Pg>>::SelectExpression,
            ),
        );
        type Row = (
            __ReadKey,
            (
                __p::Read<Line, 0usize>,
                __p::Read<Line, 1usize>,
                __p::Read<Line, 2usize>,
                __p::ReadConverted<Line, 3usize>,
                __p::Read<Line, 4usize>,
            ),
        );
        fn table() -> Self::Table {
            __table::table
        }
        fn primary_key(&self) -> Self::PrimaryKey {
            (
                ::core::clone::Clone::clone(&self.order_id),
                ::core::clone::Clone::clone(&self.number),
            )
        }
        fn primary_key_eq((__key_0, __key_1): Self::PrimaryKey) -> Self::PrimaryKeyEq {
            __p::diesel::BoolExpressionMethods::and(
                __p::diesel::ExpressionMethods::eq(__column_order_id, __key_0),
                __p::diesel::ExpressionMethods::eq(__column_line, __key_1),
            )
        }
        fn primary_key_any(
            __keys: ::std::vec::Vec<Self::PrimaryKey>,
        ) -> Self::PrimaryKeyAny {
            __p::AnyOf::new(
                ::std::iter::Iterator::collect(
                    ::std::iter::Iterator::map(
                        ::std::iter::IntoIterator::into_iter(__keys),
                        <Self as ::tenant_db::Model>::primary_key_eq,
                    ),
                ),
            )
        }
        fn selection() -> Self::Selection {
            (
                __column_company,
                (
                    __column_company,
                    __column_order_id,
                    __column_line,
                    __column_state,
                    <Price as __p::diesel::Selectable<
                        __p::diesel::pg::Pg,
                    >>::construct_selection(),
                ),
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::Joinable<__Key> for Line {
        fn owned(
            (
                __tenant,
                (__field_0, __field_1, __field_2, __field_3, __field_4),
            ): <Self as ::tenant_db::Model>::Row,
            __own: &__Key,
        ) -> ::core::option::Option<Self> {
            if &__tenant == __own {
                ::core::option::Option::Some(Self {
                    company: __field_0,
                    order_id: __field_1,
                    number: __field_2,
                    state: __field_3.into_inner(),
                    price: __field_4,
                })
            } else {
                ::core::option::Option::None
            }
        }
    }
    #[automatically_derived]
    impl ::tenant_db::TenantModel for Line {
        type Key = __Key;
        type TenantSql = __TenantSql;
        type Insert = WriteLines;
        type Update = WriteLines;
        type Delete = tenant_db::NoPermission;
    }
    #[automatically_derived]
    impl<__Values> __p::InsertRecord<true, __Values> for Line {
        type Record = (__Tenant, __Values);
        fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
            (
                __p::diesel::ExpressionMethods::eq(
                    __column_company,
                    ::core::clone::Clone::clone(__tenant),
                ),
                __values,
            )
        }
    }
    #[automatically_derived]
    impl<__Values> __p::InsertRecord<false, __Values> for Line {
        type Record = (__Tenant, __Values);
        fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
            (
                __p::diesel::ExpressionMethods::eq(
                    __column_company,
                    ::core::clone::Clone::clone(__tenant),
                ),
                __values,
            )
        }
    }
    #[automatically_derived]
    impl __p::InsertDefaults for Line {
        type Record = (__Tenant,);
        fn record(__tenant: &__Key) -> Self::Record {
            (
                __p::diesel::ExpressionMethods::eq(
                    __column_company,
                    ::core::clone::Clone::clone(__tenant),
                ),
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::Assignable<Line> for __column_state {}
    #[automatically_derived]
    impl ::tenant_db::query::ConflictTarget<Line>
    for (__column_order_id, __column_line) {
        const COLUMNS: &'static [&'static str] = &[
            <__column_order_id as __p::diesel::query_source::Column>::NAME,
            <__column_line as __p::diesel::query_source::Column>::NAME,
        ];
    }
    #[automatically_derived]
    impl ::tenant_db::query::Unversioned for Line {}
    __p::inventory::submit! {
        * < Line as ::tenant_db::Model > ::META
    }
};
