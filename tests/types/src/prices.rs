//! A composite type, one of whose fields is an enum: numbers of types that only the server knows stand in its values.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql, WriteTuple};
use diesel::sql_types::{BigInt, Record, Text};

use crate::enums::{OrderStatus, OrderStatusSql};

/// `sales.price`.
#[derive(Debug, diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
#[diesel(postgres_type(name = "price", schema = "sales"))]
pub struct PriceSql;

/// A value of it.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = PriceSql)]
pub struct Price {
    /// How much.
    pub cents: i64,
    /// Of what.
    pub currency: String,
    /// When it is due.
    pub status: OrderStatus,
}

type Fields = (BigInt, Text, OrderStatusSql);

impl ToSql<PriceSql, Pg> for Price {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let Self { cents, currency, status } = self;
        WriteTuple::<Fields>::write_tuple(&(*cents, currency.as_str(), *status), &mut out.reborrow())
    }
}

impl FromSql<PriceSql, Pg> for Price {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let (cents, currency, status) = FromSql::<Record<Fields>, Pg>::from_sql(bytes)?;
        Ok(Self { cents, currency, status })
    }
}
