//! `#[tenant(…)]` of a model, as it is written.

use proc_macro2::Span;
use syn::parse::{Parse as _, Parser as _};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Ident, LitStr, Path, Token, Type};

use super::constraints::{self, CHECK, Check, EXCLUDE, Exclusion, REFERENCES, Reference, UNIQUE, Unique};
use super::tenancy::{self, THROUGH, Through};
use crate::attr::{
    Item, Key, Slot, Slots, did_you_mean, idents, lookup, names, parenthesized_list, read, string, value,
};
use crate::ctxt::Ctxt;

const EXAMPLE: &str = "tenant(table = customers)";

const TABLE: Key =
    Key { name: "table", wants: "the path of a diesel table, without quotes", example: "table = customers" };
const COLUMN: Key = Key {
    name: "column",
    wants: "the name of the tenant column, without quotes",
    example: "column = tenant_id",
};
const KEY: Key =
    Key { name: "key", wants: "the type of the tenant's key, without quotes", example: "key = CompanyId" };
const PRIMARY_KEY: Key = Key {
    name: "primary_key",
    wants: "the names of columns",
    example: "primary_key = id` or `primary_key(order_id, line)",
};
const SCHEMA: Key = Key { name: "schema", wants: "the name of a database schema", example: "schema = sales" };
const DEFAULTS: Key =
    Key { name: "defaults", wants: "the columns that the database fills", example: "defaults(created_at)" };
const VERSION: Key = Key {
    name: "version",
    wants: "the column that counts the changes of a row",
    example: "version = version",
};
const SOFT_DELETE: Key = Key {
    name: "soft_delete",
    wants: "the column that says when a row was deleted",
    example: "soft_delete = deleted_at",
};
const READ: Key = permission("read", "read = ReadCustomers");
const WRITE: Key = permission("write", "write = WriteCustomers");
const INSERT: Key = permission("insert", "insert = InsertCustomers");
const UPDATE: Key = permission("update", "update = UpdateCustomers");
const DELETE: Key = permission("delete", "delete = DeleteCustomers");

const fn permission(name: &'static str, example: &'static str) -> Key {
    Key { name, wants: "a type that derives `Permission`, without quotes", example }
}

const KEYS: &[Key] = &[
    TABLE,
    COLUMN,
    KEY,
    THROUGH,
    PRIMARY_KEY,
    SCHEMA,
    DEFAULTS,
    VERSION,
    SOFT_DELETE,
    UNIQUE,
    REFERENCES,
    CHECK,
    EXCLUDE,
    READ,
    WRITE,
    INSERT,
    UPDATE,
    DELETE,
];

/// What a global table may say: its rows belong to nobody, and programs only read them.
const KEYS_OF_GLOBAL_TABLES: &[Key] = &[TABLE, PRIMARY_KEY, SCHEMA, UNIQUE, REFERENCES, CHECK, EXCLUDE, READ];

const OF: Key =
    Key { name: "of", wants: "the model whose rows it shows, without quotes", example: "of = JobListing" };
const ROWS: Key = Key {
    name: "rows",
    wants: "the condition in SQL that rows fulfil to be shown",
    example: "rows = \"status = 'open'\"",
};

/// What a public view may say.
const KEYS_OF_VIEWS: &[Key] = &[TABLE, OF, ROWS, PRIMARY_KEY, SCHEMA];

/// Which derive reads the attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `TenantScoped`.
    Scoped,
    /// `GlobalTable`.
    Global,
    /// `PublicView`.
    View,
}

impl Kind {
    fn keys(self) -> &'static [Key] {
        match self {
            Self::Scoped => KEYS,
            Self::Global => KEYS_OF_GLOBAL_TABLES,
            Self::View => KEYS_OF_VIEWS,
        }
    }

    /// Why a key of models is none of its own.
    fn refusal(self) -> Option<&'static str> {
        match self {
            Self::Scoped => None,
            Self::Global => Some(
                "a global table: its rows belong to no tenant, and programs that serve tenants only read them; remove it, \
                 or derive `TenantScoped`",
            ),
            Self::View => Some(
                "a public view: it shows rows to everybody, whosoever they are, and changes none; remove it",
            ),
        }
    }

    /// The attribute, and what it should look like.
    pub(crate) fn attribute(self) -> (&'static str, &'static str) {
        match self {
            Self::Scoped => ("tenant", EXAMPLE),
            Self::Global => ("tenant", "tenant(table = countries)"),
            Self::View => (
                "public_view",
                "public_view(table = public_jobs, of = JobListing, rows = \"status = 'open'\")",
            ),
        }
    }
}

/// Keys of later releases. They get no "did you mean".
const LATER: &[&str] = &["isolation"];

/// The keys of a model, before they are checked against each other.
#[derive(Default)]
pub(crate) struct ScopedAttr {
    /// Where the attribute is, or `None` where there is none.
    pub(crate) span: Option<Span>,
    pub(crate) table: Slot<Path>,
    pub(crate) column: Slot<Ident>,
    pub(crate) key: Slot<Type>,
    pub(crate) through: Slot<Through>,
    pub(crate) of: Slot<Type>,
    pub(crate) rows: Slot<LitStr>,
    pub(crate) primary_key: Slot<Vec<Ident>>,
    pub(crate) schema: Slot<LitStr>,
    pub(crate) defaults: Slot<Vec<Ident>>,
    pub(crate) version: Slot<Ident>,
    pub(crate) soft_delete: Slot<Ident>,
    pub(crate) unique: Slots<Unique>,
    pub(crate) references: Slots<Reference>,
    pub(crate) checks: Slots<Check>,
    pub(crate) exclusions: Slots<Exclusion>,
    pub(crate) read: Slot<Type>,
    pub(crate) write: Slot<Type>,
    pub(crate) insert: Slot<Type>,
    pub(crate) update: Slot<Type>,
    pub(crate) delete: Slot<Type>,
}

impl ScopedAttr {
    /// Reads every `#[tenant(…)]` of the struct.
    pub(crate) fn read(ctxt: &Ctxt, input: &DeriveInput, kind: Kind) -> Self {
        let mut attr = Self::default();
        let (name, example) = kind.attribute();
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident(name)) {
            attr.span.get_or_insert_with(|| attribute.path().span());
            match read(ctxt, attribute, example) {
                Some(items) => items.iter().for_each(|item| attr.take(ctxt, item, kind)),
                None => attr.table = Slot::Broken,
            }
        }
        attr
    }

    fn take(&mut self, ctxt: &Ctxt, item: &Item, kind: Kind) {
        let key = &item.key;
        let Some(known) = lookup(kind.keys(), key) else {
            unknown(ctxt, key, kind);
            return;
        };
        match known.name {
            "table" => self.table.set(ctxt, key, value(ctxt, item, known, Path::parse_mod_style)),
            "column" => self.column.set(ctxt, key, value(ctxt, item, known, Ident::parse)),
            "key" => self.key.set(ctxt, key, value(ctxt, item, known, Type::parse)),
            "of" => self.of.set(ctxt, key, value(ctxt, item, known, Type::parse)),
            "rows" => self.rows.set(ctxt, key, value(ctxt, item, known, |input| input.parse::<LitStr>())),
            "through" => self.through.set(ctxt, key, tenancy::read(ctxt, item)),
            "version" => self.version.set(ctxt, key, value(ctxt, item, known, Ident::parse)),
            "soft_delete" => self.soft_delete.set(ctxt, key, value(ctxt, item, known, Ident::parse)),
            "unique" => self.unique.push(key, constraints::unique(ctxt, item)),
            "references" => self.references.push(key, constraints::reference(ctxt, item)),
            "check" => self.checks.push(key, constraints::check(ctxt, item)),
            "exclude" => self.exclusions.push(key, constraints::exclude(ctxt, item)),
            "primary_key" => self.primary_key.set(ctxt, key, primary_key(ctxt, item)),
            "schema" => self.schema.set(ctxt, key, value(ctxt, item, known, string)),
            "defaults" => self.defaults.set(ctxt, key, idents(ctxt, item, known)),
            "read" => self.read.set(ctxt, key, value(ctxt, item, known, Type::parse)),
            "write" => self.write.set(ctxt, key, value(ctxt, item, known, Type::parse)),
            "insert" => self.insert.set(ctxt, key, value(ctxt, item, known, Type::parse)),
            "update" => self.update.set(ctxt, key, value(ctxt, item, known, Type::parse)),
            _ => self.delete.set(ctxt, key, value(ctxt, item, known, Type::parse)),
        }
    }
}

/// `primary_key = id`, or `primary_key(a, b)`.
fn primary_key(ctxt: &Ctxt, item: &Item) -> Option<Vec<Ident>> {
    if let Some(list) = parenthesized_list(item) {
        let columns = Punctuated::<Ident, Token![,]>::parse_terminated.parse2(list).ok();
        if let Some(columns) = columns.filter(|columns| !columns.is_empty()) {
            return Some(columns.into_iter().collect());
        }
        ctxt.error(&item.key, PRIMARY_KEY.wrong_form());
        return None;
    }
    value(ctxt, item, &PRIMARY_KEY, Ident::parse).map(|column| vec![column])
}

fn unknown(ctxt: &Ctxt, key: &Ident, kind: Kind) {
    let name = key.to_string();
    if let (true, Some(reason)) = (lookup(KEYS, key).is_some(), kind.refusal()) {
        ctxt.error(key, format_args!("`{name}` has no meaning for {reason}"));
        return;
    }
    if LATER.contains(&name.as_str()) {
        ctxt.error(key, format_args!("`{name}` is not supported yet: remove it"));
        return;
    }
    let known: Vec<&str> = kind.keys().iter().map(|key| key.name).collect();
    ctxt.error(
        key,
        format_args!(
            "`{name}` is not known in `#[{}(…)]` of a {}{}\nknown are {}",
            kind.attribute().0,
            match kind {
                Kind::Scoped => "model",
                Kind::Global => "global table",
                Kind::View => "public view",
            },
            did_you_mean(&name, &known),
            names(known.iter().copied())
        ),
    );
}
