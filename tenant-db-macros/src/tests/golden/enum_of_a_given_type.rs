const _: () = {
    use ::tenant_db::__private as __p;
    use crate::schema::sql_types::OrderStatus as __Sql;
    #[automatically_derived]
    impl ::tenant_db::DbEnum for OrderStatus {
        const NAME: &'static str = "OrderStatus";
        const LABELS: &'static [&'static str] = &["IN-TRANSIT"];
        fn label(&self) -> &'static str {
            match *self {
                Self::InTransit => "IN-TRANSIT",
            }
        }
        fn from_label(__label: &str) -> ::core::option::Option<Self> {
            match __label {
                "IN-TRANSIT" => ::core::option::Option::Some(Self::InTransit),
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
