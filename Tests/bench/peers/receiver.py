"""What Linq's documentation leads to: Starlette, linq-python's `webhooks.unwrap`, and a row in SQLite before the answer.

    LINQ_WEBHOOK_SECRET=whsec_... LEDGER=FILE uvicorn receiver:app
"""
import os
import sqlite3

from linq import LinqAPIV3
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

client = LinqAPIV3(api_key="bench", webhook_secret=os.environ["LINQ_WEBHOOK_SECRET"])
ledger = sqlite3.connect(os.environ["LEDGER"], check_same_thread=False)
ledger.execute("PRAGMA journal_mode = WAL")
ledger.execute("PRAGMA synchronous = FULL")
ledger.execute("CREATE TABLE IF NOT EXISTS event (id TEXT PRIMARY KEY, type TEXT, received_at TEXT, body TEXT) STRICT")


async def receive(request):
    body = (await request.body()).decode()
    try:
        event = client.webhooks.unwrap(body, headers=request.headers)
    except Exception:
        return JSONResponse({"status": "refused"}, status_code=401)
    ledger.execute(
        "INSERT OR IGNORE INTO event VALUES (?, ?, datetime('now'), ?)", (event.event_id, event.event_type, body)
    )
    ledger.commit()
    return JSONResponse({"status": "stored"})


app = Starlette(routes=[Route("/w", receive, methods=["POST"])])
