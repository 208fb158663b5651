//! The customer's id, the models of the three tables, and who may do what with them.

use tenant_db::{Permission, Role, TenantInsert, TenantKey, TenantScoped, TenantUpdate};

use crate::schema::{tbl_tcp, tbl_tcp_item, tbl_tcp_payment};

/// The id of a customer: the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, TenantKey)]
pub struct CustomerId(String);

/// May look at agreements.
#[derive(Debug, Permission)]
#[permission("agreements:read")]
pub struct ReadAgreements;

/// May make and change agreements.
#[derive(Debug, Permission)]
#[permission("agreements:write")]
pub struct WriteAgreements;

/// Works on the agreements of the customer.
#[derive(Debug, Role)]
#[role("clerk", grants(ReadAgreements, WriteAgreements))]
pub struct Clerk;

/// Terms, conditions and prices that were agreed.
#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = tbl_tcp, column = customer_id, key = CustomerId, primary_key = tcp_id)]
#[tenant(defaults(tcp_id, amount_cents, status), read = ReadAgreements, write = WriteAgreements)]
pub struct Tcp {
    /// From a sequence.
    pub tcp_id: i64,
    /// What it is about.
    pub title: String,
    /// The price.
    pub amount_cents: i64,
    /// `open` or `closed`.
    pub status: String,
}

/// An agreement to be. It does not say whose: that is what the transaction is for.
#[derive(Debug, TenantInsert)]
#[tenant(model = Tcp, table = tbl_tcp)]
pub struct NewTcp<'a> {
    /// What it is about.
    pub title: &'a str,
    /// The price.
    pub amount_cents: i64,
}

/// What may change about an agreement.
#[derive(Debug, Default, TenantUpdate)]
#[tenant(model = Tcp, table = tbl_tcp)]
pub struct TcpChanges<'a> {
    /// The price.
    pub amount_cents: Option<i64>,
    /// `open` or `closed`.
    pub status: Option<&'a str>,
}

/// A position of an agreement.
#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = tbl_tcp_item, column = customer_id, key = CustomerId, primary_key = item_id)]
#[tenant(defaults(item_id), read = ReadAgreements, write = WriteAgreements)]
pub struct Item {
    /// From a sequence.
    pub item_id: i64,
    /// The agreement.
    pub tcp_id: i64,
    /// What it is.
    pub description: String,
    /// Its part of the price.
    pub amount_cents: i64,
}

/// A position to be.
#[derive(Debug, TenantInsert)]
#[tenant(model = Item, table = tbl_tcp_item)]
pub struct NewItem<'a> {
    /// The agreement.
    pub tcp_id: i64,
    /// What it is.
    pub description: &'a str,
    /// Its part of the price.
    pub amount_cents: i64,
}

/// Money that came in for an agreement.
#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = tbl_tcp_payment, column = customer_id, key = CustomerId, primary_key = payment_id)]
#[tenant(defaults(payment_id), read = ReadAgreements, write = WriteAgreements)]
pub struct Payment {
    /// From a sequence.
    pub payment_id: i64,
    /// The agreement.
    pub tcp_id: i64,
    /// The position, if it was for one.
    pub item_id: Option<i64>,
    /// What the bank calls it. Unique for the customer.
    pub reference: String,
    /// How much.
    pub paid_cents: i64,
}

/// A payment to be.
#[derive(Debug, TenantInsert)]
#[tenant(model = Payment, table = tbl_tcp_payment)]
pub struct NewPayment<'a> {
    /// The agreement.
    pub tcp_id: i64,
    /// What the bank calls it.
    pub reference: &'a str,
    /// How much.
    pub paid_cents: i64,
}
