"""Prepares genuinely signed, distinct deliveries for wrk: one line each, `ID SIGNATURE BODY-INDEX`.

The bodies are envelopes without an event_id, so that the signed webhook-id is the idempotency key and every request is
a new event, while wrk has to keep only a hundred bytes of each.
"""
import base64, hashlib, hmac, json, sys, time, uuid

secret, count, lines, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
key = base64.b64decode(secret.removeprefix("whsec_"))
now = str(int(time.time()))
bodies = []
for index in range(lines):
    bodies.append(json.dumps({
        "api_version": "v3", "webhook_version": "2026-02-03", "event_type": "phone_number.status_updated",
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()), "trace_id": uuid.uuid4().hex,
        "partner_id": "bench", "data": {
            "phone_number": f"+1202555{index:04d}", "previous_status": "ACTIVE", "new_status": "ACTIVE",
            "previous_health_status": "HEALTHY", "new_health_status": "HEALTHY", "previous_reputation": "HEALTHY",
            "new_reputation": "HEALTHY", "changed_at": time.strftime("%Y-%m-%dT%H:%M:%S.120Z", time.gmtime())}},
        separators=(",", ":")))
with open(out + ".bodies", "w") as file:
    file.write("\n".join(bodies))
with open(out + ".time", "w") as file:
    file.write(now)
with open(out, "w") as file:
    for number in range(count):
        identifier = f"evt_{uuid.uuid4().hex}"
        body = bodies[number % lines]
        code = hmac.new(key, f"{identifier}.{now}.{body}".encode(), hashlib.sha256).digest()
        file.write(f"{identifier} {base64.b64encode(code).decode()} {number % lines + 1}\n")
