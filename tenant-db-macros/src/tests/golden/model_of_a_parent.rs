const _: () = {
    use ::tenant_db::__private as __p;
    use credentials as __table;
    use __table::id as __column_id;
    use __table::user_id as __column_user_id;
    #[automatically_derived]
    impl __p::KeyField<0usize> for Credential {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl __p::TableOf<Credential> for __table::table {}
    type __Key = <User as ::tenant_db::TenantModel>::Key;
    type __ReadKey = __Key;
    type __TenantColumn = __p::ParentTenant<Credential>;
    type __TenantSql = <User as ::tenant_db::TenantModel>::TenantSql;
    type __PrimaryKey = <Credential as __p::KeyField<0usize>>::Type;
    type __PrimaryKeyEq = __p::diesel::dsl::Eq<
        __column_id,
        <Credential as __p::KeyField<0usize>>::Type,
    >;
    type __PrimaryKeyAny = __p::diesel::dsl::EqAny<
        __column_id,
        ::std::vec::Vec<<Credential as __p::KeyField<0usize>>::Type>,
    >;
    #[automatically_derived]
    impl __p::ReadField<0usize> for Credential {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl ::tenant_db::Model for Credential {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: "Credential",
            module: ::core::module_path!(),
            schema: ::core::option::Option::None,
            table: "credentials",
            tenancy: ::tenant_db::Tenancy::Through {
                parent: __p::meta_of::<User>,
                foreign_key: &[
                    __p::never_null(
                        <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
                        <__column_user_id as __p::diesel::query_source::Column>::NAME,
                        "as every row belongs to the tenant of a parent",
                    ),
                ],
            },
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
        type Selection = (__TenantColumn, (__column_id,));
        type Row = (__ReadKey, (__p::Read<Credential, 0usize>,));
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
            (<__TenantColumn as ::core::default::Default>::default(), (__column_id,))
        }
    }
    #[automatically_derived]
    impl ::tenant_db::Joinable<__Key> for Credential {
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
    impl ::tenant_db::TenantModel for Credential {
        type Key = __Key;
        type TenantSql = __TenantSql;
        type Insert = ::tenant_db::NoPermission;
        type Update = ::tenant_db::NoPermission;
        type Delete = ::tenant_db::NoPermission;
    }
    #[automatically_derived]
    impl<__Values> __p::InsertRecord<true, __Values> for Credential {
        type Record = (__Values,);
        fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
            let _ = __tenant;
            (__values,)
        }
    }
    #[automatically_derived]
    impl<__Values> __p::InsertRecord<false, __Values> for Credential {
        type Record = (__PrimaryKeyEq, __Values);
        fn record(__tenant: &__Key, __values: __Values) -> Self::Record {
            let _ = __tenant;
            (<Self as ::tenant_db::Model>::primary_key_eq(__p::Uuid::now_v7()), __values)
        }
    }
    #[automatically_derived]
    impl __p::InsertDefaults for Credential {
        type Record = (__PrimaryKeyEq,);
        fn record(__tenant: &__Key) -> Self::Record {
            let _ = __tenant;
            (<Self as ::tenant_db::Model>::primary_key_eq(__p::Uuid::now_v7()),)
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::JoinsTo<User> for Credential {
        fn link() -> ::tenant_db::query::Link {
            ::tenant_db::query::Link::new(
                <Credential as ::tenant_db::Model>::META,
                &[<__column_user_id as __p::diesel::query_source::Column>::NAME],
                <User as ::tenant_db::Model>::META,
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::JoinsTo<Credential> for User {
        fn link() -> ::tenant_db::query::Link {
            ::tenant_db::query::Link::new(
                <Credential as ::tenant_db::Model>::META,
                &[<__column_user_id as __p::diesel::query_source::Column>::NAME],
                <User as ::tenant_db::Model>::META,
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::query::Unversioned for Credential {}
    __p::inventory::submit! {
        * < Credential as ::tenant_db::Model > ::META
    }
};
