//! What `diesel print-schema` writes.

diesel::table! {
    customers (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        email -> Text,
        credit_limit -> BigInt,
    }
}
