const _: () = {
    use ::tenant_db::__private as __p;
    use countries as __table;
    use __table::code as __column_code;
    use __table::name as __column_name;
    #[automatically_derived]
    impl __p::KeyField<0usize> for Country {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_code>;
        type Type = String;
    }
    #[automatically_derived]
    impl __p::TableOf<Country> for __table::table {}
    const _: fn() = __p::permission::<ReadCountries>;
    type __PrimaryKey = <Country as __p::KeyField<0usize>>::Type;
    type __PrimaryKeyEq = __p::diesel::dsl::Eq<
        __column_code,
        <Country as __p::KeyField<0usize>>::Type,
    >;
    type __PrimaryKeyAny = __p::diesel::dsl::EqAny<
        __column_code,
        ::std::vec::Vec<<Country as __p::KeyField<0usize>>::Type>,
    >;
    #[automatically_derived]
    impl __p::ReadField<0usize> for Country {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_code>;
        type Type = String;
    }
    #[automatically_derived]
    impl __p::ReadField<1usize> for Country {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_name>;
        type Type = String;
    }
    #[automatically_derived]
    impl ::tenant_db::Model for Country {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: "Country",
            module: ::core::module_path!(),
            schema: ::core::option::Option::None,
            table: "countries",
            tenancy: ::tenant_db::Tenancy::Global,
            key: ::tenant_db::KeyKind::Uuid,
            primary_key: &[<__column_code as __p::diesel::query_source::Column>::NAME],
            columns: <<__table::table as __p::diesel::Table>::AllColumns as __p::ColumnList>::COLUMNS,
            defaults: &[],
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
        type Read = ReadCountries;
        type PrimaryKey = __PrimaryKey;
        type PrimaryKeyEq = __PrimaryKeyEq;
        type PrimaryKeyAny = __PrimaryKeyAny;
        type Selection = (__column_code, (__column_code, __column_name));
        type Row = (
            __p::Read<Country, 0usize>,
            (__p::Read<Country, 0usize>, __p::Read<Country, 1usize>),
        );
        fn table() -> Self::Table {
            __table::table
        }
        fn primary_key(&self) -> Self::PrimaryKey {
            ::core::clone::Clone::clone(&self.code)
        }
        fn primary_key_eq(__key: Self::PrimaryKey) -> Self::PrimaryKeyEq {
            __p::diesel::ExpressionMethods::eq(__column_code, __key)
        }
        fn primary_key_any(
            __keys: ::std::vec::Vec<Self::PrimaryKey>,
        ) -> Self::PrimaryKeyAny {
            __p::diesel::ExpressionMethods::eq_any(__column_code, __keys)
        }
        fn selection() -> Self::Selection {
            (__column_code, (__column_code, __column_name))
        }
    }
    #[automatically_derived]
    impl<__AnyKey: ::tenant_db::TenantKey> ::tenant_db::Joinable<__AnyKey> for Country {
        fn owned(
            (_, (__field_0, __field_1)): <Self as ::tenant_db::Model>::Row,
            _: &__AnyKey,
        ) -> ::core::option::Option<Self> {
            ::core::option::Option::Some(Self {
                code: __field_0,
                name: __field_1,
            })
        }
    }
    #[automatically_derived]
    impl ::tenant_db::GlobalModel for Country {}
    __p::inventory::submit! {
        * < Country as ::tenant_db::Model > ::META
    }
};
