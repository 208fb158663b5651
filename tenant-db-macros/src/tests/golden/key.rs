const _: () = {
    use ::tenant_db::__private as __p;
    type __Sql = __p::diesel::sql_types::Text;
    #[automatically_derived]
    impl ::tenant_db::TenantKey for CompanyId {
        const KIND: ::tenant_db::KeyKind = ::tenant_db::KeyKind::Text;
        fn to_value(&self) -> ::tenant_db::TenantValue<'_> {
            ::tenant_db::TenantValue::Text(
                ::std::borrow::Cow::Borrowed(::std::string::String::as_str(&self.0)),
            )
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Display for CompanyId {
        fn fmt(
            &self,
            __formatter: &mut ::core::fmt::Formatter<'_>,
        ) -> ::core::fmt::Result {
            ::core::fmt::Display::fmt(&self.0, __formatter)
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<String> for CompanyId {
        fn from(__value: String) -> Self {
            Self(__value)
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<CompanyId> for String {
        fn from(__value: CompanyId) -> Self {
            __value.0
        }
    }
    #[automatically_derived]
    impl __p::diesel::expression::AsExpression<__Sql> for CompanyId {
        type Expression = __p::Bound<__Sql, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl __p::diesel::expression::AsExpression<__p::diesel::sql_types::Nullable<__Sql>>
    for CompanyId {
        type Expression = __p::Bound<__p::diesel::sql_types::Nullable<__Sql>, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl<'__a> __p::diesel::expression::AsExpression<__Sql> for &'__a CompanyId {
        type Expression = __p::Bound<__Sql, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl<
        '__a,
    > __p::diesel::expression::AsExpression<__p::diesel::sql_types::Nullable<__Sql>>
    for &'__a CompanyId {
        type Expression = __p::Bound<__p::diesel::sql_types::Nullable<__Sql>, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl<'__a, '__b> __p::diesel::expression::AsExpression<__Sql>
    for &'__a &'__b CompanyId {
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
    for &'__a &'__b CompanyId {
        type Expression = __p::Bound<__p::diesel::sql_types::Nullable<__Sql>, Self>;
        fn as_expression(self) -> Self::Expression {
            __p::Bound::new(self)
        }
    }
    #[automatically_derived]
    impl __p::diesel::serialize::ToSql<__Sql, __p::diesel::pg::Pg> for CompanyId {
        fn to_sql<'__b>(
            &'__b self,
            __out: &mut __p::diesel::serialize::Output<'__b, '_, __p::diesel::pg::Pg>,
        ) -> __p::diesel::serialize::Result {
            <String as __p::diesel::serialize::ToSql<
                __Sql,
                __p::diesel::pg::Pg,
            >>::to_sql(&self.0, __out)
        }
    }
    #[automatically_derived]
    impl __p::diesel::serialize::ToSql<
        __p::diesel::sql_types::Nullable<__Sql>,
        __p::diesel::pg::Pg,
    > for CompanyId {
        fn to_sql<'__b>(
            &'__b self,
            __out: &mut __p::diesel::serialize::Output<'__b, '_, __p::diesel::pg::Pg>,
        ) -> __p::diesel::serialize::Result {
            <CompanyId as __p::diesel::serialize::ToSql<
                __Sql,
                __p::diesel::pg::Pg,
            >>::to_sql(self, __out)
        }
    }
    #[automatically_derived]
    impl __p::diesel::deserialize::FromSql<__Sql, __p::diesel::pg::Pg> for CompanyId {
        fn from_sql(
            __bytes: <__p::diesel::pg::Pg as __p::diesel::backend::Backend>::RawValue<'_>,
        ) -> __p::diesel::deserialize::Result<Self> {
            ::core::result::Result::map(
                <String as __p::diesel::deserialize::FromSql<
                    __Sql,
                    __p::diesel::pg::Pg,
                >>::from_sql(__bytes),
                Self,
            )
        }
    }
    #[automatically_derived]
    impl __p::diesel::deserialize::Queryable<__Sql, __p::diesel::pg::Pg> for CompanyId {
        type Row = Self;
        fn build(__row: Self) -> __p::diesel::deserialize::Result<Self> {
            ::core::result::Result::Ok(__row)
        }
    }
};
