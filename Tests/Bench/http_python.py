"""Calls a tool over Streamable HTTP with Python's clients and prints the p50 of each in microseconds, as JSON.

usage: http_python.py URL CALLS
"""

import asyncio
import json
import statistics
import sys
import time

import httpx
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

url, calls = sys.argv[1], int(sys.argv[2])
headers = {"Accept": "application/json, text/event-stream"}


async def p50(call) -> float:
    times = []
    for number in range(calls + 10):
        begun = time.perf_counter()
        await call(f"{number:0100}")
        times.append(time.perf_counter() - begun)
    return round(statistics.median(times[10:]) * 1e6, 1)


async def main() -> None:
    found = {}
    async with httpx.AsyncClient(trust_env=False, headers=headers) as client:

        async def post(text: str) -> None:
            params = {"name": "echo", "arguments": {"text": text}}
            message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            answer = (await client.post(url, json=message)).json()
            assert text in answer["result"]["content"][0]["text"]

        found["httpx"] = await p50(post)
    async with streamablehttp_client(url) as (reading, writing, _), ClientSession(reading, writing) as session:
        await session.initialize()

        async def call(text: str) -> None:
            assert text in (await session.call_tool("echo", {"text": text})).content[0].text

        found["sdk"] = await p50(call)
    print(json.dumps(found))


asyncio.run(main())
