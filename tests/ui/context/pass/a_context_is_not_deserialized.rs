//! Bytes from outside do not become a context.

use tenant_db::prelude::*;
use uuid::Uuid;

async fn ask(
    body: &str,
    tokens: &impl Authenticator<Key = Uuid, Credentials = String>,
) -> tenant_db::Result<TenantContext> {
    tokens.authenticate(&serde_json::from_str::<String>(body).unwrap()).await
}

fn main() {}
