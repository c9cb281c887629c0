"""Any courier that speaks two small messages: we order by HTTP, it tells us by a signed call back.

The order is a POST of JSON to COURIER_WEBHOOK_URL; the courier tells what happens by POST to
/couriers/webhook/news. Both carry `X-Tongban-Timestamp` (Unix seconds) and `X-Tongban-Signature`, the
hexadecimal HMAC-SHA256 under the shared secret of timestamp, a point and the body. See
docs/how-to/connect-a-courier.md.
"""
