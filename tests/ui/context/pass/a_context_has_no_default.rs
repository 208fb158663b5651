//! There is no tenant that one acts for unless told otherwise.

use tenant_db::prelude::*;
use uuid::Uuid;

async fn ask(tokens: &impl Authenticator<Key = Uuid, Credentials = str>) -> tenant_db::Result<TenantContext> {
    tokens.authenticate("token").await
}

fn main() {}
