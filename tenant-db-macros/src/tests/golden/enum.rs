/// The SQL type `sales.order_status`, for `table!`.
#[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::marker::Copy)]
#[allow(
    unnameable_types,
    unreachable_pub,
    clippy::exhaustive_structs,
    reason = "a marker, which columns in `table!` refer to, and those are public"
)]
pub struct OrderStatusSql;
const _: () = {
    use ::tenant_db::__private as __p;
    type __Sql = OrderStatusSql;
    #[automatically_derived]
    impl __p::diesel::sql_types::SqlType for __Sql {
        type IsNull = __p::diesel::sql_types::is_nullable::NotNull;
    }
    #[automatically_derived]
    impl __p::diesel::sql_types::SingleValue for __Sql {}
    #[automatically_derived]
    impl __p::diesel::sql_types::SqlOrd for __Sql {}
    #[automatically_derived]
    impl __p::diesel::query_builder::QueryId for __Sql {
        type QueryId = Self;
        const HAS_STATIC_QUERY_ID: bool = true;
    }
    #[automatically_derived]
    impl __p::diesel::sql_types::HasSqlType<__Sql> for __p::diesel::pg::Pg {
        fn metadata(
            __lookup: &mut <Self as __p::diesel::sql_types::TypeMetadata>::MetadataLookup,
        ) -> __p::diesel::pg::PgTypeMetadata {
            __p::diesel::pg::PgMetadataLookup::lookup_type(
                __lookup,
                "order_status",
                ::core::option::Option::Some("sales"),
            )
        }
    }
    #[automatically_derived]
    impl ::tenant_db::DbEnum for OrderStatus {
        const NAME: &'static str = "OrderStatus";
        const LABELS: &'static [&'static str] = &["new", "in transit"];
        fn label(&self) -> &'static str {
            match *self {
                Self::New => "new",
                Self::InTransit => "in transit",
            }
        }
        fn from_label(__label: &str) -> ::core::option::Option<Self> {
            match __label {
                "new" => ::core::option::Option::Some(Self::New),
                "in transit" => ::core::option::Option::Some(Self::InTransit),
                _ => ::core::option::Option::None,
            }
        }
    }
    #[automatically_derived]
    impl __p::diesel::expression::AsExpression<__Sql> for OrderStatus {
        type Expression = __p::Bound<__Sql, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl __p::diesel::expression::AsExpression<__p::diesel::sql_types::Nullable<__Sql>>
    for OrderStatus {
        type Expression = __p::Bound<__p::diesel::sql_types::Nullable<__Sql>, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl<'__a> __p::diesel::expression::AsExpression<__Sql> for &'__a OrderStatus {
        type Expression = __p::Bound<__Sql, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl<
        '__a,
    > __p::diesel::expression::AsExpression<__p::diesel::sql_types::Nullable<__Sql>>
    for &'__a OrderStatus {
        type Expression = __p::Bound<__p::diesel::sql_types::Nullable<__Sql>, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl<'__a, '__b> __p::diesel::expression::AsExpression<__Sql>
    for &'__a &'__b OrderStatus {
        type Expression = __p::Bound<__Sql, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl<
        '__a,
        '__b,
    > __p::diesel::expression::AsExpression<__p::diesel::sql_types::Nullable<__Sql>>
    for &'__a &'__b OrderStatus {
        type Expression = __p::Bound<__p::diesel::sql_types::Nullable<__Sql>, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl __p::diesel::serialize::ToSql<__Sql, __p::diesel::pg::Pg> for OrderStatus {
        fn to_sql<'__b>(
            &'__b self,
            __out: &mut __p::diesel::serialize::Output<'__b, '_, __p::diesel::pg::Pg>,
        ) -> __p::diesel::serialize::Result {
            __p::write_label(self, __out)
        }
    }
    #[automatically_derived]
    impl __p::diesel::serialize::ToSql<
        __p::diesel::sql_types::Nullable<__Sql>,
        __p::diesel::pg::Pg,
    > for OrderStatus {
        fn to_sql<'__b>(
            &'__b self,
            __out: &mut __p::diesel::serialize::Output<'__b, '_, __p::diesel::pg::Pg>,
        ) -> __p::diesel::serialize::Result {
            __p::write_label(self, __out)
        }
    }
    #[automatically_derived]
    impl __p::diesel::deserialize::FromSql<__Sql, __p::diesel::pg::Pg> for OrderStatus {
        fn from_sql(
            __bytes: <__p::diesel::pg::Pg as __p::diesel::backend::Backend>::RawValue<'_>,
        ) -> __p::diesel::deserialize::Result<Self> {
            __p::read_label(&__bytes)
        }
    }
    #[automatically_derived]
    impl __p::diesel::deserialize::Queryable<__Sql, __p::diesel::pg::Pg>
    for OrderStatus {
        type Row = Self;
        fn build(__row: Self) -> __p::diesel::deserialize::Result<Self> {
            ::core::result::Result::Ok(__row)
        }
    }
};
