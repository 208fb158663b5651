//! Two tenants with a table of stock and one of documents.

use tenant_db::TenantContext;
use tenant_db::prelude::*;
use tenant_db_tests::World;
use tenant_db_tests::models::Manager;
use uuid::Uuid;

mod schema {
    diesel::table! {
        stocks (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            article -> Text,
            pieces -> BigInt,
            note -> Nullable<Text>,
        }
    }

    diesel::table! {
        documents (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            title -> Text,
            version -> Integer,
            deleted_at -> Nullable<Timestamptz>,
        }
    }

    diesel::table! {
        shelves (tenant_id, id) {
            tenant_id -> Uuid,
            id -> Uuid,
            name -> Text,
        }
    }

    diesel::table! {
        places (id) {
            id -> Uuid,
            shelf_id -> Uuid,
            article -> Text,
            pieces -> BigInt,
        }
    }

    diesel::allow_tables_to_appear_in_same_query!(stocks, documents, shelves, places);
}

pub(crate) use schema::{documents, places, shelves, stocks};

pub(crate) const TABLES: &str = "
    CREATE TABLE stocks (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        article text NOT NULL,
        pieces bigint NOT NULL CHECK (pieces >= 0),
        note text,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT stocks_article_key UNIQUE (tenant_id, article)
    );
    CREATE TABLE documents (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        title text NOT NULL,
        version integer NOT NULL DEFAULT 1,
        deleted_at timestamptz,
        PRIMARY KEY (tenant_id, id),
        CONSTRAINT documents_title_key UNIQUE (tenant_id, title)
    );
    CREATE TABLE shelves (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        PRIMARY KEY (tenant_id, id),
        UNIQUE (id)
    );
    CREATE TABLE places (
        id uuid PRIMARY KEY,
        shelf_id uuid NOT NULL REFERENCES shelves (id),
        article text NOT NULL,
        pieces bigint NOT NULL,
        UNIQUE (shelf_id, article)
    );";

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = stocks, unique(article))]
pub(crate) struct Stock {
    pub(crate) id: Uuid,
    pub(crate) article: String,
    pub(crate) pieces: i64,
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Stock)]
pub(crate) struct NewStock {
    pub(crate) article: String,
    pub(crate) pieces: i64,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Stock)]
pub(crate) struct NewStockWithId {
    pub(crate) id: Uuid,
    pub(crate) article: String,
    pub(crate) pieces: i64,
}

#[derive(Debug, Clone, Default, TenantUpdate)]
#[tenant(model = Stock)]
pub(crate) struct StockChanges {
    pub(crate) pieces: Option<i64>,
    pub(crate) note: Option<Option<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = documents, unique(title), version = version, soft_delete = deleted_at)]
pub(crate) struct Document {
    pub(crate) id: Uuid,
    pub(crate) title: String,
    pub(crate) version: i32,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Document)]
pub(crate) struct NewDocument {
    pub(crate) title: String,
}

#[derive(Debug, Clone, Default, TenantUpdate)]
#[tenant(model = Document)]
pub(crate) struct DocumentChanges {
    pub(crate) title: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = shelves)]
pub(crate) struct Shelf {
    pub(crate) id: Uuid,
    pub(crate) name: String,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Shelf, table = shelves)]
pub(crate) struct NewShelf {
    pub(crate) name: String,
}

/// Where things are: rows that belong to the tenant of their shelf.
#[derive(Debug, Clone, PartialEq, Eq, TenantScoped)]
#[tenant(table = places, through(parent = Shelf, foreign_key = shelf_id), unique(shelf_id, article))]
pub(crate) struct Place {
    pub(crate) id: Uuid,
    pub(crate) shelf_id: Uuid,
    pub(crate) article: String,
    pub(crate) pieces: i64,
}

#[derive(Debug, Clone, TenantInsert)]
#[tenant(model = Place)]
pub(crate) struct NewPlace {
    pub(crate) shelf_id: Uuid,
    pub(crate) article: String,
    pub(crate) pieces: i64,
}

pub(crate) fn stock(article: &str, pieces: i64) -> NewStock {
    NewStock { article: article.into(), pieces }
}

pub(crate) fn document(title: &str) -> NewDocument {
    NewDocument { title: title.into() }
}

pub(crate) fn title(title: &str) -> DocumentChanges {
    DocumentChanges { title: Some(title.into()) }
}

/// A database with two tenants, who both have five chairs and a document called "Plan".
pub(crate) struct Two {
    pub(crate) world: World,
    pub(crate) db: TenantDb,
    pub(crate) own: TenantContext<Manager>,
    pub(crate) other: TenantContext<Manager>,
}

impl Two {
    pub(crate) async fn new() -> Self {
        Self::with_rls(true).await
    }

    /// Without row-level security only the query builder isolates.
    pub(crate) async fn with_rls(on: bool) -> Self {
        let world = World::with(TABLES).await;
        let db = if on {
            world.connect().await
        } else {
            for table in ["stocks", "documents", "shelves", "places"] {
                world.execute(&format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")).await;
            }
            world.connect_unverified().await
        };
        let (own, other) = (world.manager(), world.manager());
        for context in [&own, &other] {
            db.scoped::<Stock>(context).insert(stock("chair", 5)).await.unwrap();
            db.scoped::<Document>(context).insert(document("Plan")).await.unwrap();
        }
        Self { world, db, own, other }
    }

    /// All that the other tenant has.
    pub(crate) async fn theirs(&self) -> Vec<Vec<Option<String>>> {
        let tenant = self.other.tenant();
        let mut rows = Vec::new();
        for table in ["stocks", "documents"] {
            let sql = format!("SELECT t::text FROM {table} AS t WHERE tenant_id = '{tenant}' ORDER BY id");
            rows.extend(self.world.truth(&sql).await);
        }
        rows
    }
}
