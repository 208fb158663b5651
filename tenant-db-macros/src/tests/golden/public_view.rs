const _: () = {
    use ::tenant_db::__private as __p;
    use public_jobs as __table;
    use __table::id as __column_id;
    use __table::title as __column_title;
    #[automatically_derived]
    impl __p::KeyField<0usize> for PublicJob {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl __p::TableOf<PublicJob> for __table::table {}
    type __PrimaryKey = <PublicJob as __p::KeyField<0usize>>::Type;
    type __PrimaryKeyEq = __p::diesel::dsl::Eq<
        __column_id,
        <PublicJob as __p::KeyField<0usize>>::Type,
    >;
    type __PrimaryKeyAny = __p::diesel::dsl::EqAny<
        __column_id,
        ::std::vec::Vec<<PublicJob as __p::KeyField<0usize>>::Type>,
    >;
    #[automatically_derived]
    impl __p::ReadField<0usize> for PublicJob {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_id>;
        type Type = Uuid;
    }
    #[automatically_derived]
    impl __p::ReadField<1usize> for PublicJob {
        type SqlType = __p::diesel::dsl::SqlTypeOf<__column_title>;
        type Type = String;
    }
    #[automatically_derived]
    impl ::tenant_db::Model for PublicJob {
        const META: &'static ::tenant_db::ModelMeta = &__p::model_meta(__p::ModelParts {
            name: "PublicJob",
            module: ::core::module_path!(),
            schema: ::core::option::Option::None,
            table: "public_jobs",
            tenancy: ::tenant_db::Tenancy::Global,
            key: ::tenant_db::KeyKind::Uuid,
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
        type Selection = (__column_id, (__column_id, __column_title));
        type Row = (
            __p::Read<PublicJob, 0usize>,
            (__p::Read<PublicJob, 0usize>, __p::Read<PublicJob, 1usize>),
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
            (__column_id, (__column_id, __column_title))
        }
    }
    #[automatically_derived]
    impl ::tenant_db::Joinable<__p::Everybody> for PublicJob {
        fn owned(
            (_, (__field_0, __field_1)): <Self as ::tenant_db::Model>::Row,
            _: &__p::Everybody,
        ) -> ::core::option::Option<Self> {
            ::core::option::Option::Some(Self {
                id: __field_0,
                title: __field_1,
            })
        }
    }
    #[automatically_derived]
    impl ::tenant_db::PublicView for PublicJob {
        const VIEW: &'static ::tenant_db::ViewMeta = &__p::view_meta(
            <Self as ::tenant_db::Model>::META,
            __p::meta_of::<JobListing>,
            "status = 'open'",
        );
    }
    const _: () = __p::assert_shown(
        <PublicJob as ::tenant_db::Model>::META,
        <JobListing as ::tenant_db::Model>::META,
        &[
            <__column_id as __p::diesel::query_source::Column>::NAME,
            <__column_title as __p::diesel::query_source::Column>::NAME,
        ],
    );
    __p::inventory::submit! {
        * < PublicJob as ::tenant_db::PublicView > ::VIEW
    }
};
