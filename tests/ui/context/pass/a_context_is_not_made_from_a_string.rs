//! The tenant in a header or a path proves nothing.

use tenant_db::prelude::*;
use tenant_db_tests::models::*;

async fn ask(
    header: &str,
    tokens: &impl Authenticator<Key = StudioId, Credentials = str>,
) -> tenant_db::Result<TenantContext<tenant_db::AnyRole, StudioId>> {
    tokens.authenticate(header).await
}

fn main() {}
