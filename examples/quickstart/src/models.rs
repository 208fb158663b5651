//! The model, what may be done with it, and who may do it.

use tenant_db::{Permission, Role, TenantInsert, TenantScoped, TenantUpdate};
use uuid::Uuid;

use crate::schema::customers;

#[derive(Permission)]
#[permission("customers:read")]
pub(crate) struct ReadCustomers;

#[derive(Permission)]
#[permission("customers:write")]
pub(crate) struct WriteCustomers;

#[derive(Role)]
#[role("manager", grants(ReadCustomers, WriteCustomers))]
pub(crate) struct Manager;

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = customers, read = ReadCustomers, write = WriteCustomers)]
pub(crate) struct Customer {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) credit_limit: i64,
}

#[derive(TenantInsert)]
#[tenant(model = Customer)]
pub(crate) struct NewCustomer<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) credit_limit: i64,
}

#[derive(Default, TenantUpdate)]
#[tenant(model = Customer)]
pub(crate) struct CustomerChanges<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) credit_limit: Option<i64>,
}
