//! SQL written by hand that names no tenant. The query builder has no part in it: row-level security alone isolates.

use diesel::QueryableByName;
use diesel::sql_types::Text;
use tenant_db::prelude::*;
use tenant_db::{Result, danger};
use uuid::Uuid;

use crate::at::{At, Place};
use crate::outcome::{Work, rows, value};
use crate::values::{Global, Key, Name, Number, choices};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const REASON: &str = "row-level security is under test";

async fn select(at: At<'_>, from: String) -> Result<Vec<String>> {
    let sql = format!("SELECT line::text AS line FROM (SELECT {from}) AS line");
    let read = async |tx: &Transaction<AnyRole, Uuid>| {
        let lines = danger::sql(tx, REASON, sql.as_str()).load::<Line>().await?;
        Ok(lines.into_iter().map(|line| line.line).collect())
    };
    match at.place {
        Place::Inside(tx) => read(tx).await,
        Place::Alone(db, context) => {
            let tx = db.begin(context).await?;
            let lines = read(&tx).await?;
            tx.commit().await?;
            Ok(lines)
        }
    }
}

async fn execute(at: At<'_>, sql: String) -> Result<usize> {
    match at.place {
        Place::Inside(tx) => danger::sql(tx, REASON, sql.as_str()).execute().await,
        Place::Alone(db, context) => {
            let tx = db.begin(context).await?;
            let count = danger::sql(&tx, REASON, sql.as_str()).execute().await?;
            tx.commit().await?;
            Ok(count)
        }
    }
}

choices! {
    /// Statements without a tenant.
    ByHand -> Work by std::convert::identity {
        SelectCustomers() |at| rows(select(at, "id, name, credit, note FROM customers".to_owned()));
        SelectByKey(key: Key) |at| rows(select(at, format!("name, credit FROM customers WHERE id = '{}'", key.uuid())));
        SelectDocuments() |at| rows(select(at, "shelf, slot, title, version FROM documents".to_owned()));
        SelectChildren() |at| rows(select(at, "label, account_id FROM credentials".to_owned()));
        SelectGrandchildren() |at| rows(select(at, "answer FROM challenges".to_owned()));
        SelectChild(key: Global) |at| rows(select(at, format!("label FROM credentials WHERE id = '{}'", at.key(key))));
        Sums() |at| rows(select(at, "count(*), sum(amount), max(number) FROM invoices".to_owned()));
        Joins() |at| rows(select(
            at,
            "c.name, i.number FROM customers c LEFT JOIN invoices i ON i.customer_id = c.id".to_owned(),
        ));
        UpdateCustomers(credit: Number) |at| value(execute(at, format!("UPDATE customers SET credit = {}", credit.0)));
        RenameCustomer(key: Key, name: Name) |at| value(execute(
            at,
            format!("UPDATE customers SET name = '{}' WHERE id = '{}'", name.text(), key.uuid()),
        ));
        UpdateChildren(label: Name) |at| value(execute(at, format!("UPDATE credentials SET label = '{}'", label.text())));
        MoveChild(key: Global, account: Global) |at| value(execute(
            at,
            format!("UPDATE credentials SET account_id = '{}' WHERE id = '{}'", at.key(account), at.key(key)),
        ));
        InsertCustomer(key: Key, name: Name, credit: Number) |at| value(execute(
            at,
            format!(
                "INSERT INTO customers (id, name, credit) VALUES ('{}', '{}', {})",
                key.uuid(),
                name.text(),
                credit.0
            ),
        ));
        Upsert(key: Key, name: Name, credit: Number) |at| value(execute(
            at,
            format!(
                "INSERT INTO customers (id, name, credit) VALUES ('{}', '{}', {})
                 ON CONFLICT (tenant_id, name) DO UPDATE SET credit = customers.credit + 1",
                key.uuid(),
                name.text(),
                credit.0
            ),
        ));
        DeleteInvoices(number: Number) |at| value(execute(at, format!("DELETE FROM invoices WHERE number > {}", number.0)));
        DeleteGrandchildren() |at| value(execute(at, "DELETE FROM challenges".to_owned()));
    }
}

impl ByHand {
    pub(crate) fn only_reads(&self) -> bool {
        self.name().starts_with("Select") || ["Sums", "Joins"].contains(&self.name())
    }
}
