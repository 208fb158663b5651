//! A row without a tenant column belongs to its parent's tenant: to give it another parent could give it another tenant.

use tenant_db::prelude::*;
use uuid::Uuid;

diesel::table! { users (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, } }
diesel::table! { credentials (id) { id -> Uuid, user_id -> Uuid, label -> Text, } }

#[derive(TenantScoped)]
#[tenant(table = users)]
struct User {
    id: Uuid,
}

#[derive(TenantScoped)]
#[tenant(table = credentials, through(parent = User, foreign_key = user_id))]
struct Credential {
    id: Uuid,
}

#[derive(TenantUpdate)]
#[tenant(model = Credential)]
struct CredentialChanges {
    user_id: Option<Uuid>,
}

fn main() {}
