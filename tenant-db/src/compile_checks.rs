//! Checks that the derives leave to constant evaluation, because they need to know two structs at once: a model, and
//! what is inserted into it or changed in it. A failed check is a compile error with the text that is put together here.

use crate::meta::{ColumnMeta, ModelMeta, Tenancy};

/// Refuses an insert that names the tenant column: the tenant comes from the context.
#[track_caller]
pub const fn assert_not_tenant_column(meta: &ModelMeta, insert: &str, column: &str) {
    if is_tenant_column(meta, column) {
        Message::new()
            .add("`")
            .add(insert)
            .add("` names the tenant column `")
            .add(column)
            .add("`: remove the field, the tenant of the context is added to every row of `")
            .add(meta.name)
            .add("`")
            .fail();
    }
}

/// Refuses changes of the tenant column or of the reference to a parent, of the primary key, and of the version.
#[track_caller]
pub const fn assert_updatable(meta: &ModelMeta, update: &str, column: &str) {
    if is_tenant_column(meta, column) {
        Message::new()
            .add("`")
            .add(update)
            .add("` changes the tenant column `")
            .add(column)
            .add("`: a row stays with its tenant, remove the field")
            .fail();
    }
    if contains(meta.primary_key, column) {
        Message::new()
            .add("`")
            .add(update)
            .add("` changes `")
            .add(column)
            .add("`, part of the primary key of `")
            .add(meta.name)
            .add("`: insert a new row and delete the old one instead")
            .fail();
    }
    if let Tenancy::Through { foreign_key, .. } = meta.tenancy
        && contains(foreign_key, column)
    {
        Message::new()
            .add("`")
            .add(update)
            .add("` changes `")
            .add(column)
            .add("`, through which a row of `")
            .add(meta.name)
            .add("` belongs to a tenant: a row stays with its parent, insert a new row and delete the old one instead")
            .fail();
    }
    if is(meta.soft_delete, column) {
        Message::new()
            .add("`")
            .add(update)
            .add("` changes `")
            .add(column)
            .add("`, which says whether a row of `")
            .add(meta.name)
            .add("` is deleted: `delete` and `restore` set it, remove the field")
            .fail();
    }
    if is(meta.version, column) {
        Message::new()
            .add("`")
            .add(update)
            .add("` changes `")
            .add(column)
            .add("`, the version of a row of `")
            .add(meta.name)
            .add("`: every update counts it, remove the field")
            .fail();
    }
}

/// Refuses a public view whose columns are not those of its struct, or not columns of the table behind it.
#[track_caller]
pub const fn assert_shown(view: &ModelMeta, of: &ModelMeta, fields: &[&str]) {
    let mut at = 0;
    while at < view.columns.len() {
        let column = &view.columns[at];
        if !contains(fields, column.name) {
            Message::new()
                .add("`")
                .add(view.name)
                .add("` has no field for `")
                .add(column.name)
                .add("`: what a public view shows is said by its struct, so take the column out of `table!`, or add a field")
                .fail();
        }
        let mut known = false;
        let mut other = 0;
        while other < of.columns.len() {
            if same(of.columns[other].name, column.name) {
                known = true;
                if of.columns[other].nullable && !column.nullable {
                    Message::new()
                        .add("`")
                        .add(column.name)
                        .add("` may be NULL in the table of `")
                        .add(of.name)
                        .add("`: make it `Nullable<…>` in the `table!` of `")
                        .add(view.name)
                        .add("`")
                        .fail();
                }
            }
            other += 1;
        }
        if !known {
            Message::new()
                .add("the table of `")
                .add(of.name)
                .add("` has no column `")
                .add(column.name)
                .add("`, which `")
                .add(view.name)
                .add("` would show")
                .fail();
        }
        at += 1;
    }
}

/// A column that has to allow NULL; `purpose` says what for.
#[track_caller]
#[must_use]
pub const fn nullable(columns: &[ColumnMeta], column: &'static str, purpose: &str) -> &'static str {
    with_nullability(columns, column, true, purpose)
}

/// A column that must not allow NULL; `purpose` says what for.
#[track_caller]
#[must_use]
pub const fn never_null(columns: &[ColumnMeta], column: &'static str, purpose: &str) -> &'static str {
    with_nullability(columns, column, false, purpose)
}

#[track_caller]
const fn with_nullability(
    columns: &[ColumnMeta],
    column: &'static str,
    nullable: bool,
    purpose: &str,
) -> &'static str {
    let mut at = 0;
    while at < columns.len() {
        if same(columns[at].name, column) && columns[at].nullable != nullable {
            Message::new()
                .add("`")
                .add(column)
                .add(if nullable { "` has to allow NULL" } else { "` must not allow NULL" })
                .add(", ")
                .add(purpose)
                .add(if nullable {
                    ": make it `Nullable<…>` in `table!`"
                } else {
                    ": take `Nullable` off it in `table!`"
                })
                .fail();
        }
        at += 1;
    }
    column
}

/// Refuses an insert that leaves out a column which nobody would fill.
#[track_caller]
pub const fn assert_complete(meta: &ModelMeta, insert: &str, columns: &[&str]) {
    let mut missing = Message::new();
    let mut count = 0;
    let mut at = 0;
    while at < meta.columns.len() {
        let column = &meta.columns[at];
        let filled = column.nullable
            || is_tenant_column(meta, column.name)
            || contains(columns, column.name)
            || contains(meta.defaults, column.name)
            || is(meta.version, column.name)
            || is(meta.soft_delete, column.name)
            || (meta.generated_key && contains(meta.primary_key, column.name));
        if !filled {
            missing = missing.add(if count > 0 { ", `" } else { "`" }).add(column.name).add("`");
            count += 1;
        }
        at += 1;
    }
    if count > 0 {
        Message::new()
            .add("`")
            .add(insert)
            .add("` leaves out ")
            .add(missing.text())
            .add(if count > 1 {
                ", which are NOT NULL: add fields, or write `defaults(…)` in the `#[tenant(…)]` of `"
            } else {
                ", which is NOT NULL: add a field, or write `defaults(…)` in the `#[tenant(…)]` of `"
            })
            .add(meta.name)
            .add("` for what the database fills by itself")
            .fail();
    }
}

/// Whether `columns` name the whole primary key.
#[must_use]
pub const fn names_primary_key(meta: &ModelMeta, columns: &[&str]) -> bool {
    let mut at = 0;
    while at < meta.primary_key.len() {
        if !contains(columns, meta.primary_key[at]) {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_tenant_column(meta: &ModelMeta, name: &str) -> bool {
    is(meta.tenant_column(), name)
}

const fn is(column: Option<&str>, name: &str) -> bool {
    match column {
        Some(column) => same(column, name),
        None => false,
    }
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Text put together in a constant. What does not fit is cut off.
#[derive(Clone, Copy)]
struct Message {
    bytes: [u8; 1024],
    length: usize,
}

impl Message {
    const fn new() -> Self {
        Self { bytes: [0; 1024], length: 0 }
    }

    const fn add(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        if self.length + text.len() > self.bytes.len() {
            return self;
        }
        let mut at = 0;
        while at < text.len() {
            self.bytes[self.length] = text[at];
            self.length += 1;
            at += 1;
        }
        self
    }

    const fn text(&self) -> &str {
        match std::str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    #[track_caller]
    const fn fail(&self) {
        panic!("{}", self.text());
    }
}
