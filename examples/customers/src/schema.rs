//! What `diesel print-schema` writes, but for what the program does not look at (`createdAt`, `tbl_customer`).

#![allow(missing_docs, reason = "`table!` writes items that nobody can document")]

diesel::table! {
    tbl_tcp (customer_id, tcp_id) {
        #[sql_name = "customerId"]
        customer_id -> Text,
        #[sql_name = "tcpId"]
        tcp_id -> BigInt,
        title -> Text,
        #[sql_name = "amountCents"]
        amount_cents -> BigInt,
        status -> Text,
    }
}

diesel::table! {
    tbl_tcp_item (customer_id, item_id) {
        #[sql_name = "customerId"]
        customer_id -> Text,
        #[sql_name = "itemId"]
        item_id -> BigInt,
        #[sql_name = "tcpId"]
        tcp_id -> BigInt,
        description -> Text,
        #[sql_name = "amountCents"]
        amount_cents -> BigInt,
    }
}

diesel::table! {
    tbl_tcp_payment (customer_id, payment_id) {
        #[sql_name = "customerId"]
        customer_id -> Text,
        #[sql_name = "paymentId"]
        payment_id -> BigInt,
        #[sql_name = "tcpId"]
        tcp_id -> BigInt,
        #[sql_name = "itemId"]
        item_id -> Nullable<BigInt>,
        reference -> Text,
        #[sql_name = "paidCents"]
        paid_cents -> BigInt,
    }
}
