//! Who is a customer: the way from an id to a context.

use std::fmt;
use std::sync::Arc;

use tenant_db::{Authenticator, Error, Identity, Result};
use tokio_postgres::{Client, NoTls};

use crate::models::CustomerId;

/// The customers of `tbl_customer`, read by a role that can read their ids and nothing else.
///
/// The id comes from whoever has signed the customer in (a gateway, a session): this is where a real service verifies that
/// somebody's token. What it must not do is to believe the id, so it looks it up, each time: a customer that was
/// deactivated is refused at once.
#[derive(Clone)]
pub struct Directory {
    client: Arc<Client>,
}

impl Directory {
    /// Connects with a role of its own: no tenant is known yet, so the runtime role could read nothing.
    ///
    /// # Errors
    ///
    /// Those of the connection.
    pub async fn connect(url: &str) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        Ok(Self { client: Arc::new(client) })
    }
}

impl Authenticator for Directory {
    type Key = CustomerId;
    type Credentials = str;

    async fn verify(&self, customer_id: &str) -> Result<Identity<CustomerId>> {
        let query = r#"SELECT FROM tbl_customer WHERE "customerId" = $1 AND active"#;
        // PostgreSQL's text has no NUL; neither has any customer's id.
        let known = if customer_id.contains('\0') {
            None
        } else {
            self.client
                .query_opt(query, &[&customer_id])
                .await
                .map_err(|_| Error::unauthenticated("customers cannot be looked up at the moment"))?
        };
        known.ok_or_else(|| Error::unauthenticated("no such customer"))?;
        let identity = Identity::new(CustomerId::from(customer_id.to_owned()), "service:agreements");
        Ok(identity.with_role("clerk"))
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory").finish_non_exhaustive()
    }
}
