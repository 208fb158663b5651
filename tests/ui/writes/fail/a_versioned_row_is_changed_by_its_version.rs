//! Who changes a row says which version it was.

use tenant_db::prelude::*;
use uuid::Uuid;

diesel::table! {
    documents (tenant_id, id) { tenant_id -> Uuid, id -> Uuid, title -> Text, version -> BigInt, }
}

#[derive(TenantScoped)]
#[tenant(table = documents, version = version)]
struct Document {
    id: Uuid,
    title: String,
    version: i64,
}

#[derive(TenantUpdate)]
#[tenant(model = Document)]
struct DocumentChanges {
    title: Option<String>,
}

async fn change(
    db: &TenantDb,
    context: &TenantContext,
    document: Document,
    changes: DocumentChanges,
) -> tenant_db::Result<Document> {
    db.scoped::<Document>(context).update(document.id, changes).await
}

fn main() {}
