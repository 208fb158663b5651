const _: () = {
    use ::tenant_db::__private as __p;
    use customers as __table;
    use __table::id as __column_id;
    use __table::name as __column_name;
    use __table::tenant_id as __column_tenant_id;
    #[automatically_derived]
    impl __p::ModelTenant for Customer {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_tenant_id>;
        type Key = __p::Uuid;
    }
    #[automatically_derived]
    impl __p::KeyField<0usize> for Customer {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl __p::TableOf<Customer> for __table::table {}
    type __Key = <Customer as __p::ModelTenant>::Key;
    type __ReadKey = __p::ReadKey<Customer>;
    type __TenantColumn = __column_tenant_id;
    type __TenantSql = __p::diesel::dsl::SqlTypeOf<__column_tenant_id>;
    type __Tenant = __p::diesel::dsl::Eq<__column_tenant_id, __Key>;
    type __PrimaryKey = <Customer as __p::KeyField<0usize>>::Type;
    type __PrimaryKeyEq = __p::diesel::dsl::Eq<
        __column_id,
        <Customer as __p::KeyField<0usize>>::Type,
    >;
    type __PrimaryKeyAny = __p::diesel::dsl::EqAny<
        __column_id,
        ::std::vec::Vec<<Customer as __p::KeyField<0usize>>::Type>,
    >;
    #[automatically_derived]
    impl __p::ReadField<0usize> for Customer {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl __p::ReadField<1usize> for Customer {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_name>;
        type Type = String;
    }
    #[automatically_derived]
    impl ::tenant_db::Model for Customer {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: "Customer",
            module: ::core::module_path!(),
            schema: ::core::option::Option::None,
            table: "customers",
            tenancy: ::tenant_db::Tenancy::Column(
                <__column_tenant_id as __p::diesel::query_source::Column>::NAME,
            ),
            key: <__Key as ::tenant_db::TenantKey>::KIND,
            primary_key: &[<__column_id as __p::diesel::query_source::Column>::NAME],
            columns: <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
            defaults: &[],
            generated_key: true,
            unique: &[],
            references: &[],
            checks: &[],
            exclusions: &[],
            version: ::core::option::Option::None,
            soft_delete: ::core::option::Option::None,
            table_sql: || __p::table_sql(&__table::table),
        });
        type Table = __table::table;
        type Read = ::tenant_db::NoPermission;
        type PrimaryKey = __PrimaryKey;
        type PrimaryKeyEq = __PrimaryKeyEq;
        type PrimaryKeyAny = __PrimaryKeyAny;
        type Selection = (__TenantColumn, (__column_id, __column_name));
        type Row = (
            __ReadKey,
            (__p::Read<Customer, 0usize>, __p::Read<Customer, 1usize>),
        );
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
            (__column_tenant_id, (__column_id, __column_name))
        }
    }
    #[automatically_derived]
    impl ::tenant_db::Joinable<__Key> for Customer {
        fn owned(
            (__tenant, (__field_0, __field_1)): <Self as ::tenant_db::Model>::Row,
            __own: &__Key,
        ) -> ::core::option::Option<Self> {
            if &__tenant == __own {
                ::core::option::Option::Some(Self {
                    id: __field_0,
                    name: __field_1,
                })
            } else {
                ::core::option::Option::None
            }
        }
    }
    #[automatically_derived]
    impl ::tenant_db::TenantModel for Customer {
        type Key = __Key;
        type TenantSql = __TenantSql;
        type Insert = ::tenant_db::NoPermission;
        type Update = ::tenant_db::NoPermission;
        type Delete = ::tenant_db::NoPermission;
    }
    #[automatically_derived]
    impl<__Values> __p::InsertRecord<true, __Values> for Customer {
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
    impl<__Values> __p::InsertRecord<false, __Values> for Customer {
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
    impl __p::InsertDefaults for Customer {
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
    impl ::tenant_db::query::Assignable<Customer> for __column_name {}
    #[automatically_derived]
    impl ::tenant_db::query::ConflictTarget<Customer> for __column_id {
        const COLUMNS: &'static [&'static str] = &[
            <__column_id as __p::diesel::query_source::Column>::NAME,
        ];
    }
    #[automatically_derived]
    impl ::tenant_db::query::Unversioned for Customer {}
    __p::inventory::submit! {
        * < Customer as ::tenant_db::Model > ::META
    }
};
